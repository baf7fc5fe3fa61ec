import { type FileStore, FileStoreError } from "@longshore/file-store";

/**
 * The store of a session in which nobody has logged in, where each user has a store of their own: nothing can be
 * done with it, and FEAT promises of it only what every store has.
 */
export const unknownStore: FileStore = {
  capabilities: {
    writable: false,
    writes: "atomic",
    append: "none",
    randomWrite: "none",
    rename: { file: "none", directory: "none" },
    exclusiveCreate: "racy",
    names: "utf8",
    caseSensitive: true,
    modified: "second",
    directoryCursor: "none",
    durableSync: "none",
  },
  stat: refuse,
  async *list() {
    yield await refuse();
  },
  openRead: refuse,
  openWrite: refuse,
  remove: refuse,
  makeDirectory: refuse,
  removeDirectory: refuse,
  rename: refuse,
};

async function refuse(): Promise<never> {
  throw new FileStoreError("permission-denied", "nobody has logged in");
}
