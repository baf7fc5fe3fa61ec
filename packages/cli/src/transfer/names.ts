import { join } from "node:path";
import { createLocalNames, type LocalNamePolicy } from "@longshore/ftp-client";
import type { GlobEntry } from "../glob.ts";
import type { RemoteMatch } from "../glob-remote.ts";
import { nameOf } from "../place.ts";

/** Something to get, and where to. */
export interface Download {
  readonly remote: string;
  readonly local: string;
  readonly type: GlobEntry["type"] | undefined;
  /** Exact bytes, where a listing told them. */
  readonly size?: number;
}

/** Something that is left out, and why. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/**
 * Local paths for what a pattern found: a name from a listing is text from a stranger, and a name here only where it
 * is safe as one. Two of one name, from two directories, do not take each other's place.
 *
 * @param policy.known a name that the user wrote out, and that is no stranger's therefore
 */
export function downloadsInto(
  directory: string,
  matches: readonly RemoteMatch[],
  { known, ...policy }: LocalNamePolicy & { readonly known?: string } = {},
): { readonly downloads: readonly Download[]; readonly leftOut: readonly LeftOut[] } {
  const toLocal = createLocalNames({ caseSensitive: process.platform === "linux", ...policy });
  const downloads: Download[] = [];
  const leftOut: LeftOut[] = [];
  for (const { path, entry } of matches) {
    const name = nameOf(path);
    const named = name === known ? ({ ok: true, name } as const) : toLocal(name);
    if (!named.ok) {
      leftOut.push({ path, reason: named.hazard });
      continue;
    }
    const { size, dialect } = entry?.listed ?? {};
    const isExact = dialect === "mlsx" && typeof size === "number";
    const local = join(directory, named.name);
    downloads.push({ remote: path, local, type: entry?.type, ...(isExact ? { size } : {}) });
  }
  return { downloads, leftOut };
}
