import {
  childPath,
  type DirectoryEntry,
  type FileStore,
  FileStoreError,
  type StoreContext,
  throwIfAborted,
  toFileStoreError,
  type VirtualPath,
} from "@longshore/file-store";

/**
 * Bytes of all files below a directory, links not followed. More than `limit` entries are `too-large`.
 *
 * @throws {FileStoreError}
 */
export async function treeSize(
  store: FileStore,
  path: VirtualPath,
  limit: number,
  context: StoreContext,
): Promise<number> {
  const pending = [path];
  let size = 0;
  let entries = 0;
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for await (const batch of store.list(directory, context)) {
      throwIfAborted(context);
      entries += batch.length;
      if (limit > 0 && entries > limit)
        throw new FileStoreError("too-large", `${path} has more than ${limit} entries (limits.treeEntries)`);
      for (const entry of batch) {
        if (entry.type === "directory") pending.push(childPath(directory, entry.name));
        else if (entry.type === "file") size += entry.size;
      }
    }
  }
  return size;
}

/**
 * Removes a directory and all that is in it; a link is removed, never followed. What is gone before something cannot be
 * removed stays gone.
 *
 * @throws {FileStoreError}
 */
export async function removeTree(store: FileStore, path: VirtualPath, context: StoreContext): Promise<void> {
  if (path.segments.length === 0) throw new FileStoreError("permission-denied", "the root stays as it is");
  for (;;) {
    throwIfAborted(context);
    try {
      // First: a link to a directory is none to the store, and is not looked into.
      await store.removeDirectory(path, context);
      return;
    } catch (error) {
      if (toFileStoreError(error).code !== "not-empty") throw error;
    }
    const entries = await someEntries(store, path, context);
    if (entries.length === 0)
      throw new FileStoreError("not-empty", `${path} holds what is not shown to this user`);
    for (const { name, type } of entries) {
      const child = childPath(path, name);
      if (type === "directory") await removeTree(store, child, context);
      else await store.remove(child, context);
    }
  }
}

/** Entries that are known at once: with one listing open in each directory on the way, deep trees would use up descriptors. */
const atOnce = 1000;

async function someEntries(
  store: FileStore,
  path: VirtualPath,
  context: StoreContext,
): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const batch of store.list(path, context)) {
    entries.push(...batch);
    if (entries.length >= atOnce) break;
  }
  return entries;
}
