import { equal, rejects } from "../check.ts";
import { at, type StoreCase } from "../trial.ts";

export const directoryCases: readonly StoreCase[] = [
  {
    name: "makeDirectory: makes one, and refuses what exists or has no parent",
    async run({ store, context, put, makeDirectory, names }) {
      await makeDirectory("/d");
      await makeDirectory("/d/e");
      await put("/file", "x");
      equal(await names("/"), ["d", "file"], "the names in the root");
      equal(await names("/d"), ["e"], "the names below");
      const make = (path: string) => () => store.makeDirectory(at(path), context);
      await rejects(make("/d"), "making a directory that exists", "exists");
      await rejects(make("/file"), "making a directory where a file stands", "exists");
      await rejects(make("/"), "making the root", "exists");
      await rejects(make("/none/d"), "making a directory below a missing one", "not-found");
      await rejects(make("/file/d"), "making a directory below a file", "not-a-directory", "not-found");
    },
  },
  {
    name: "makeDirectory: of two at once, one wins",
    async run({ store, context, names }) {
      const results = await Promise.allSettled([1, 2].map(() => store.makeDirectory(at("/d"), context)));
      equal(results.filter(({ status }) => status === "fulfilled").length, 1, "the number of winners");
      for (const result of results) {
        if (result.status === "rejected")
          await rejects(() => Promise.reject(result.reason), "the loser", "exists");
      }
      equal(await names("/"), ["d"], "the names");
    },
  },
  {
    name: "removeDirectory: removes an empty one, and nothing else",
    async run({ store, context, put, makeDirectory, names, get }) {
      await makeDirectory("/d");
      await put("/d/file", "x");
      const remove = (path: string) => () => store.removeDirectory(at(path), context);
      await rejects(remove("/d"), "removing a directory that is not empty", "not-empty");
      await rejects(remove("/d/file"), "removing a file as a directory", "not-a-directory");
      await rejects(remove("/none"), "removing a missing directory", "not-found");
      await rejects(remove("/"), "removing the root");
      equal(await get("/d/file"), "x", "what should still stand");
      await store.remove(at("/d/file"), context);
      await remove("/d")();
      equal(await names("/"), [], "the names at the end");
    },
  },
  {
    name: "remove: removes a file, never a directory",
    async run({ store, context, put, makeDirectory, names }) {
      await put("/file", "x");
      await makeDirectory("/d");
      const remove = (path: string) => () => store.remove(at(path), context);
      await remove("/file")();
      await rejects(remove("/file"), "removing a file twice", "not-found");
      await rejects(remove("/d"), "removing a directory as a file", "is-a-directory");
      await rejects(remove("/"), "removing the root as a file", "is-a-directory");
      equal(await names("/"), ["d"], "the names");
    },
  },
];
