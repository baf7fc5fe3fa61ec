import { FileStoreError } from "@longshore/file-store";
import { equal, fail, rejects } from "../check.ts";
import { at, type StoreCase, type Trial } from "../trial.ts";

/** Makes a link; a store may refuse one that it would not follow. Answers whether it stands. */
async function link({ store, context }: Trial, path: string, target: string): Promise<boolean> {
  try {
    await store.makeLink?.(at(path), target, context);
    return true;
  } catch (error) {
    if (FileStoreError.isInstance(error) && error.code === "permission-denied") return false;
    throw error;
  }
}

export const linkCases: readonly StoreCase[] = [
  {
    name: "makeLink: stat and reading follow, list does not and tells the target",
    async run(trial) {
      const { store, context, put, get, entries, makeDirectory } = trial;
      if (store.makeLink === undefined) return;
      await makeDirectory("/d");
      await put("/d/file", "content");
      for (const [path, target] of [
        ["/to-file", "d/file"],
        ["/to-d", "d"],
        ["/d/up", "../d/file"],
      ] as const) {
        if (!(await link(trial, path, target))) fail(`a link to ${target} was refused`);
      }
      equal((await store.stat(at("/to-file"), context)).type, "file", "the type by stat");
      equal((await store.stat(at("/to-d"), context)).type, "directory", "the type of a linked directory");
      equal(await get("/to-file"), "content", "the content through the link");
      equal(await get("/to-d/file"), "content", "the content through the linked directory");
      equal(await get("/d/up"), "content", "the content through a link that goes up");
      equal(await get("/to-d/up"), "content", "the content through two links");
      const listed = (await entries("/")).find(({ name }) => name === "to-file");
      equal([listed?.type, listed?.target], ["symlink", "d/file"], "type and target in the listing");
      const below = (await entries("/to-d")).find(({ name }) => name === "up");
      equal(below?.target, "../d/file", "the target in the listing of a linked directory");
    },
  },
  {
    name: "links: remove and rename concern the link, replace what it leads to",
    async run(trial) {
      const { store, context, put, get, names, entries } = trial;
      if (store.makeLink === undefined) return;
      await put("/file", "content");
      await link(trial, "/link", "file");
      await rejects(async () => store.makeLink?.(at("/link"), "x", context), "a link over a link", "exists");
      await rejects(() => put("/link", "x", { mode: "create" }), "create of a linked name", "exists");
      await put("/link", "replaced");
      equal(await get("/file"), "replaced", "what the link leads to");
      equal((await entries("/")).map(({ type }) => type).sort(), ["file", "symlink"], "the types");
      await store.rename(at("/link"), at("/moved"), { overwrite: false }, context);
      equal([await names("/"), await get("/moved")], [["file", "moved"], "replaced"], "after a move");
      await rejects(
        () => store.removeDirectory(at("/moved"), context),
        "a link as a directory",
        "not-a-directory",
      );
      await store.remove(at("/moved"), context);
      equal([await names("/"), await get("/file")], [["file"], "replaced"], "after a removal");
    },
  },
  {
    name: "links: none leads out of the store, by whichever call",
    async run(trial) {
      const { store, context, names } = trial;
      if (store.makeLink === undefined) return;
      await store.makeDirectory(at("/d"), context);
      const targets = ["../../../../../../../../etc/passwd", "/etc/passwd", "..", "../..", "d/../../x"];
      for (const target of targets) {
        if (!(await link(trial, "/link", target))) continue;
        for (const path of ["/link", "/link/passwd"]) {
          const calls: Readonly<Record<string, () => Promise<unknown>>> = {
            stat: () => store.stat(at(path), context),
            openRead: () => store.openRead(at(path), context),
            openWrite: () => store.openWrite(at(path), { mode: "update", start: 1 }, context),
            list: () => store.list(at(path), context)[Symbol.asyncIterator]().next(),
          };
          for (const [name, call] of Object.entries(calls))
            await rejects(call, `${name} of ${path} with a link to ${target}`);
        }
        const [entry] = (await trial.entries("/")).filter(({ name }) => name === "link");
        if (target.startsWith(".."))
          equal(entry?.target, undefined, `the target told of a link to ${target}`);
        await store.remove(at("/link"), context);
      }
      equal(await names("/"), ["d"], "the names at the end");
    },
  },
  {
    name: "links: in a circle, or to nothing, are refused and can be removed",
    async run(trial) {
      const { store, context, names, put, get } = trial;
      if (store.makeLink === undefined) return;
      await link(trial, "/a", "b");
      await link(trial, "/b", "a");
      await link(trial, "/self", "self");
      for (const path of ["/a", "/self", "/a/below"]) {
        await rejects(
          () => store.stat(at(path), context),
          `stat of ${path}`,
          "permission-denied",
          "not-found",
        );
        await rejects(
          () => store.openRead(at(path), context),
          `reading ${path}`,
          "permission-denied",
          "not-found",
        );
        await rejects(() => put(path, "x"), `writing ${path}`, "permission-denied", "not-found");
      }
      for (const name of ["a", "b", "self"]) await store.remove(at(`/${name}`), context);
      await link(trial, "/dangling", "nothing");
      await rejects(() => store.stat(at("/dangling"), context), "stat of a dangling link", "not-found");
      await rejects(() => store.openRead(at("/dangling"), context), "reading a dangling link", "not-found");
      await put("/dangling", "made");
      equal([await names("/"), await get("/nothing")], [["dangling", "nothing"], "made"], "writing to it");
    },
  },
  {
    name: "links: a directory cannot be moved below itself by way of a link",
    async run(trial) {
      const { store, context, put, get } = trial;
      if (store.makeLink === undefined || store.capabilities.rename.directory === "none") return;
      await store.makeDirectory(at("/d"), context);
      await store.makeDirectory(at("/d/e"), context);
      await put("/d/e/file", "deep");
      await link(trial, "/link", "d/e");
      await rejects(
        () => store.rename(at("/d"), at("/link/d"), { overwrite: false }, context),
        "a move below itself",
        "name-not-allowed",
      );
      equal(await get("/d/e/file"), "deep", "the content");
    },
  },
];
