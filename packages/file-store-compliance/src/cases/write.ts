import { equal, rejects } from "../check.ts";
import { at, bytesOf, patternOf, type StoreCase } from "../trial.ts";

/** What the four modes of `openWrite` do to what stands. */
export const writeCases = (sparse: boolean): readonly StoreCase[] => [
  {
    name: "create: makes a file that was not there, and refuses one that was",
    async run({ store, context, put, get, makeDirectory }) {
      await put("/file", "first", { mode: "create" });
      await makeDirectory("/directory");
      await rejects(() => put("/file", "second", { mode: "create" }), "create of an existing file", "exists");
      await rejects(
        () => store.openWrite(at("/directory"), { mode: "create" }, context),
        "create of an existing directory",
        "exists",
        "is-a-directory",
      );
      equal(await get("/file"), "first", "the content");
    },
  },
  {
    name: "replace: makes the file or takes its place, shorter or longer",
    async run({ put, get, names }) {
      for (const content of ["one", "another, longer one", "", "x"]) {
        await put("/file", content);
        equal(await get("/file"), content, "the content");
      }
      equal(await names("/"), ["file"], "the names");
    },
  },
  {
    name: "append: begins at the end of what stands, and never cuts it off",
    async run({ store, context, put, get }) {
      if (store.capabilities.append === "none") {
        await rejects(
          () => store.openWrite(at("/log"), { mode: "append" }, context),
          "append",
          "unsupported",
        );
        return;
      }
      await put("/log", "one ", { mode: "append" });
      equal(await get("/log"), "one ", "a file made by append");
      const file = await store.openWrite(at("/log"), { mode: "append" }, context);
      equal(file.start, 4, "start of an append to 4 bytes");
      await file.write(bytesOf("two "), 4);
      await file.write(bytesOf("three"), 8);
      await file.commit();
      equal(await get("/log"), "one two three", "the content after appending");
    },
  },
  {
    name: "update: keeps what stands around what is written",
    async run({ store, context, put, get }) {
      await put("/file", "0123456789");
      if (store.capabilities.randomWrite === "none") {
        await rejects(
          () => store.openWrite(at("/file"), { mode: "update", start: 3 }, context),
          "update in the middle",
          "unsupported",
        );
        return;
      }
      const file = await store.openWrite(at("/file"), { mode: "update", start: 3 }, context);
      equal(file.start, 3, "start of an update from 3");
      await file.write(bytesOf("abc"), 3);
      await file.commit();
      equal(await get("/file"), "012abc6789", "an update in the middle");
      await put("/file", "XYZ", { mode: "update", start: 10 });
      equal(await get("/file"), "012abc6789XYZ", "an update at the end");
      await put("/file", "", { mode: "update", start: 0 });
      equal(await get("/file"), "012abc6789XYZ", "an update of nothing");
    },
  },
  {
    name: "update: not-found for a missing file, unless it starts at 0; io beyond the end",
    async run({ store, context, put, get, exists }) {
      if (store.capabilities.randomWrite === "none") return;
      const open = (path: string, start: number) => () =>
        store.openWrite(at(path), { mode: "update", start }, context);
      await put("/made", "x", { mode: "update", start: 0 });
      equal(await get("/made"), "x", "a file made by an update from 0");
      await rejects(open("/none", 5), "an update of a missing file from 5", "not-found");
      await rejects(open("/made", 2), "an update of 1 byte from 2", "io");
      for (const start of [-1, 0.5, Number.NaN, 2 ** 60])
        await rejects(open("/made", start), `an update from ${start}`, "io");
      equal(await exists("/none"), false, "whether a refused update made a file");
    },
  },
  {
    name: "write: at any position in any order, where randomWrite says so",
    async run({ store, context, bytes }) {
      const content = patternOf(700_000, 6);
      const file = await store.openWrite(at("/file"), { mode: "create" }, context);
      if (store.capabilities.randomWrite === "none") {
        await rejects(() => file.write(content, 10), "a write that leaves a gap", "unsupported");
        await file.abort();
        return;
      }
      for (const position of [400_000, 0, 600_000, 200_000])
        await file.write(content.subarray(position, position + 200_000), position);
      await file.write(content.subarray(100_000, 500_000), 100_000);
      await file.commit();
      equal(await bytes("/file"), content, "the content");
    },
  },
  {
    name: "write: what a gap leaves open is zeros",
    async run({ store, context, bytes }) {
      if (store.capabilities.randomWrite === "none") return;
      const file = await store.openWrite(at("/file"), { mode: "create" }, context);
      await file.write(bytesOf("end"), 300_000);
      await file.commit();
      const expected = new Uint8Array(300_003);
      expected.set(bytesOf("end"), 300_000);
      equal(await bytes("/file"), expected, "the content");
    },
  },
  {
    name: "write: the chunk is the caller's again as soon as the promise settles",
    async run({ store, context, get }) {
      const file = await store.openWrite(at("/file"), { mode: "create" }, context);
      const chunk = bytesOf("abc");
      await file.write(chunk, 0);
      chunk.fill(0);
      chunk.set(bytesOf("def"));
      await file.write(chunk, 3);
      chunk.fill(0);
      await file.commit();
      equal(await get("/file"), "abcdef", "the content");
    },
  },
  {
    name: "writeAll: is the writes of its chunks one after the other",
    async run({ store, context, bytes }) {
      const content = patternOf(200_000, 7);
      const file = await store.openWrite(at("/file"), { mode: "create" }, context);
      const chunks: Uint8Array[] = [];
      for (let from = 0; from < content.length; ) {
        const to = from + 1 + ((from * 7) % 1500);
        chunks.push(content.subarray(from, to), new Uint8Array(0));
        from = to;
      }
      if (file.writeAll === undefined) {
        await file.abort();
        return;
      }
      await file.writeAll([], 0);
      await file.writeAll(chunks.slice(0, 50), 0);
      const written = chunks.slice(0, 50).reduce((sum, { length }) => sum + length, 0);
      await file.writeAll(chunks.slice(50), written);
      await file.commit();
      equal(await bytes("/file"), content, "the content");
    },
  },
  {
    name: "openWrite: refuses what cannot be a file, and what has no directory",
    async run({ store, context, put, makeDirectory }) {
      await put("/file", "x");
      await makeDirectory("/directory");
      const open = (path: string) => () => store.openWrite(at(path), { mode: "replace" }, context);
      await rejects(open("/directory"), "writing to a directory", "is-a-directory");
      await rejects(open("/"), "writing to the root", "is-a-directory");
      await rejects(open("/none/file"), "writing below a missing directory", "not-found");
      await rejects(open("/file/below"), "writing below a file", "not-a-directory", "not-found");
    },
  },
  {
    name: "openWrite: takes an expected size that fits, whatever comes then",
    async run({ put, get }) {
      await put("/file", "seven!!", { mode: "create", expectedSize: 7 });
      await put("/other", "less", { mode: "create", expectedSize: 4096 });
      equal([await get("/file"), await get("/other")], ["seven!!", "less"], "the contents");
    },
  },
  ...(sparse ? [sparseCase] : []),
];

const sparseCase: StoreCase = {
  name: "write: positions beyond 4 GiB are exact",
  async run({ store, context }) {
    const position = 5 * 2 ** 30 + 1;
    const file = await store.openWrite(at("/large"), { mode: "create" }, context);
    await file.write(bytesOf("end"), position);
    await file.commit();
    equal((await store.stat(at("/large"), context)).size, position + 3, "the size");
    const reader = await store.openRead(at("/large"), context);
    const into = new Uint8Array(8);
    equal([reader.size, await reader.read(into, position - 2)], [position + 3, 5], "size and count");
    equal([...into], [0, 0, ...bytesOf("end"), 0, 0, 0], "the bytes around the position");
    equal(await reader.read(into, 2 ** 32 - 4), 8, "the count across 4 GiB");
    await reader.close();
  },
};
