import { equal, ok, rejects } from "../check.ts";
import { at, patternOf, type StoreCase } from "../trial.ts";

export const readCases: readonly StoreCase[] = [
  {
    name: "openRead: says the size, and reads the whole into one buffer",
    async run({ store, context, put }) {
      const content = patternOf(300_000, 1);
      await put("/file", content);
      const file = await store.openRead(at("/file"), context);
      const into = new Uint8Array(300_000);
      equal(file.size, 300_000, "size");
      equal(await file.read(into, 0), 300_000, "the bytes of one read");
      equal(into, content, "the content");
      ok(file.descriptor === undefined || Number.isInteger(file.descriptor), "descriptor is no descriptor");
      await file.close();
    },
  },
  {
    name: "read: answers fewer than asked only at the end, and 0 at it and past it",
    async run({ store, context, put }) {
      const content = patternOf(100_000, 2);
      await put("/file", content);
      const file = await store.openRead(at("/file"), context);
      const into = new Uint8Array(4096);
      for (let position = 0; position < content.length; position += into.length) {
        const expected = content.subarray(position, position + into.length);
        equal(await file.read(into, position), expected.length, `the count at ${position}`);
        equal(into.subarray(0, expected.length), expected, `the bytes at ${position}`);
      }
      equal(await file.read(into, content.length - 1), 1, "the count at the last byte");
      equal(await file.read(into, content.length), 0, "the count at the end");
      equal(await file.read(into, content.length + 1), 0, "the count past the end");
      equal(await file.read(into, 2 ** 40), 0, "the count far past the end");
      await file.close();
    },
  },
  {
    name: "read: in any order, two at once, and not a byte beside the buffer",
    async run({ store, context, put }) {
      const content = patternOf(50_000, 3);
      await put("/file", content);
      const file = await store.openRead(at("/file"), context);
      const around = new Uint8Array(3000).fill(7);
      const [one, other] = [around.subarray(100, 1100), around.subarray(1200, 2200)];
      equal(
        await Promise.all([file.read(one, 40_000), file.read(other, 10_000)]),
        [1000, 1000],
        "the counts",
      );
      equal(one, content.subarray(40_000, 41_000), "the first of two reads");
      equal(other, content.subarray(10_000, 11_000), "the second of two reads");
      const beside = [around.subarray(0, 100), around.subarray(1100, 1200), around.subarray(2200)];
      ok(
        beside.every((part) => part.every((byte) => byte === 7)),
        "a read wrote beside its buffer",
      );
      equal(await file.read(new Uint8Array(0), 10), 0, "the count of a read into nothing");
      await file.close();
    },
  },
  {
    name: "read: an empty file has nothing",
    async run({ store, context, put }) {
      await put("/empty", "");
      const file = await store.openRead(at("/empty"), context);
      equal([file.size, await file.read(new Uint8Array(10), 0)], [0, 0], "size and count of an empty file");
      await file.close();
    },
  },
  {
    name: "read: never mixes what stood with what replaced it",
    async run({ store, context, put }) {
      if (store.capabilities.writes !== "atomic") return;
      const [before, after] = [patternOf(200_000, 4), patternOf(200_000, 5)];
      await put("/file", before);
      const file = await store.openRead(at("/file"), context);
      const head = new Uint8Array(100_000);
      await file.read(head, 0);
      await put("/file", after);
      const tail = new Uint8Array(100_000);
      const count = await file.read(tail, 100_000).catch(() => undefined);
      // A store may give up a reader whose file is gone; what it gives must be of one piece.
      equal(head, before.subarray(0, 100_000), "the first half");
      if (count !== undefined) equal(tail.subarray(0, count), before.subarray(100_000), "the second half");
      await file.close();
    },
  },
  {
    name: "openRead: not-found and is-a-directory",
    async run({ store, context, makeDirectory }) {
      await makeDirectory("/directory");
      await rejects(() => store.openRead(at("/none"), context), "a missing file", "not-found");
      await rejects(() => store.openRead(at("/directory"), context), "a directory", "is-a-directory");
      await rejects(() => store.openRead(at("/"), context), "the root", "is-a-directory");
    },
  },
];
