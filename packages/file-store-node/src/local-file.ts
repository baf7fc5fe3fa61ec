import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import {
  childPath,
  FileStoreError,
  type ReadableFile,
  rootPath,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { storeError } from "./error.ts";
import type { NodeStoreOptions } from "./options.ts";
import { createNodeStore, type NodeStore } from "./store.ts";

/**
 * Opens a file by a path that the user of this machine wrote: no jail, symbolic links are theirs to follow.
 *
 * @throws {FileStoreError} `not-found`, `is-a-directory`, `permission-denied`, …
 */
export async function openLocalFile(path: string): Promise<ReadableFile> {
  const { store, name } = await locate(path);
  return store.openRead(name, {});
}

/**
 * A file at such a path that appears, or takes the place of what stands there, when all of it has been written. A
 * symbolic link stays and its target is replaced, also where nothing stands there yet.
 *
 * @throws {FileStoreError} `not-found` (the directory), `is-a-directory`, `permission-denied`, …
 */
export async function createLocalFile(path: string): Promise<WritableFile> {
  const { store, name } = await locate(path, { writable: true });
  return store.openWrite(name, { mode: "replace" }, {});
}

/** A store over the directory that the path leads to in truth, and the file's name in it. */
async function locate(
  path: string,
  options: NodeStoreOptions = {},
): Promise<{ readonly store: NodeStore; readonly name: VirtualPath }> {
  try {
    const end = await followLinks(path);
    return { store: createNodeStore(dirname(end), options), name: childPath(rootPath, basename(end)) };
  } catch (error) {
    throw storeError(error, path);
  }
}

/**
 * Where a local path leads in truth, its last name followed too; that need not exist.
 *
 * @throws {FileStoreError} `io` for links in a circle; else the system's error
 */
export async function followLinks(path: string): Promise<string> {
  let at = resolve(path);
  for (let links = 0; links < mostLinks; links++) {
    const directory = await realpath(dirname(at));
    const here = join(directory, basename(at));
    const target = await readlink(here).catch(() => undefined);
    if (target === undefined) return here;
    at = resolve(directory, target);
  }
  throw new FileStoreError("io", `${path}: there are too many symbolic links`);
}

/** As many as Linux follows. */
const mostLinks = 40;
