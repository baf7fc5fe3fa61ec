import { equal, ok, rejects } from "../check.ts";
import { at, patternOf, type StoreCase } from "../trial.ts";

/** What a time may differ by, in milliseconds, at each level of `modified`. */
const grain = { nanosecond: 0.01, millisecond: 1, second: 1000, none: Number.POSITIVE_INFINITY } as const;

export const optionalCases: readonly StoreCase[] = [
  {
    name: "setTimes: a time comes back as fine as the store says",
    async run({ store, context, put, get, makeDirectory }) {
      if (store.setTimes === undefined) return;
      await put("/file", "x");
      await makeDirectory("/d");
      const tolerance = grain[store.capabilities.modified];
      for (const path of ["/file", "/d"]) {
        for (const modified of [
          0, 1_000_000_000_123, 1_234_567_890_001, 1_500_000_000_999, 4_000_000_000_000,
        ]) {
          await store.setTimes(at(path), { modified }, context);
          const is = (await store.stat(at(path), context)).modified ?? 0;
          ok(Math.abs(is - modified) < tolerance, `${path} was set to ${modified} and is at ${is}`);
          if (store.capabilities.modified !== "second")
            equal(Math.floor(is + 0.001), modified, "the millisecond");
        }
      }
      equal(await get("/file"), "x", "the content");
      const none = at("/none");
      await rejects(
        async () => store.setTimes?.(none, { modified: 0 }, context),
        "times of nothing",
        "not-found",
      );
    },
  },
  {
    name: "setMode: the permission bits come back, and survive a replacement",
    async run({ store, context, put }) {
      if (store.setMode === undefined) return;
      await put("/file", "x");
      const modeOf = async (): Promise<number | undefined> => (await store.stat(at("/file"), context)).mode;
      for (const mode of [0o600, 0o644, 0o755, 0o640]) {
        await store.setMode(at("/file"), mode, context);
        equal(await modeOf(), mode, "the mode");
      }
      await put("/file", "replaced");
      equal(await modeOf(), 0o640, "the mode after a replacement");
      const none = at("/none");
      await rejects(async () => store.setMode?.(none, 0o644, context), "the mode of nothing", "not-found");
    },
  },
  {
    name: "setTimes: the time of creation comes back where the store says that it can be set",
    async run({ store, context, put }) {
      if (store.capabilities.created !== "settable") return;
      await put("/file", "x");
      const { modified: before = 0 } = await store.stat(at("/file"), context);
      await store.setTimes?.(at("/file"), { created: 1_000_000_000_123 }, context);
      const { created, modified } = await store.stat(at("/file"), context);
      equal(created, 1_000_000_000_123, "the time of creation");
      equal(modified, before, "the time of modification");
    },
  },
  {
    name: "mask: what is made new lacks these bits, what stands keeps its mode",
    async run({ store, context, put }) {
      if (store.setMode === undefined) return;
      const modeOf = async (path: string): Promise<number> =>
        (await store.stat(at(path), context)).mode ?? -1;
      await put("/file", "x", { mode: "replace", mask: 0o137 });
      equal(await modeOf("/file"), 0o640, "the mode of a new file");
      await put("/file", "y", { mode: "replace", mask: 0o077 });
      equal(await modeOf("/file"), 0o640, "the mode of a file that was replaced");
      await put("/new", "x", { mode: "create", mask: 0o077 });
      equal(await modeOf("/new"), 0o600, "the mode of another new file");
      await store.makeDirectory(at("/d"), context, { mask: 0o027 });
      equal(await modeOf("/d"), 0o750, "the mode of a new directory");
    },
  },
  {
    name: "freeSpace: is a number of bytes",
    async run({ store, context, put }) {
      if (store.freeSpace === undefined) return;
      await put("/file", "x");
      for (const path of ["/", "/file"]) {
        const free = await store.freeSpace(at(path), context);
        ok(Number.isSafeInteger(free) && free >= 0, `the free space of ${path} is ${free}`);
      }
    },
  },
  {
    name: "copy: makes a second file of the same content, which is its own",
    async run({ store, context, put, bytes, get, makeDirectory, names }) {
      if (store.copy === undefined) return;
      const content = patternOf(400_000, 9);
      await put("/a", content);
      await put("/b", "old");
      await makeDirectory("/d");
      const copy = (from: string, to: string, overwrite: boolean) => async () =>
        store.copy?.(at(from), at(to), { overwrite }, context);
      await copy("/a", "/d/c", false)();
      equal(await bytes("/d/c"), content, "the copy");
      await put("/a", "changed");
      equal(await bytes("/d/c"), content, "the copy after a change of the original");
      await rejects(copy("/a", "/b", false), "a copy to a file that stands", "exists");
      await rejects(copy("/a", "/d", true), "a copy over a directory", "is-a-directory");
      await rejects(copy("/d", "/e", false), "a copy of a directory", "is-a-directory");
      await rejects(copy("/none", "/e", false), "a copy of nothing", "not-found");
      await copy("/a", "/b", true)();
      await copy("/b", "/b", true)();
      equal([await get("/a"), await get("/b")], ["changed", "changed"], "original and copy");
      equal(await names("/"), ["a", "b", "d"], "the names at the end");
    },
  },
];
