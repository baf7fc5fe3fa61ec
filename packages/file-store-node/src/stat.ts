import type { Stats } from "node:fs";
import type { DirectoryEntry, FileStat, FileType } from "@longshore/file-store";
import type { OwnerNames } from "./owner.ts";

/** The numbers that the system tells of a node, as they stand in `Stats`. */
export type NodeNumbers = Pick<
  Stats,
  "mode" | "size" | "mtimeMs" | "birthtimeMs" | "nlink" | "ino" | "dev" | "uid" | "gid"
>;

/** What the store says of a node. Names of owners by {@link OwnerNames}, else decimal numbers. */
export function fileStat(stats: NodeNumbers, owners?: OwnerNames): FileStat {
  const { name: _, ...stat } = nodeEntry("", stats, owners);
  return stat;
}

/** The same as an entry. In one piece, since a directory may have very many. */
export function nodeEntry(name: string, stats: NodeNumbers, owners?: OwnerNames): DirectoryEntry {
  const { mode, mtimeMs: modified, birthtimeMs: created, nlink: links, ino, dev, uid, gid } = stats;
  const type = typeOfMode(mode);
  const size = type === "file" ? stats.size : 0;
  const owner = owners?.user(uid) ?? decimal(uid);
  const group = owners?.group(gid) ?? decimal(gid);
  // 0 is what a file system without a time of birth answers. Beyond 2^53 a number is not exact, and two nodes could
  // share an id.
  if (created > 0 && Number.isSafeInteger(ino) && hasModes) {
    const id = nodeId(dev, ino);
    return { name, type, size, modified, created, links, id, mode: mode & 0o7777, owner, group };
  }
  return {
    name,
    type,
    size,
    modified,
    links,
    ...(created > 0 ? { created } : {}),
    ...(Number.isSafeInteger(ino) ? { id: nodeId(dev, ino) } : {}),
    ...(hasModes ? { mode: mode & 0o7777, owner, group } : {}),
  };
}

export function typeOf(node: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): FileType {
  if (node.isFile()) return "file";
  if (node.isDirectory()) return "directory";
  return node.isSymbolicLink() ? "symlink" : "other";
}

const hasModes = process.platform !== "win32";

function typeOfMode(mode: number): FileType {
  switch (mode & 0o170000) {
    case 0o100000:
      return "file";
    case 0o040000:
      return "directory";
    case 0o120000:
      return "symlink";
    default:
      return "other";
  }
}

function nodeId(dev: number, ino: number): string {
  return `${dev.toString(36)}-${ino.toString(36)}`;
}

/** Small numbers as text are kept by the engine; what owners have is above those. */
function decimal(id: number): string {
  if (id !== lastId) {
    lastId = id;
    lastText = String(id);
  }
  return lastText;
}

let lastId = 0;
let lastText = "0";
