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
  let flags = "";
  let rest = text;
  while (true) {
    const word = /^-([A-Za-z0-9]+)(?: |$)/.exec(rest);
    if (word === null) break;
    flags += word[1] ?? "";
    rest = rest.slice(word[0].length);
  }
  return rest === "" ? { flags } : { flags, path: rest };
}
