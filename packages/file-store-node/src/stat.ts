import type { Stats } from "node:fs";
import type { FileStat, FileType } from "@longshore/file-store";
import type { OwnerNames } from "./owner.ts";

/** What the store says of a node. Names of owners by {@link OwnerNames}, else decimal numbers. */
export function fileStat(stats: Stats, owners?: OwnerNames): FileStat {
  const isFile = stats.isFile();
  return {
    type: typeOf(stats),
    size: isFile ? stats.size : 0,
    modified: stats.mtimeMs,
    // 0 is what a file system without a time of birth answers.
    ...(stats.birthtimeMs > 0 ? { created: stats.birthtimeMs } : {}),
    links: stats.nlink,
    // Beyond 2^53 a number is not exact, and two nodes could share an id.
    ...(Number.isSafeInteger(stats.ino) ? { id: `${stats.dev.toString(36)}-${stats.ino.toString(36)}` } : {}),
    ...(process.platform === "win32"
      ? {}
      : {
          mode: stats.mode & 0o7777,
          owner: owners?.user(stats.uid) ?? String(stats.uid),
          group: owners?.group(stats.gid) ?? String(stats.gid),
        }),
  };
}

export function typeOf(stats: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): FileType {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : "other";
}
