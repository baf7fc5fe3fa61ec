import {
  childPath,
  type FileStore,
  FileStoreError,
  type PartStore,
  type StoreContext,
  type VirtualPath,
  type WritableFile,
  type WriteOptions,
} from "@longshore/file-store";
import { type Action, type Allowed, actions, type Permission, rulesOf } from "./permission-rule.ts";

/**
 * The store as a user with this permission sees it: what is not allowed is `permission-denied`, and capabilities
 * say so beforehand. This is the one place where permissions are kept.
 *
 * Rules by path are kept on where a path leads, not on how it is written: links are resolved first and none is
 * followed afterwards. A rename needs `rename` on both ends; between places with different rules it also needs `write`
 * where it goes to, and `read` where it comes from if it could be read there. No rename and no removal takes the
 * place of a rule along.
 *
 * @throws {FileStoreError} `name-not-allowed` when a rule's path cannot be one
 */
export function restrictStore(store: FileStore, permission: Permission): FileStore {
  // Most users of a server have one of a few: their sessions share it.
  if (typeof permission !== "string") return restrict(store, permission);
  let known = restrictions.get(store);
  if (known === undefined) {
    known = new Map();
    restrictions.set(store, known);
  }
  const restricted = known.get(permission) ?? restrict(store, permission);
  known.set(permission, restricted);
  return restricted;
}

const restrictions = new WeakMap<FileStore, Map<string, FileStore>>();

/**
 * Asks before the act whether a restricted store allows it; any other store does. For work of several steps that must not
 * stop after the first.
 *
 * @throws {FileStoreError} `permission-denied`
 */
export async function mustBeAllowed(
  store: FileStore,
  action: Action,
  path: VirtualPath,
  context: StoreContext,
): Promise<void> {
  await restricted.get(store)?.check(action, path, context);
}

/** What a user may do at a path and with each of the names in it. */
export interface Rights {
  readonly here: ReadonlySet<Action>;
  within(name: string): ReadonlySet<Action>;
}

/**
 * What a restricted store allows at a path, as far as it can be told beforehand; nothing where it allows everything.
 *
 * @throws {FileStoreError} where the path may not even be looked at
 */
export async function rightsAt(
  store: FileStore,
  path: VirtualPath,
  context: StoreContext,
): Promise<Rights | undefined> {
  return restricted.get(store)?.rightsAt(path, context);
}

/** What can be asked of a restricted store beyond what any store does. */
interface Restriction {
  check(action: Action, path: VirtualPath, context: StoreContext): Promise<unknown>;
  rightsAt(path: VirtualPath, context: StoreContext): Promise<Rights>;
}

const restricted = new WeakMap<FileStore, Restriction>();

function restrict(store: FileStore, permission: Permission): FileStore {
  const rules = rulesOf(permission, store.capabilities);
  const { uniform } = rules;
  if (uniform && actions.every((action) => rules.anywhere(action))) return store;
  const { setTimes, setMode, makeLink, freeSpace, copy, resolve, parts } = store;

  const isClosed = (path: VirtualPath): boolean =>
    rules.at(path).actions.size === 0 && rules.waysFrom(path) === undefined;

  /** Where a path leads in truth, and what is allowed there. */
  async function placeOf(path: VirtualPath, follow: boolean, context: StoreContext): Promise<Place> {
    const allowed = rules.at(path);
    if (uniform || resolve === undefined) return { path, context, allowed };
    // Not even what is missing there is told.
    if (isClosed(path)) throw denied("whatever is asked of", path);
    const resolved = await resolve.call(store, path, { follow }, context);
    return { path: resolved, context: { ...context, links: "refuse" }, allowed: rules.at(resolved) };
  }

  /** The place, where one action on it is all that is needed. */
  async function placeFor(
    action: Action,
    path: VirtualPath,
    follow: boolean,
    context: StoreContext,
  ): Promise<Place> {
    const place = await placeOf(path, follow, context);
    need(action, place);
    return place;
  }

  const basic: FileStore = {
    capabilities: {
      ...store.capabilities,
      writable: actions.slice(2).some(rules.anywhere) && store.capabilities.writable,
    },
    async stat(path, context) {
      if (uniform) return store.stat(path, context);
      if (isClosed(path)) throw hidden(path);
      const place = await placeOf(path, true, context);
      if (isClosed(place.path)) throw hidden(path);
      const stat = await store.stat(place.path, place.context);
      // Without the right to see files, there are only directories.
      if (stat.type !== "directory" && !maySee(place.allowed)) throw hidden(path);
      return stat;
    },
    async *list(path, context) {
      const place = await placeOf(path, true, context);
      const { allowed } = place;
      if (allowed.actions.has("list")) {
        yield* store.list(place.path, place.context);
        return;
      }
      const ways = rules.waysFrom(place.path);
      if (ways === undefined && !allowed.incoming) need("list", place);
      for await (const batch of store.list(place.path, place.context)) {
        // A drop box looks empty.
        const seen = batch.filter(({ name }) => ways?.has(foldLike(store, name)));
        if (seen.length > 0) yield seen;
      }
    },
    async openRead(path, context) {
      const place = await placeFor("read", path, true, context);
      return store.openRead(place.path, place.context);
    },
    async openWrite(path, options, context) {
      const place = await placeOf(path, options.mode !== "create", context);
      const file = await store.openWrite(place.path, allowedMode(place, options), place.context);
      return place.allowed.incoming ? withoutKeep(file) : file;
    },
    async remove(path, context) {
      const place = await placeFor("delete", path, false, context);
      return store.remove(place.path, place.context);
    },
    async removeDirectory(path, context) {
      const place = await placeFor("delete", path, false, context);
      if (rules.holdsRule(place.path)) throw pinned(path);
      return store.removeDirectory(place.path, place.context);
    },
    async makeDirectory(path, context, options) {
      const place = await placeFor("make-directory", path, false, context);
      return store.makeDirectory(place.path, place.context, options);
    },
    async rename(from, to, options, context) {
      const source = await placeFor("rename", from, false, context);
      const goal = uniform
        ? { path: to, context, allowed: source.allowed }
        : await placeOf(to, false, context);
      if (goal.allowed !== source.allowed) {
        need("rename", goal);
        need("write", goal);
        if (maySee(goal.allowed)) need("read", source);
      }
      for (const place of [source, goal]) if (rules.holdsRule(place.path)) throw pinned(place.path);
      const overwrite = options.overwrite && goal.allowed.actions.has("overwrite");
      return store.rename(source.path, goal.path, { overwrite }, goal.context);
    },
  };

  const attributes = rules.anywhere("set-attributes");
  const writes = rules.anywhere("write");
  const whole: FileStore = {
    ...basic,
    ...(attributes && setTimes !== undefined
      ? {
          async setTimes(path, times, context) {
            const place = await placeFor("set-attributes", path, true, context);
            return setTimes.call(store, place.path, times, place.context);
          },
        }
      : {}),
    ...(attributes && setMode !== undefined
      ? {
          async setMode(path, mode, context) {
            const place = await placeFor("set-attributes", path, true, context);
            return setMode.call(store, place.path, mode, place.context);
          },
        }
      : {}),
    ...(writes && makeLink !== undefined
      ? {
          async makeLink(path, target, context) {
            const place = await placeFor("write", path, false, context);
            if (place.allowed.incoming) throw denied("a link", path);
            return makeLink.call(store, place.path, target, place.context);
          },
        }
      : {}),
    ...(freeSpace !== undefined ? { freeSpace: freeSpace.bind(store) } : {}),
    ...(resolve !== undefined ? { resolve: resolve.bind(store) } : {}),
    ...(writes && rules.anywhere("read") && copy !== undefined
      ? {
          async copy(from, to, options, context) {
            const source = await placeFor("read", from, true, context);
            const goal = await placeFor("write", to, true, context);
            const overwrite = options.overwrite && goal.allowed.actions.has("overwrite");
            return copy.call(store, source.path, goal.path, { overwrite }, goal.context);
          },
        }
      : {}),
    ...(writes && parts !== undefined ? { parts: restrictParts(parts, placeOf) } : {}),
  };
  restricted.set(whole, {
    check: (action, path, context) => placeFor(action, path, false, context),
    async rightsAt(path, context) {
      const { path: directory, allowed } = await placeOf(path, true, context);
      const ways = rules.waysFrom(directory);
      return {
        here: allowed.actions,
        within: (name) =>
          ways?.has(foldLike(store, name)) ? rules.at(childPath(directory, name)).actions : allowed.actions,
      };
    },
  });
  return whole;
}

/**
 * A part is its user's own, so that it takes `write` alone. In a drop box there are none: the anonymous user is many,
 * and the next guest would go on from what the last one sent.
 */
function restrictParts(
  parts: PartStore,
  placeOf: (path: VirtualPath, follow: boolean, context: StoreContext) => Promise<Place>,
): PartStore {
  const mayKeep = ({ allowed }: Place): boolean => allowed.actions.has("write") && !allowed.incoming;
  return {
    async find(path, context) {
      const place = await placeOf(path, true, context);
      return mayKeep(place) ? parts.find(place.path, place.context) : undefined;
    },
    async resume(path, options, context) {
      const place = await placeOf(path, true, context);
      if (!mayKeep(place)) throw denied("write", path);
      const overwrite = options.overwrite && place.allowed.actions.has("overwrite");
      return parts.resume(place.path, { ...options, overwrite }, place.context);
    },
    async remove(path, context) {
      const place = await placeOf(path, true, context);
      return mayKeep(place) && parts.remove(place.path, place.context);
    },
  };
}

function withoutKeep(file: WritableFile): WritableFile {
  const { writeAll } = file;
  return {
    start: file.start,
    write: (chunk, position) => file.write(chunk, position),
    ...(writeAll === undefined ? {} : { writeAll: writeAll.bind(file) }),
    commit: () => file.commit(),
    abort: (reason) => file.abort(reason),
  };
}

interface Place {
  readonly path: VirtualPath;
  readonly context: StoreContext;
  readonly allowed: Allowed;
}

function need(action: Action, { path, allowed }: Place): void {
  if (!allowed.actions.has(action)) throw denied(action, path);
}

function denied(what: string, path: VirtualPath): FileStoreError {
  return new FileStoreError("permission-denied", `${what} ${path} is not allowed`);
}

function pinned(path: VirtualPath): FileStoreError {
  return new FileStoreError("permission-denied", `${path}: a rule holds for a place in it, so that it stays`);
}

function hidden(path: VirtualPath): FileStoreError {
  return new FileStoreError("not-found", `${path}: nothing that may be seen stands there`);
}

function maySee({ actions: allowed }: Allowed): boolean {
  return allowed.has("list") || allowed.has("read");
}

function foldLike({ capabilities }: FileStore, name: string): string {
  return capabilities.caseSensitive ? name : name.normalize("NFC").toLowerCase();
}

/** Without `overwrite`, replacing becomes creating, so that the store itself settles races. */
function allowedMode({ path, allowed: { actions: allowed } }: Place, options: WriteOptions): WriteOptions {
  switch (options.mode) {
    case "create":
      if (allowed.has("write")) return options;
      throw denied("write", path);
    case "replace":
      if (!allowed.has("write")) throw denied("write", path);
      return allowed.has("overwrite") ? options : { ...options, mode: "create" };
    case "append":
      if (allowed.has("append")) return options;
      if (!allowed.has("write")) throw denied("append", path);
      return { ...options, mode: "create" };
    case "update":
      if (allowed.has("write") && allowed.has("overwrite")) return options;
      throw denied("overwrite", path);
  }
}
