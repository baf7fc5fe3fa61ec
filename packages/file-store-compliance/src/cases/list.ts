import { equal, ok, rejects } from "../check.ts";
import { at, children, type StoreCase } from "../trial.ts";

const many = 1000;

export const listCases: readonly StoreCase[] = [
  {
    name: "list: an entry says what stat says",
    async run({ store, context, entries, put, makeDirectory }) {
      await put("/file", "content");
      await makeDirectory("/directory");
      const found = await entries("/");
      equal(found.map(({ name }) => name).sort(), ["directory", "file"], "the names");
      for (const { name, type, size, modified, mode } of found) {
        const stat = await store.stat(at(`/${name}`), context);
        equal(
          [type, size, modified, mode],
          [stat.type, stat.size, stat.modified, stat.mode],
          `type, size, modified and mode of ${name}`,
        );
      }
    },
  },
  {
    name: "list: an empty directory has no entries, neither . nor ..",
    async run({ makeDirectory, names }) {
      await makeDirectory("/empty");
      equal(await names("/empty"), [], "the entries of an empty directory");
      equal(await names("/"), ["empty"], "the entries of its parent");
    },
  },
  {
    name: `list: ${many} entries come once each`,
    async run({ makeDirectory, names, put }) {
      await makeDirectory("/many");
      const paths = children("/many", many);
      for (let index = 0; index < many; index += 50)
        await Promise.all(paths.slice(index, index + 50).map((path) => put(path, "x")));
      const expected = paths.map((path) => path.segments[1]).sort();
      equal(await names("/many"), expected, "the names in a large directory");
    },
  },
  {
    name: "list: can be left early, run twice at once, and lose entries on the way",
    async run({ store, context, put, names, makeDirectory }) {
      await makeDirectory("/d");
      const paths = children("/d", 600);
      await Promise.all(paths.map((path) => put(path, "")));
      for await (const batch of store.list(at("/d"), context)) {
        ok(batch.length > 0, "a batch is empty");
        break;
      }
      const [one, other] = await Promise.all([names("/d"), names("/d")]);
      equal(one.length, 600, "the entries of the first of two listings at once");
      equal(other.length, 600, "the entries of the second");
      const seen: string[] = [];
      let isFirst = true;
      for await (const batch of store.list(at("/d"), context)) {
        seen.push(...batch.map(({ name }) => name));
        if (isFirst) await Promise.all(paths.slice(0, 300).map((path) => store.remove(path, context)));
        isFirst = false;
      }
      equal(seen.length, new Set(seen).size, "entries listed while others go, each once");
      for (const path of paths.slice(300)) ok(seen.includes(path.segments[1] ?? ""), `${path} was left out`);
    },
  },
  {
    name: "list: throws on the first step what stands in the way",
    async run({ store, context, put }) {
      await put("/file", "x");
      const first = (path: string) => () => store.list(at(path), context)[Symbol.asyncIterator]().next();
      await rejects(first("/none"), "the list of a missing name", "not-found");
      await rejects(first("/file"), "the list of a file", "not-a-directory");
    },
  },
];
