/** An argument of LIST or NLST as `ls` would take it. */
export interface ListArgument {
  /** The letters of all flags together, without hyphens: `la`. */
  readonly flags: string;
  readonly path?: string;
}

/**
 * Parts the flags that clients send (`-la`, `-a -l dir`) from the path behind them. FTP knows no flags, so
 * `-la` may be a file's name: ask the store for the whole text first.
 */
export function splitListFlags(text: string): ListArgument {
  const [words = ""] = /^(?:-[A-Za-z0-9]+(?: |$))*/.exec(text) ?? [];
  const flags = words.replace(/[- ]/g, "");
  const path = text.slice(words.length);
  return path === "" ? { flags } : { flags, path };
}
