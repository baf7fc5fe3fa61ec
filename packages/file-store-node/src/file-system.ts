import { statfs } from "node:fs";
import type { LocalPath } from "./name.ts";

/**
 * Whether `path` lies in a file system of this machine: one that sets times of change by the machine's own clock, and
 * tells the types of what a directory holds with the names.
 */
export function isInOwnSystem(path: LocalPath): Promise<boolean> {
  return new Promise((resolve) => {
    statfs(path, (error, system) => resolve(error === null && ownSystems.has(system.type)));
  });
}

/** By their numbers in Linux (statfs(2)). */
const ownSystems: ReadonlySet<number> = new Set(
  process.platform === "linux"
    ? [
        0xef53, // ext2, ext3, ext4
        0x58465342, // XFS
        0x9123683e, // Btrfs
        0xf2f52010, // F2FS
        0x2fc12fc1, // ZFS
        0x01021994, // tmpfs
      ]
    : [],
);
