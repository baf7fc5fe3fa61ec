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
  {
    name: "resolve: tells where a path leads, with and without following the last name",
    async run(trial) {
      const { store, context, put } = trial;
      if (store.makeLink === undefined) return;
      if (store.resolve === undefined) fail("a store with links must be able to resolve paths");
      await store.makeDirectory(at("/d"), context);
      await store.makeDirectory(at("/d/e"), context);
      await put("/d/e/file", "content");
      await link(trial, "/to-e", "d/e");
      await link(trial, "/to-file", "to-e/file");
      await link(trial, "/d/up", "../to-e");
      await link(trial, "/to-nothing", "d/nothing");
      await link(trial, "/d/to-root", "..");
      for (const [path, followed, itself] of [
        ["/", "/", "/"],
        ["/d/e/file", "/d/e/file", "/d/e/file"],
        ["/missing", "/missing", "/missing"],
        ["/to-e", "/d/e", "/to-e"],
        ["/to-e/file", "/d/e/file", "/d/e/file"],
        ["/to-e/missing", "/d/e/missing", "/d/e/missing"],
        ["/to-file", "/d/e/file", "/to-file"],
        ["/d/up/file", "/d/e/file", "/d/e/file"],
        ["/to-nothing", "/d/nothing", "/to-nothing"],
        ["/d/to-root", "/", "/d/to-root"],
      ] as const) {
        for (const [follow, expected] of [
          [true, followed],
          [false, itself],
        ] as const) {
          const resolved = await store.resolve(at(path), { follow }, context);
          equal(resolved.text, expected, `${path} resolved${follow ? ", followed" : ""}`);
        }
      }
      const { resolve } = store;
      await rejects(() => resolve(at("/no/way"), { follow: true }, context), "a missing way", "not-found");
    },
  },
  {
    name: "links: none is followed where the context refuses them, by whichever call",
    async run(trial) {
      const { store, put, get, names } = trial;
      const { makeLink, setTimes, setMode, copy } = store;
      if (makeLink === undefined) return;
      const context = { ...trial.context, links: "refuse" } as const;
      await store.makeDirectory(at("/d"), context);
      await put("/d/file", "content");
      await link(trial, "/to-d", "d");
      await link(trial, "/to-file", "d/file");
      const file = at("/to-d/file");
      const calls: Readonly<Record<string, (() => Promise<unknown>) | undefined>> = {
        "stat of a link": () => store.stat(at("/to-file"), context),
        stat: () => store.stat(file, context),
        list: () => store.list(at("/to-d"), context)[Symbol.asyncIterator]().next(),
        openRead: () => store.openRead(file, context),
        replace: () => store.openWrite(file, { mode: "replace" }, context),
        create: () => store.openWrite(at("/to-d/new"), { mode: "create" }, context),
        append: () => store.openWrite(at("/to-file"), { mode: "append" }, context),
        remove: () => store.remove(file, context),
        makeDirectory: () => store.makeDirectory(at("/to-d/new"), context),
        removeDirectory: () => store.removeDirectory(at("/to-d/new"), context),
        "rename from": () => store.rename(file, at("/x"), { overwrite: true }, context),
        "rename to": () => store.rename(at("/d/file"), at("/to-d/x"), { overwrite: true }, context),
        setTimes: setTimes && (() => setTimes(file, { modified: 0 }, context)),
        setMode: setMode && (() => setMode(file, 0o600, context)),
        makeLink: () => makeLink(at("/to-d/new"), "file", context),
        copy: copy && (() => copy(file, at("/x"), { overwrite: true }, context)),
        "copy to": copy && (() => copy(at("/d/file"), at("/to-d/x"), { overwrite: true }, context)),
      };
      for (const [name, call] of Object.entries(calls))
        if (call !== undefined) await rejects(call, name, "permission-denied");
      equal([await get("/d/file"), await names("/d")], ["content", ["file"]], "what stands");
      await store.remove(at("/to-file"), context);
      equal(await names("/"), ["d", "to-d"], "the names when the link itself was removed");
    },
  },
];
