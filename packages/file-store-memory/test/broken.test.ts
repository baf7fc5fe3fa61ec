import { childPath, type FileStore, FileStoreError, type WritableFile } from "@longshore/file-store";
import { type ComplianceOptions, describeFileStore } from "@longshore/file-store-compliance";
import { createMemoryStore } from "@longshore/file-store-memory";
import { describe, expect, it } from "vitest";

// The kit is only worth what it finds: here stand stores that break one sentence of the contract each, and what
// the kit says of them. The sound store that they are made from is the one these tests belong to.

type Break = (store: FileStore) => FileStore;

/** The names of the cases that fail, of those whose names match. */
const run = async (
  wrap: Break,
  options: ComplianceOptions = {},
  names: RegExp = /^/,
): Promise<readonly string[]> => {
  const suite = describeFileStore("broken", () => ({ store: wrap(createMemoryStore()) }), options);
  const failed: string[] = [];
  for (const { name, run } of suite.cases.filter((one) => names.test(one.name))) {
    try {
      await run();
    } catch {
      failed.push(name);
    }
  }
  return failed;
};

/** A store whose uploads go through `wrap`. */
const writing =
  (wrap: (file: WritableFile, store: FileStore) => WritableFile): Break =>
  (store) => ({
    ...store,
    openWrite: async (path, options, context) => wrap(await store.openWrite(path, options, context), store),
  });

const reading =
  (wrap: (read: FileStoreRead) => FileStoreRead): Break =>
  (store) => ({
    ...store,
    async openRead(path, context) {
      const file = await store.openRead(path, context);
      return { ...file, read: wrap(file.read) };
    },
  });
type FileStoreRead = (into: Uint8Array, position: number) => Promise<number>;

const listing =
  (change: (entries: Entries) => Entries): Break =>
  (store) => ({
    ...store,
    async *list(path, context) {
      for await (const batch of store.list(path, context)) yield change(batch);
    },
  });
type Entries = FileStore["list"] extends (...args: never) => AsyncIterable<infer Batch> ? Batch : never;

const broken: Readonly<Record<string, { readonly wrap: Break; readonly found: RegExp }>> = {
  "shows a file before its commit": {
    wrap: (store) => ({
      ...store,
      async openWrite(path, options, context) {
        const file = await store.openWrite(path, options, context);
        if (options.mode !== "create") return file;
        await file.commit();
        return store.openWrite(path, { mode: "replace" }, context);
      },
    }),
    found: /until commit/,
  },
  "keeps what was aborted": {
    wrap: writing((file) => ({ ...file, abort: () => file.commit().catch(() => {}) })),
    found: /^abort leaves/,
  },
  "keeps the caller's chunk": {
    wrap: writing((file) => {
      const kept: [Uint8Array, number][] = [];
      return {
        start: file.start,
        write: async (chunk, position) => void kept.push([chunk, position]),
        async commit() {
          for (const [chunk, position] of kept) await file.write(chunk, position);
          await file.commit();
        },
        abort: file.abort,
      };
    }),
    found: /the chunk is the caller's/,
  },
  "writes every chunk at the start": {
    wrap: writing((file) => ({ ...file, write: (chunk) => file.write(chunk, file.start) })),
    found: /at any position/,
  },
  "loses the chunks of writeAll but the first": {
    wrap: writing((file) => ({
      ...file,
      writeAll: async (chunks, at) => file.writeAll?.(chunks.slice(0, 1), at),
    })),
    found: /^writeAll/,
  },
  "lets both creators win": {
    wrap: (store) => ({
      ...store,
      async openWrite(path, options, context) {
        await (options.mode === "create" ? store.openWrite(path, options, context) : undefined)?.then(
          (file) => file.abort(),
        );
        return store.openWrite(path, options.mode === "create" ? { mode: "replace" } : options, context);
      },
    }),
    found: /of two that create/,
  },
  "overwrites on create": {
    wrap: (store) => ({
      ...store,
      openWrite: (path, options, context) =>
        store.openWrite(path, options.mode === "create" ? { mode: "replace" } : options, context),
    }),
    found: /^create: /,
  },
  "cuts off on append": {
    wrap: (store) => ({
      ...store,
      openWrite: (path, options, context) =>
        store.openWrite(path, options.mode === "append" ? { mode: "replace" } : options, context),
    }),
    found: /^append: /,
  },
  "cuts off what follows an update": {
    wrap: (store) => ({
      ...store,
      async openWrite(path, options, context) {
        if (options.mode !== "update" || !options.start) return store.openWrite(path, options, context);
        const head = new Uint8Array(options.start);
        const before = await store.openRead(path, context);
        await before.read(head, 0);
        const file = await store.openWrite(path, { mode: "replace" }, context);
        await file.write(head, 0);
        return { ...file, start: options.start };
      },
    }),
    found: /^update: keeps/,
  },
  "reads less than asked": {
    wrap: reading(
      (read) => (into, position) => read(into.subarray(0, Math.max(1, into.length >> 1)), position),
    ),
    found: /reads the whole/,
  },
  "reads from the start whatever is asked": {
    wrap: reading((read) => (into) => read(into, 0)),
    found: /^read: /,
  },
  "answers more at the end than there is": {
    wrap: reading((read) => async (into, position) => (await read(into, position)) || into.length),
    found: /fewer than asked only at the end/,
  },
  "lists . too": {
    wrap: listing((batch) => [{ name: ".", type: "directory", size: 0 }, ...batch]),
    found: /^list: /,
  },
  "lists entries twice": { wrap: listing((batch) => [...batch, ...batch]), found: /come once each/ },
  "lists empty batches": {
    wrap: (store) => ({
      ...store,
      async *list(path, context) {
        for await (const batch of store.list(path, context)) yield* [[], batch];
      },
    }),
    found: /can be left early/,
  },
  "lists other sizes than stat": {
    wrap: listing((batch) => batch.map((entry) => ({ ...entry, size: entry.size + 1 }))),
    found: /says what stat says/,
  },
  "normalises names": {
    wrap: listing((batch) => batch.map((entry) => ({ ...entry, name: entry.name.normalize("NFC") }))),
    found: /^names: /,
  },
  "trims names": {
    wrap: listing((batch) => batch.map((entry) => ({ ...entry, name: entry.name.trim() }))),
    found: /^names: /,
  },
  "drops bytes that are not UTF-8": {
    wrap: listing((batch) =>
      batch.map((entry) => ({ ...entry, name: entry.name.replace(/\p{Cs}/gu, "\ufffd") })),
    ),
    found: /names: bytes that are not UTF-8/,
  },
  "rejects with an error that is not the store's": {
    wrap: (store) => ({
      ...store,
      stat: (path, context) =>
        store.stat(path, context).catch(() => {
          throw new Error("ENOENT");
        }),
    }),
    found: /not-found/,
  },
  "throws instead of rejecting": {
    wrap: (store) => ({
      ...store,
      remove(path, context) {
        if (path.segments.length === 0) throw new FileStoreError("is-a-directory", "the root");
        return store.remove(path, context);
      },
    }),
    found: /^remove: /,
  },
  "removes directories as files": {
    wrap: (store) => ({
      ...store,
      remove: (path, context) =>
        store.remove(path, context).catch((error) => {
          if (error.code !== "is-a-directory" || path.segments.length === 0) throw error;
          return store.removeDirectory(path, context);
        }),
    }),
    found: /^remove: /,
  },
  "removes directories with all that is in them": {
    wrap: (store) => ({
      ...store,
      async removeDirectory(path, context) {
        await store.stat(path, context);
        for await (const batch of store.list(path, context)) {
          for (const { name, type } of batch)
            if (type === "file") await store.remove(childPath(path, name), context);
        }
        await store.removeDirectory(path, context);
      },
    }),
    found: /^removeDirectory: /,
  },
  "makes a directory again": {
    wrap: (store) => ({
      ...store,
      makeDirectory: (path, context) =>
        store.makeDirectory(path, context).catch((error) => {
          if (error.code !== "exists") throw error;
        }),
    }),
    found: /^makeDirectory: /,
  },
  "moves over what stands": {
    wrap: (store) => ({
      ...store,
      rename: (from, to, _, context) => store.rename(from, to, { overwrite: true }, context),
    }),
    found: /without overwrite what stands is kept/,
  },
  "hears no signal": {
    wrap: (store) => ({ ...store, stat: (path) => store.stat(path, {}) }),
    found: /^signal: every call/,
  },
  "says that it knows a level that there is not": {
    wrap: (store) => ({
      ...store,
      capabilities: { ...store.capabilities, names: "latin1" as "bytes" },
    }),
    found: /states each capability/,
  },
  "says that it does not tell case apart": {
    wrap: (store) => ({ ...store, capabilities: { ...store.capabilities, caseSensitive: false } }),
    found: /differ in case/,
  },
  "says that it cannot append": {
    wrap: (store) => ({ ...store, capabilities: { ...store.capabilities, append: "none" } }),
    found: /^append: /,
  },
  "forgets times": {
    wrap: (store) => ({
      ...store,
      setTimes: async (path, _, context) => void (await store.stat(path, context)),
    }),
    found: /^setTimes: /,
  },
  "gives one id to all": {
    wrap: (store) => ({
      ...store,
      stat: async (path, context) => ({ ...(await store.stat(path, context)), id: "1" }),
    }),
    found: /an id is the same/,
  },
  "follows links in a listing": {
    wrap: listing((batch) =>
      batch.map((entry) => (entry.type === "symlink" ? { ...entry, type: "file" } : entry)),
    ),
    found: /^makeLink: /,
  },
  "tells targets outside": {
    wrap: listing((batch) =>
      batch.map((entry) =>
        entry.type === "symlink" && !entry.target ? { ...entry, target: "../x" } : entry,
      ),
    ),
    found: /none leads out/,
  },
  "copies by name alone": {
    wrap: (store) => ({
      ...store,
      copy: async (from, to, options, context) => {
        await store.stat(from, context);
        await (
          await store.openWrite(to, { mode: options.overwrite ? "replace" : "create" }, context)
        ).commit();
      },
    }),
    found: /^copy: /,
  },
};

describe("the compliance kit", () => {
  it("finds nothing in a sound store", async () => {
    expect(await run((store) => store)).toEqual([]);
  });

  it.each(Object.entries(broken))("finds a store that %s", async (_, { wrap, found }) => {
    expect(await run(wrap, {}, found)).not.toEqual([]);
  });

  it("finds an optional method that was promised and is missing", async () => {
    const without = ({ copy, ...rest }: FileStore): FileStore => rest;
    expect(await run(without, { offers: ["copy"] })).toEqual([
      "offers the optional methods that it means to offer",
    ]);
    expect(await run(without)).toEqual([]);
  });

  it("finds a store that is read-only by word alone", async () => {
    const failed = await run((store) => store, {
      makeReadOnly: () => {
        const store = createMemoryStore({ files: { "/file": "x" } });
        return { store: { ...store, capabilities: { ...store.capabilities, writable: false } } };
      },
    });
    expect(failed).toEqual([expect.stringMatching(/^read-only: /)]);
  });

  it("finds a full store that commits what has lost a piece", async () => {
    const failed = await run((store) => store, {
      makeSmall: () => {
        const store = createMemoryStore({ limits: { bytes: 1 << 20 } });
        const wrap = writing((file, inner) => ({
          ...file,
          commit: () => file.commit().catch(() => void inner),
        }));
        return { store: wrap(store) };
      },
    });
    expect(failed).toContain("full: an upload that lost a piece cannot be committed");
  });

  it("gives each case a store of its own, and puts it away also after a failure", async () => {
    let made = 0;
    let disposed = 0;
    const suite = describeFileStore("counted", () => {
      made++;
      const store = createMemoryStore({ writable: false });
      return { store, dispose: () => void disposed++ };
    });
    await Promise.allSettled(suite.cases.map(({ run }) => run()));
    expect(made).toBe(suite.cases.length);
    expect(disposed).toBe(made);
  });
});
