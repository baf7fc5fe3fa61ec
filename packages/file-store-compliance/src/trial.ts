import {
  childPath,
  type DirectoryEntry,
  type FileStore,
  FileStoreError,
  nameOf,
  parentPath,
  type StoreContext,
  toPath,
  type VirtualPath,
  type WriteOptions,
} from "@longshore/file-store";

export interface StoreCase {
  readonly name: string;
  run(trial: Trial): Promise<void>;
}

/** What of a store may be absent. */
export type OptionalMethod = "setTimes" | "setMode" | "makeLink" | "freeSpace" | "copy" | "resolve" | "parts";

/** A store to be tried, and the calls that nearly every case makes. Paths are texts here. */
export interface Trial {
  readonly store: FileStore;
  readonly context: StoreContext;
  /** Writes a file by one upload. */
  put(path: string | VirtualPath, content: string | Uint8Array, options?: WriteOptions): Promise<void>;
  /** The whole content. */
  get(path: string | VirtualPath): Promise<string>;
  bytes(path: string | VirtualPath): Promise<Uint8Array>;
  entries(path: string | VirtualPath): Promise<readonly DirectoryEntry[]>;
  /** The names in a directory, sorted. */
  names(path: string | VirtualPath): Promise<readonly string[]>;
  /** Whether the name stands there, by `stat` and by the listing of its directory, which must agree. */
  exists(path: string | VirtualPath): Promise<boolean>;
  makeDirectory(path: string): Promise<void>;
}

export function at(path: string | VirtualPath): VirtualPath {
  return typeof path === "string" ? toPath(path) : path;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that differ from their neighbours at any distance that a store may confuse. */
export function patternOf(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

export function trialOf(store: FileStore): Trial {
  const context: StoreContext = {};

  async function bytes(path: string | VirtualPath): Promise<Uint8Array> {
    const file = await store.openRead(at(path), context);
    try {
      const into = new Uint8Array(file.size);
      const count = await file.read(into, 0);
      return into.subarray(0, count);
    } finally {
      await file.close();
    }
  }

  async function entries(path: string | VirtualPath): Promise<readonly DirectoryEntry[]> {
    const all: DirectoryEntry[] = [];
    for await (const batch of store.list(at(path), context)) all.push(...batch);
    return all;
  }

  async function names(path: string | VirtualPath): Promise<readonly string[]> {
    return (await entries(path)).map(({ name }) => name).sort();
  }

  return {
    store,
    context,
    bytes,
    entries,
    names,
    get: async (path) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(await bytes(path)),
    async put(path, content, options = { mode: "replace" }) {
      const file = await store.openWrite(at(path), options, context);
      await file.write(typeof content === "string" ? bytesOf(content) : content, file.start);
      await file.commit();
    },
    async exists(path) {
      const there = await store.stat(at(path), context).then(
        () => true,
        (error) => {
          if (FileStoreError.isInstance(error) && error.code === "not-found") return false;
          throw error;
        },
      );
      const listed = (await names(parentPath(at(path)))).includes(nameOf(at(path)));
      if (there !== listed) throw new Error(`${path}: stat and list do not agree on whether it exists`);
      return there;
    },
    makeDirectory: (path) => store.makeDirectory(at(path), context),
  };
}

/** Does `work` while `watch` goes on again and again; fails when either does. */
export async function during(watch: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const watching = (async () => {
    while (!isOver) await watch();
  })();
  // Heard below, also when it comes before that.
  watching.catch(() => {});
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
  }
}

/** `count` names below `directory`. */
export function children(directory: string, count: number): readonly VirtualPath[] {
  return Array.from({ length: count }, (_, index) => childPath(toPath(directory), `file-${index}`));
}
