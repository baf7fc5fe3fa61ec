import { type FtpClient, FtpError, type FtpPool, type UseOptions } from "@longshore/ftp-client";
import type { ListingEntry } from "@longshore/ftp-listing";
import { type ExpandOptions, expand, type GlobEntry, type GlobMatch } from "./glob.ts";

/** An entry of a remote directory that a pattern can name. */
export interface RemoteEntry extends GlobEntry {
  readonly listed: ListingEntry;
}

export type RemoteMatch = GlobMatch<RemoteEntry>;

export interface ExpandRemoteOptions extends ExpandOptions {
  /** Sees names and lines of listings that no pattern can name, and why; a name that is a path, mostly. */
  readonly onSkipped?: (path: string, reason: string) => void;
}

/**
 * What a pattern names on the server, as {@link expand} tells; paths with a pool are absolute.
 *
 * @throws {FtpError} when the directory that the pattern begins in cannot be listed
 * @example for (const { path } of await expandRemote(client, "pub/*.txt")) console.log(path);
 */
export function expandRemote(
  ftp: FtpClient | FtpPool,
  pattern: string,
  options: ExpandRemoteOptions = {},
): Promise<readonly RemoteMatch[]> {
  const { signal, onSkipped = () => {} } = options;
  return expand(pattern, (path) => entriesOf(ftp, path, signal, onSkipped), options);
}

/** The type of an entry as patterns and trees have it. */
export function typeOf({ type }: Pick<ListingEntry, "type">): RemoteEntry["type"] {
  if (type === "file" || type === "link") return type;
  return type === "dir" || type === "cdir" || type === "pdir" ? "directory" : "other";
}

/** Whether a path is a directory, asked by going there: the one way that every server knows. */
export async function isDirectory(
  ftp: FtpClient | FtpPool,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const call = signal === undefined ? {} : { signal };
  const ask = async (client: FtpClient): Promise<boolean> => {
    const before = await client.pwd(call);
    try {
      await client.cd(path === "" ? before : path, call);
    } catch (error) {
      if (FtpError.isInstance(error) && error.code === "refused") return false;
      throw error;
    }
    await client.cd(before, call);
    return true;
  };
  return withSession(ftp, ask, { ...call, repeatable: true });
}

/** Runs a task with a session: the one that there is, or any of a pool. */
export function withSession<T>(
  ftp: FtpClient | FtpPool,
  task: (client: FtpClient) => Promise<T>,
  options: UseOptions = {},
): Promise<T> {
  return "use" in ftp ? ftp.use(task, options) : task(ftp);
}

async function* entriesOf(
  ftp: FtpClient | FtpPool,
  path: string,
  signal: AbortSignal | undefined,
  onSkipped: (path: string, reason: string) => void,
): AsyncGenerator<RemoteEntry> {
  const listing = ftp.list(path, signal === undefined ? {} : { signal });
  for await (const listed of listing) {
    const { name, hazard, type } = listed;
    if (hazard === "self" || hazard === "parent" || type === "cdir" || type === "pdir") continue;
    // It could be sent nowhere as a name, or not at all.
    const reason = hazard ?? (name === "" ? "empty" : /[\r\n]/.test(name) ? "control" : undefined);
    if (reason === undefined) yield { name, type: typeOf(listed), listed };
    else onSkipped(name, reason);
  }
  for (const { raw } of listing.unparsed) onSkipped(raw, "unparsed");
}
