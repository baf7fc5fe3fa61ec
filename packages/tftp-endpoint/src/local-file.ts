import { basename, dirname, resolve } from "node:path";
import {
  childPath,
  type FileStore,
  type ReadableFile,
  rootPath,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { createNodeStore, type NodeStoreOptions } from "@longshore/file-store-node";

/** A file of the local disk, to be read. Rejects with a `FileStoreError`. */
export async function openLocalReading(path: string): Promise<ReadableFile> {
  const { store, name } = locate(path);
  return store.openRead(name, {});
}

/** A file of the local disk that appears, or takes the place of what stands there, when all of it has come. */
export async function openLocalWriting(path: string): Promise<WritableFile> {
  const { store, name } = locate(path, { writable: true });
  return store.openWrite(name, { mode: "replace" }, {});
}

function locate(
  path: string,
  options: NodeStoreOptions = {},
): { readonly store: FileStore; readonly name: VirtualPath } {
  const whole = resolve(path);
  // The user named this path: links in it are theirs to follow, and only its last name is the store's.
  return { store: createNodeStore(dirname(whole), options), name: childPath(rootPath, basename(whole)) };
}
