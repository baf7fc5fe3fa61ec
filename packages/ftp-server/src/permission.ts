import { type FileStore, FileStoreError, type VirtualPath, type WriteOptions } from "@longshore/file-store";

/** What a user may do. `list` and `read` are what `"ro"` stands for, all of them are `"rw"`. */
export const actions = [
  "list",
  "read",
  "write",
  "append",
  "overwrite",
  "delete",
  "rename",
  "make-directory",
  "set-attributes",
] as const;

export type Action = (typeof actions)[number];

/** `"ro"`, `"rw"`, or exactly these actions. */
export type Permission = "ro" | "rw" | readonly Action[];

/**
 * The store as a user with this permission sees it: what is not allowed is `permission-denied`, and capabilities
 * say so beforehand. This is the one place where permissions are kept.
 */
export function restrictStore(store: FileStore, permission: Permission): FileStore {
  const allowed = new Set<Action>(
    permission === "rw" ? actions : permission === "ro" ? ["list", "read"] : permission,
  );
  if (actions.every((action) => allowed.has(action))) return store;
  const need = (action: Action, path: VirtualPath): void => {
    if (!allowed.has(action))
      throw new FileStoreError("permission-denied", `${action} ${path} is not allowed`);
  };
  const writable = actions.slice(2).some((action) => allowed.has(action));
  const { setTimes, setMode, makeLink, freeSpace, copy } = store;

  const restricted: FileStore = {
    capabilities: { ...store.capabilities, writable: writable && store.capabilities.writable },
    stat: (path, context) => store.stat(path, context),
    async *list(path, context) {
      need("list", path);
      yield* store.list(path, context);
    },
    async openRead(path, context) {
      need("read", path);
      return store.openRead(path, context);
    },
    async openWrite(path, options, context) {
      return store.openWrite(path, allowedMode(allowed, path, options), context);
    },
    async remove(path, context) {
      need("delete", path);
      return store.remove(path, context);
    },
    async removeDirectory(path, context) {
      need("delete", path);
      return store.removeDirectory(path, context);
    },
    async makeDirectory(path, context, options) {
      need("make-directory", path);
      return store.makeDirectory(path, context, options);
    },
    async rename(from, to, options, context) {
      need("rename", from);
      const overwrite = options.overwrite && allowed.has("overwrite");
      return store.rename(from, to, { overwrite }, context);
    },
  };
  const attributes = allowed.has("set-attributes");
  return {
    ...restricted,
    ...(attributes && setTimes !== undefined ? { setTimes: setTimes.bind(store) } : {}),
    ...(attributes && setMode !== undefined ? { setMode: setMode.bind(store) } : {}),
    ...(allowed.has("write") && makeLink !== undefined ? { makeLink: makeLink.bind(store) } : {}),
    ...(freeSpace !== undefined ? { freeSpace: freeSpace.bind(store) } : {}),
    ...(allowed.has("write") && allowed.has("overwrite") && allowed.has("read") && copy !== undefined
      ? { copy: copy.bind(store) }
      : {}),
  };
}

/** Without `overwrite`, replacing becomes creating, so that the store itself settles races. */
function allowedMode(allowed: ReadonlySet<Action>, path: VirtualPath, options: WriteOptions): WriteOptions {
  const deny = (action: Action): never => {
    throw new FileStoreError("permission-denied", `${action} ${path} is not allowed`);
  };
  switch (options.mode) {
    case "create":
      return allowed.has("write") ? options : deny("write");
    case "replace":
      if (allowed.has("write")) return allowed.has("overwrite") ? options : { ...options, mode: "create" };
      return deny("write");
    case "append":
      if (allowed.has("append")) return options;
      return allowed.has("write") ? { ...options, mode: "create" } : deny("append");
    case "update":
      return allowed.has("write") && allowed.has("overwrite") ? options : deny("overwrite");
  }
}
