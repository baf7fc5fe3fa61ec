import { basename, dirname, resolve } from "node:path";
import {
  childPath,
  type FileStore,
  FileStoreError,
  rootPath,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";
import { createNodeStore, openSmallFiles, type SmallFiles } from "@longshore/file-store-node";
import type { TreeEntry, TreePath, TreeSide } from "./tree-side.ts";

/** A tree here. No symbolic link below its root is followed, so that nothing leaves it, whoever puts one in the way. */
export interface LocalTree extends TreeSide {
  /** The store, once the root stands. */
  readonly store: FileStore;
  readonly context: StoreContext;
  readonly caseSensitive: boolean;
  /** What is faster for small files, once the root stands and where it can be had. */
  small(): Promise<SmallFiles | undefined>;
  pathOf(path: TreePath): VirtualPath;
}

/** @param root a local path, or any store, of which the whole is taken */
export function createLocalTree(root: string | FileStore, signal: AbortSignal | undefined): LocalTree {
  const context: StoreContext = { links: "refuse", ...(signal === undefined ? {} : { signal }) };
  let opened = typeof root === "string" ? openRoot(root) : root;
  const standing = (): FileStore => {
    if (opened === undefined)
      throw new FileStoreError("not-found", `${String(root)}: there is no such directory`);
    return opened;
  };
  let small: Promise<SmallFiles | undefined> | undefined;
  const pathOf = (path: TreePath): VirtualPath => path.reduce(childPath, rootPath);
  return {
    get store() {
      return standing();
    },
    context,
    get caseSensitive() {
      return opened?.capabilities.caseSensitive ?? process.platform === "linux";
    },
    small() {
      small ??= typeof root === "string" ? openSmallFiles(root) : Promise.resolve(undefined);
      return small;
    },
    pathOf,
    async list(path) {
      if (opened === undefined) return undefined;
      const entries: TreeEntry[] = [];
      for await (const batch of opened.list(pathOf(path), context)) {
        for (const { name, type, size, modified } of batch) {
          entries.push({
            name,
            type: type === "symlink" ? "link" : type,
            size,
            modified: modified === undefined ? undefined : { at: modified, within: 1 },
            isExact: true,
          });
        }
      }
      return { entries, problems: [], isComplete: true };
    },
    async makeDirectory(path) {
      if (path.length > 0) await standing().makeDirectory(pathOf(path), context);
      else if (typeof root === "string") opened ??= await makeRoot(root);
    },
    remove: (path) => standing().remove(pathOf(path), context),
    removeDirectory: (path) => standing().removeDirectory(pathOf(path), context),
  };
}

function openRoot(path: string): FileStore | undefined {
  try {
    return createNodeStore(path, { writable: true, followLinks: "never" });
  } catch (error) {
    if (FileStoreError.isInstance(error) && error.code === "not-found") return undefined;
    throw error;
  }
}

/** Makes the root, and what is missing above it: the user of this machine named it, and it may lead anywhere. */
async function makeRoot(path: string): Promise<FileStore> {
  const whole = resolve(path);
  const standing = openRoot(whole);
  if (standing !== undefined) return standing;
  const above = await makeRoot(dirname(whole));
  try {
    await above.makeDirectory(childPath(rootPath, basename(whole)), {});
  } catch (error) {
    if (!FileStoreError.isInstance(error) || error.code !== "exists") throw error;
  }
  return createNodeStore(whole, { writable: true, followLinks: "never" });
}
