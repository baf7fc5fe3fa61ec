import { join } from "node:path";
import { createLocalNames } from "@longshore/ftp-client";
import type { RemoteMatch } from "../glob-remote.ts";
import { nameOf } from "../place.ts";

/** A file to get, and where to. */
export interface Download {
  readonly remote: string;
  readonly local: string;
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
 */
export function downloadsInto(
  directory: string,
  matches: readonly RemoteMatch[],
): { readonly downloads: readonly Download[]; readonly leftOut: readonly LeftOut[] } {
  const toLocal = createLocalNames({ caseSensitive: process.platform === "linux" });
  const downloads: Download[] = [];
  const leftOut: LeftOut[] = [];
  for (const { path, entry } of matches) {
    const named = toLocal(nameOf(path));
    if (!named.ok) leftOut.push({ path, reason: named.hazard });
    else {
      const size = entry?.listed.sizeText === undefined ? entry?.listed.size : undefined;
      const isExact = entry?.listed.dialect === "mlsx" && typeof size === "number";
      downloads.push({ remote: path, local: join(directory, named.name), ...(isExact ? { size } : {}) });
    }
  }
  return { downloads, leftOut };
}
