import { equal, ok, rejects } from "../check.ts";
import { at, type StoreCase } from "../trial.ts";

export const statCases: readonly StoreCase[] = [
  {
    name: "stat: the root is a directory, and empty at first",
    async run({ store, context, names }) {
      equal((await store.stat(at("/"), context)).type, "directory", "the root's type");
      equal(await names("/"), [], "the root's entries");
    },
  },
  {
    name: "stat: a file has its size in bytes, a directory its type",
    async run({ store, context, put, makeDirectory }) {
      await put("/file", "zwölf");
      await makeDirectory("/directory");
      const file = await store.stat(at("/file"), context);
      equal([file.type, file.size], ["file", 6], "type and size of the file");
      equal((await store.stat(at("/directory"), context)).type, "directory", "the directory's type");
    },
  },
  {
    name: "stat: what is there is within its range",
    async run({ store, context, put }) {
      await put("/file", "x");
      const { modified, created, mode, links, owner, group } = await store.stat(at("/file"), context);
      equal(modified === undefined, store.capabilities.modified === "none", "whether modified is missing");
      for (const time of [modified, created])
        ok(
          time === undefined || Number.isFinite(time),
          `a time is ${time}, which is no number of milliseconds`,
        );
      ok(
        mode === undefined || (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777),
        `mode ${mode} is not within 0 to 0o7777`,
      );
      ok(links === undefined || links >= 1, `links is ${links}`);
      for (const name of [owner, group])
        ok(name === undefined || (name !== "" && !/\s/.test(name)), `an owner is ${JSON.stringify(name)}`);
    },
  },
  {
    name: "stat: an id is the same exactly for one node",
    async run({ store, context, put }) {
      await put("/a", "x");
      await put("/b", "x");
      const ids = await Promise.all(
        ["/a", "/a", "/b", "/"].map(async (path) => (await store.stat(at(path), context)).id),
      );
      if (ids[0] === undefined) return;
      equal(ids[1], ids[0], "the id of the same file");
      equal(new Set(ids).size, 3, "the number of different ids of three nodes");
    },
  },
  {
    name: "stat: what is missing is not-found, also below what is missing or a file",
    async run({ store, context, put }) {
      await put("/file", "x");
      await rejects(() => store.stat(at("/none"), context), "stat of a missing name", "not-found");
      await rejects(() => store.stat(at("/none/below"), context), "stat below a missing name", "not-found");
      await rejects(
        () => store.stat(at("/file/below"), context),
        "stat below a file",
        "not-found",
        "not-a-directory",
      );
    },
  },
];
