import { type FileStore, toPath } from "@longshore/file-store";
import { createMemoryStore, type MemoryStoreOptions } from "@longshore/file-store-memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentOf, draftOf, emptyContent, readContent } from "../src/content.ts";

const context = {};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function put(store: FileStore, path: string, content: string | Uint8Array): Promise<void> {
  const file = await store.openWrite(toPath(path), { mode: "replace" }, context);
  await file.write(typeof content === "string" ? bytesOf(content) : content, 0);
  await file.commit();
}

async function get(store: FileStore, path: string): Promise<string> {
  const file = await store.openRead(toPath(path), context);
  const into = new Uint8Array(file.size);
  await file.read(into, 0);
  await file.close();
  return new TextDecoder().decode(into);
}

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "accepted",
    (error) => error.code,
  );

describe("what stands at first", () => {
  it("makes files, their directories, and directories of their own", async () => {
    const store = createMemoryStore({
      files: { "/pub/deep/read me.txt": "hello", bytes: Uint8Array.of(1, 2), "/incoming/": "", "/pub/": "" },
    });
    expect(await get(store, "/pub/deep/read me.txt")).toBe("hello");
    expect((await store.stat(toPath("/bytes"), context)).size).toBe(2);
    expect((await store.stat(toPath("/incoming"), context)).type).toBe("directory");
  });

  it("copies what it is given", async () => {
    const given = bytesOf("abc");
    const store = createMemoryStore({ files: { "/file": given } });
    given.fill(0);
    expect(await get(store, "/file")).toBe("abc");
  });

  it.each([
    ["a name that cannot be", { files: { "/a\0b": "" } }, "name-not-allowed"],
    ["a file below a file", { files: { "/a": "", "/a/b": "" } }, "not-a-directory"],
    ["a file given twice", { files: { "/a": "", a: "" } }, "exists"],
    ["more bytes than the limit", { files: { "/a": "12345" }, limits: { bytes: 4 } }, "no-space"],
    ["more files than the limit", { files: { "/a/b/c": "" }, limits: { files: 2 } }, "quota-exceeded"],
  ] as [string, MemoryStoreOptions, string][])("refuses %s", (_, options, expected) => {
    expect(() => createMemoryStore(options)).toThrowError(expect.objectContaining({ code: expected }));
  });
});

describe("limits", () => {
  it("counts bytes of uploads while they come, and gives them back however they end", async () => {
    const store = createMemoryStore({ limits: { bytes: 100 } });
    const free = (): Promise<number> | undefined => store.freeSpace?.(toPath("/"), context);
    await put(store, "/old", "x".repeat(40));
    const file = await store.openWrite(toPath("/old"), { mode: "replace" }, context);
    await file.write(new Uint8Array(50), 0);
    expect(await free()).toBe(10);
    expect(await code(file.write(new Uint8Array(11), 50))).toBe("no-space");
    expect(await code(file.commit())).toBe("no-space");
    await file.abort();
    expect(await free()).toBe(60);
    await put(store, "/old", "x".repeat(60));
    expect(await free()).toBe(40);
    await store.remove(toPath("/old"), context);
    expect(await free()).toBe(100);
  });

  it("ends an upload whose commit was refused, also when nobody aborts it", async () => {
    const store = createMemoryStore({ limits: { bytes: 10, files: 1 } });
    const file = await store.openWrite(toPath("/file"), { mode: "create" }, context);
    expect(await code(file.write(new Uint8Array(11), 0))).toBe("no-space");
    expect(await code(file.commit())).toBe("no-space");
    await put(store, "/other", "fits");
    expect(await store.freeSpace?.(toPath("/"), context)).toBe(6);
  });

  it("counts for an append only what it adds, and for what was replaced nothing", async () => {
    const store = createMemoryStore({ files: { "/log": "x".repeat(60) }, limits: { bytes: 100 } });
    const file = await store.openWrite(toPath("/log"), { mode: "append" }, context);
    await file.write(new Uint8Array(40), 60);
    await file.commit();
    expect(await store.freeSpace?.(toPath("/"), context)).toBe(0);
    await store.copy?.(toPath("/log"), toPath("/log"), { overwrite: true }, context);
    expect(
      await code(Promise.resolve(store.copy?.(toPath("/log"), toPath("/b"), { overwrite: false }, context))),
    ).toBe("no-space");
    await store.rename(toPath("/log"), toPath("/moved"), { overwrite: false }, context);
    expect(await store.freeSpace?.(toPath("/"), context)).toBe(0);
  });

  it("holds what it counts: any work ends where the contents say", async () => {
    const step = fc.record({
      what: fc.constantFrom("replace", "append", "update", "abort", "remove", "rename", "copy"),
      name: fc.constantFrom("/a", "/b", "/c"),
      other: fc.constantFrom("/a", "/b", "/c"),
      size: fc.nat(60),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const store = createMemoryStore({ limits: { bytes: 200, files: 4 } });
        for (const { what, name, other, size } of steps) {
          const [path, to] = [toPath(name), toPath(other)];
          const write = async (mode: "replace" | "append" | "update"): Promise<void> => {
            const file = await store.openWrite(path, { mode }, context);
            await file.write(new Uint8Array(size), file.start).catch(() => {});
            if (what === "abort") await file.abort();
            else await file.commit();
          };
          const call =
            what === "remove"
              ? store.remove(path, context)
              : what === "rename"
                ? store.rename(path, to, { overwrite: true }, context)
                : what === "copy"
                  ? store.copy?.(path, to, { overwrite: true }, context)
                  : write(what === "append" || what === "update" ? what : "replace");
          await Promise.resolve(call).catch(() => {});
        }
        let [bytes, files] = [0, 0];
        for await (const batch of store.list(toPath("/"), context)) {
          files += batch.length;
          for (const { size } of batch) bytes += size;
        }
        expect(await store.freeSpace?.(toPath("/"), context)).toBe(200 - bytes);
        for (let more = files; more < 4; more++) await store.makeDirectory(toPath(`/d${more}`), context);
        expect(await code(store.makeDirectory(toPath("/beyond"), context))).toBe("quota-exceeded");
      }),
      { numRuns: 200 },
    );
  });

  it("refuses a size that was announced and cannot fit", async () => {
    const store = createMemoryStore({ limits: { bytes: 100 } });
    const open = (expectedSize: number): Promise<unknown> =>
      store.openWrite(toPath("/file"), { mode: "create", expectedSize }, context);
    expect(await code(open(101))).toBe("no-space");
    expect(await code(open(100))).toBe("accepted");
  });
});

describe("times", () => {
  it("come from the clock that it was given", async () => {
    let now = 1000;
    const store = createMemoryStore({ files: { "/file": "x" }, clock: () => now });
    const times = async (path: string): Promise<unknown> => {
      const { created, modified } = await store.stat(toPath(path), context);
      return { created, modified };
    };
    expect(await times("/file")).toEqual({ created: 1000, modified: 1000 });
    now = 2000;
    await put(store, "/file", "y");
    expect(await times("/file")).toEqual({ created: 2000, modified: 2000 });
    expect(await times("/")).toEqual({ created: 1000, modified: 2000 });
    await store.setTimes?.(toPath("/file"), { created: 5 }, context);
    expect(await times("/file")).toEqual({ created: 5, modified: 2000 });
  });
});

describe("content", () => {
  it("is what the same writes make of one array, across the edges of pages", () => {
    const edge = 1 << 18;
    const position = fc.oneof(
      fc.nat(3 * edge),
      fc
        .tuple(fc.constantFrom(0, edge, 2 * edge), fc.integer({ min: -3, max: 3 }))
        .map(([a, b]) => Math.max(0, a + b)),
    );
    const write = fc.tuple(position, fc.oneof(fc.nat(600), fc.constantFrom(0, edge, edge + 1)), fc.nat(255));
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), fc.array(write, { maxLength: 3 }), (first, second) => {
        const model = new Uint8Array(5 * edge);
        let size = 0;
        const apply = (draft: ReturnType<typeof draftOf>, writes: typeof first): void => {
          for (const [at, length, byte] of writes) {
            draft.write(new Uint8Array(length).fill(byte), at);
            model.fill(byte, at, at + length);
            if (length > 0) size = Math.max(size, at + length);
          }
        };
        const draft = draftOf(emptyContent);
        apply(draft, first);
        const before = draft.finish();
        const expectedBefore = model.slice(0, size);
        const again = draftOf(before);
        apply(again, second);
        const after = again.finish();
        for (const [content, expected] of [
          [before, expectedBefore],
          [after, model.slice(0, size)],
        ] as const) {
          const into = new Uint8Array(expected.length + 1).fill(1);
          expect(readContent(content, into, 0)).toBe(expected.length);
          expect(Buffer.compare(into.subarray(0, expected.length), expected)).toBe(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("grows by appending without copying what stands: pages are shared, and work stays linear", () => {
    const chunk = new Uint8Array(1000).fill(1);
    const draft = draftOf(contentOf(new Uint8Array(1 << 20)));
    for (let at = 1 << 20; at < 5 << 20; at += chunk.length) draft.write(chunk, at);
    const content = draft.finish();
    const next = draftOf(content);
    next.write(chunk, content.size);
    const grown = next.finish();
    const shared = grown.pages.filter((page, index) => page === content.pages[index]).length;
    expect(shared).toBeGreaterThanOrEqual(content.pages.length - 1);
  });

  it("of a small file takes no more than the file", () => {
    expect(contentOf(bytesOf("tiny")).pages.map((page) => page?.length)).toEqual([4]);
  });
});

describe("parts of interrupted uploads", () => {
  const ann = { user: "ann" };
  const interrupt = async (
    store: FileStore,
    path: string,
    content: string,
    context = ann,
  ): Promise<number> => {
    const file = await store.openWrite(toPath(path), { mode: "create" }, context);
    await file.write(new TextEncoder().encode(content), 0);
    return (await file.keep?.()) ?? -1;
  };
  const sizeOf = async (store: FileStore, path: string, context = ann): Promise<number | undefined> =>
    (await store.parts?.find(toPath(path), context))?.size;

  it("go by age, by the user's bytes and by all bytes, the oldest first", async () => {
    let now = 0;
    const store = createMemoryStore({
      clock: () => now,
      parts: { maxAge: 100, maxBytes: 16, maxBytesPerUser: 10 },
    });
    await interrupt(store, "/a", "12345");
    now = 10;
    await interrupt(store, "/b", "12345");
    now = 20;
    await interrupt(store, "/c", "1");
    expect([await sizeOf(store, "/a"), await sizeOf(store, "/b"), await sizeOf(store, "/c")]).toEqual([
      undefined,
      5,
      1,
    ]);
    expect(await interrupt(store, "/large", "12345678901")).toBe(0);
    const bob = { user: "bob" };
    await interrupt(store, "/bob", "1234567890", bob);
    expect([await sizeOf(store, "/b"), await sizeOf(store, "/bob", bob)]).toEqual([5, 10]);
    now = 30;
    await interrupt(store, "/carol", "123", { user: "carol" });
    expect(await sizeOf(store, "/b")).toBeUndefined();
    now = 120;
    expect([await sizeOf(store, "/c"), await sizeOf(store, "/bob", bob)]).toEqual([undefined, undefined]);
  });

  it("are counted by the store's own limits, once, and not at all when they are gone", async () => {
    const store = createMemoryStore({ limits: { bytes: 10, files: 3 } });
    const left = (): Promise<number | undefined> => store.freeSpace?.(toPath("/"), {}) ?? Promise.resolve(-1);
    expect(await interrupt(store, "/a", "123456")).toBe(6);
    expect(await left()).toBe(4);
    const rest = await store.parts?.resume(toPath("/a"), { overwrite: false }, ann);
    await rest?.write(new TextEncoder().encode("7890"), 6);
    expect(await left()).toBe(0);
    await rest?.commit();
    expect(await left()).toBe(0);
    await store.remove(toPath("/a"), {});
    expect(await left()).toBe(10);
    await interrupt(store, "/b", "12");
    expect(await store.parts?.remove(toPath("/b"), ann)).toBe(true);
    expect(await left()).toBe(10);
    expect(await interrupt(store, "/c", "1")).toBe(1);
  });

  it("are not kept with parts: false", async () => {
    const store = createMemoryStore({ parts: false });
    expect(store.parts).toBeUndefined();
    expect(await interrupt(store, "/a", "x")).toBe(-1);
  });
});
