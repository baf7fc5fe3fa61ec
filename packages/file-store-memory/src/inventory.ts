import {
  childPath,
  FileStoreError,
  parentPath,
  type StoreContext,
  toPath,
  type VirtualPath,
} from "@longshore/file-store";
import { type Content, contentOf } from "./content.ts";
import type { Ledger } from "./ledger.ts";
import { type DirectoryNode, type FileNode, type LinkNode, locate, type Node, type Place } from "./tree.ts";

/** All that stands in a store: the one place where nodes are made, put and counted. */
export interface Inventory {
  newDirectory(mode?: number): DirectoryNode;
  newFile(content: Content, mode?: number): FileNode;
  newLink(target: string): LinkNode;
  /** Sets what stands at `place`; `undefined` removes it. */
  put(place: Place, node: Node | undefined): void;
  /** Where `path` leads; something may stand there or not. */
  locate(path: VirtualPath, follow: boolean, context: StoreContext): Place;
  /** The same where something has to stand. */
  existing(path: VirtualPath, follow: boolean, context: StoreContext): Standing;
  existingFile(path: VirtualPath, context: StoreContext): FileNode;
  /** For calls that change the entry itself; the root is nobody's entry. */
  entry(path: VirtualPath, context: StoreContext): Standing;
  /** The place of a file to be written, where `overwrite` says whether one may stand there already. */
  target(path: VirtualPath, overwrite: boolean, context: StoreContext): FilePlace;
}

/** A place where something stands. */
export type Standing = Place & { readonly node: Node };

/** A place where a file stands, or nothing. */
export type FilePlace = Place & { readonly node: FileNode | undefined };

/**
 * @param clock milliseconds since the epoch
 * @param files what stands there at first: see `MemoryStoreOptions`
 * @throws {FileStoreError} as `createMemoryStore` does
 */
export function createInventory(
  ledger: Ledger,
  clock: () => number,
  files: Readonly<Record<string, string | Uint8Array>>,
): Inventory {
  let nextId = 1;

  const stamp = (mode: number): { id: number; created: number; modified: number; mode: number } => {
    const now = clock();
    return { id: nextId++, created: now, modified: now, mode };
  };
  const newDirectory = (mode = 0o755): DirectoryNode => ({
    type: "directory",
    ...stamp(mode),
    entries: new Map(),
    uploads: 0,
  });
  const newFile = (content: Content, mode = 0o644): FileNode => ({ type: "file", ...stamp(mode), content });

  const root = newDirectory();

  const at = (path: VirtualPath, follow: boolean, context?: StoreContext): Place =>
    locate(root, path, follow, context);

  function put({ directory, name }: Place, node: Node | undefined): void {
    const before = directory.entries.get(name);
    const files = (node === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    ledger.addFiles(files);
    try {
      ledger.addBytes(sizeOf(node) - sizeOf(before));
    } catch (error) {
      ledger.addFiles(-files);
      throw error;
    }
    if (node === undefined) directory.entries.delete(name);
    else directory.entries.set(name, node);
    directory.modified = clock();
  }

  function existing(path: VirtualPath, follow: boolean, context: StoreContext): Standing {
    const place = at(path, follow, context);
    const { node } = place;
    if (node === undefined) throw new FileStoreError("not-found", `${path}: nothing stands there`);
    return { ...place, node };
  }

  function existingFile(path: VirtualPath, context: StoreContext): FileNode {
    const { node } = existing(path, true, context);
    if (node.type !== "file") throw new FileStoreError("is-a-directory", `${path} is a directory`);
    return node;
  }

  function entry(path: VirtualPath, context: StoreContext): Standing {
    if (path.segments.length === 0) throw new FileStoreError("permission-denied", "the root stays as it is");
    return existing(path, false, context);
  }

  function target(path: VirtualPath, overwrite: boolean, context: StoreContext): FilePlace {
    const place = at(path, overwrite, context);
    const { node } = place;
    if (node !== undefined && !overwrite) throw new FileStoreError("exists", `${path} exists`);
    if (node === undefined || node.type === "file") return { ...place, node };
    throw new FileStoreError("is-a-directory", `${path} is a directory`);
  }

  for (const [text, data] of Object.entries(files)) {
    const path = toPath(text);
    const isDirectory = text.endsWith("/");
    const directories = isDirectory ? path : parentPath(path);
    let directory = toPath("/");
    for (const name of directories.segments) {
      directory = childPath(directory, name);
      const place = at(directory, false);
      if (place.node === undefined) put(place, newDirectory());
      else if (place.node.type !== "directory")
        throw new FileStoreError("not-a-directory", `files: ${directory} is none`);
    }
    if (isDirectory) continue;
    const place = at(path, false);
    if (place.node !== undefined) throw new FileStoreError("exists", `files: ${text} is given twice`);
    put(place, newFile(contentOf(typeof data === "string" ? new TextEncoder().encode(data) : data)));
  }

  return {
    newDirectory,
    newFile,
    newLink: (target) => ({ type: "symlink", ...stamp(0o777), target }),
    put,
    locate: at,
    existing,
    existingFile,
    entry,
    target,
  };
}

function sizeOf(node: Node | undefined): number {
  return node?.type === "file" ? node.content.size : 0;
}
