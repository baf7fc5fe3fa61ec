import {
  climbsOut,
  type DirectoryEntry,
  type FileStore,
  FileStoreError,
  isWithin,
  rebasePath,
  rootPath,
  type StoreContext,
  type VirtualPath,
} from "@longshore/file-store";

/**
 * A store seen from one of its directories: that is the root now, and nothing leads out of it. Links are resolved
 * first and none is followed afterwards, so that one which leads elsewhere in the store is `permission-denied`; the
 * targets of links that would tell of a place outside are not told.
 *
 * @param directory need not exist yet; until it does, everything is `not-found`
 */
export function subStore(store: FileStore, directory: VirtualPath): FileStore {
  if (directory.segments.length === 0) return store;
  const { setTimes, setMode, makeLink, freeSpace, copy, resolve, parts } = store;
  /** Where the root is in truth; looked up until it is there. */
  let root: VirtualPath | undefined;

  async function placeOf(path: VirtualPath, follow: boolean, context: StoreContext): Promise<Place> {
    if (resolve === undefined) return { path: below(path, directory), context };
    root ??= await resolve.call(store, directory, { follow: true }, context);
    if (context.links === "refuse") return { path: below(path, root), context };
    const resolved = await resolve.call(store, below(path, root), { follow }, context);
    if (!isWithin(resolved, root))
      throw new FileStoreError("permission-denied", `${path}: a link in the way leaves the user's root`);
    return { path: resolved, context: { ...context, links: "refuse" } };
  }

  /** For calls that change the entry itself; the root is nobody's entry. */
  async function entryOf(path: VirtualPath, context: StoreContext): Promise<Place> {
    if (path.segments.length === 0) throw new FileStoreError("permission-denied", "the root stays as it is");
    return placeOf(path, false, context);
  }

  return {
    capabilities: store.capabilities,
    async stat(path, context) {
      const place = await placeOf(path, true, context);
      return store.stat(place.path, place.context);
    },
    async *list(path, context) {
      const place = await placeOf(path, true, context);
      const depth = place.path.segments.length - (root ?? directory).segments.length;
      for await (const batch of store.list(place.path, place.context))
        yield batch.map((entry) => withoutForeignTarget(entry, depth));
    },
    async openRead(path, context) {
      const place = await placeOf(path, true, context);
      return store.openRead(place.path, place.context);
    },
    async openWrite(path, options, context) {
      const place = await placeOf(path, options.mode !== "create", context);
      return store.openWrite(place.path, options, place.context);
    },
    async remove(path, context) {
      if (path.segments.length === 0) throw new FileStoreError("is-a-directory", "the root is a directory");
      const place = await entryOf(path, context);
      return store.remove(place.path, place.context);
    },
    async makeDirectory(path, context, options) {
      if (path.segments.length === 0) throw new FileStoreError("exists", "the root exists");
      const place = await entryOf(path, context);
      return store.makeDirectory(place.path, place.context, options);
    },
    async removeDirectory(path, context) {
      const place = await entryOf(path, context);
      return store.removeDirectory(place.path, place.context);
    },
    async rename(from, to, options, context) {
      const source = await entryOf(from, context);
      const goal = await entryOf(to, context);
      return store.rename(source.path, goal.path, options, goal.context);
    },
    ...(setTimes === undefined
      ? {}
      : {
          async setTimes(path, times, context) {
            const place = await placeOf(path, true, context);
            return setTimes.call(store, place.path, times, place.context);
          },
        }),
    ...(setMode === undefined
      ? {}
      : {
          async setMode(path, mode, context) {
            const place = await placeOf(path, true, context);
            return setMode.call(store, place.path, mode, place.context);
          },
        }),
    ...(makeLink === undefined
      ? {}
      : {
          async makeLink(path, target, context) {
            if (target.startsWith("/") || climbsOut(path.segments.length - 1, target))
              throw new FileStoreError("permission-denied", `${path}: the link would lead out of the root`);
            const place = await entryOf(path, context);
            return makeLink.call(store, place.path, target, place.context);
          },
        }),
    ...(freeSpace === undefined
      ? {}
      : {
          async freeSpace(path, context) {
            const place = await placeOf(path, true, context);
            return freeSpace.call(store, place.path, place.context);
          },
        }),
    ...(copy === undefined
      ? {}
      : {
          async copy(from, to, options, context) {
            const source = await placeOf(from, true, context);
            const goal = await placeOf(to, true, context);
            return copy.call(store, source.path, goal.path, options, goal.context);
          },
        }),
    ...(resolve === undefined
      ? {}
      : {
          async resolve(path, { follow }, context) {
            const place = await placeOf(path, follow, context);
            return rebasePath(place.path, root ?? directory, rootPath) ?? path;
          },
        }),
    ...(parts === undefined
      ? {}
      : {
          parts: {
            async find(path, context) {
              const place = await placeOf(path, true, context);
              return parts.find(place.path, place.context);
            },
            async resume(path, options, context) {
              const place = await placeOf(path, true, context);
              return parts.resume(place.path, options, place.context);
            },
            ...(parts.usage === undefined ? {} : { usage: parts.usage.bind(parts) }),
            async remove(path, context) {
              const place = await placeOf(path, true, context);
              return parts.remove(place.path, place.context);
            },
          },
        }),
  } satisfies FileStore;
}

interface Place {
  readonly path: VirtualPath;
  readonly context: StoreContext;
}

function below(path: VirtualPath, directory: VirtualPath): VirtualPath {
  return rebasePath(path, rootPath, directory) ?? directory;
}

function withoutForeignTarget(entry: DirectoryEntry, depth: number): DirectoryEntry {
  if (entry.target === undefined) return entry;
  const { target, ...rest } = entry;
  return target.startsWith("/") || climbsOut(depth, target) ? rest : entry;
}
