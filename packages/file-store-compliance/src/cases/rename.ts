import { FileStoreError } from "@longshore/file-store";
import { equal, ok, rejects } from "../check.ts";
import { at, during, type StoreCase, type Trial } from "../trial.ts";

const rename =
  ({ store, context }: Trial, overwrite: boolean) =>
  (from: string, to: string): Promise<void> =>
    store.rename(at(from), at(to), { overwrite }, context);

const canMove = ({ store }: Trial, what: "file" | "directory"): boolean =>
  store.capabilities.rename[what] !== "none";

export const renameCases: readonly StoreCase[] = [
  {
    name: "rename: moves a file, within its directory and to another",
    async run(trial) {
      if (!canMove(trial, "file")) return;
      const { put, get, names, makeDirectory } = trial;
      const move = rename(trial, false);
      await makeDirectory("/d");
      await put("/a", "content");
      await move("/a", "/b");
      equal(await names("/"), ["b", "d"], "the names after the first move");
      await move("/b", "/d/c");
      equal([await names("/"), await names("/d")], [["d"], ["c"]], "the names after the second");
      equal(await get("/d/c"), "content", "the content");
    },
  },
  {
    name: "rename: without overwrite what stands is kept, also by one that came just before",
    async run(trial) {
      if (!canMove(trial, "file")) return;
      const { put, get, makeDirectory, names } = trial;
      const move = rename(trial, false);
      await put("/a", "a");
      await put("/b", "b");
      await makeDirectory("/d");
      await rejects(() => move("/a", "/b"), "a move to a file that stands", "exists");
      await rejects(() => move("/a", "/d"), "a move to a directory that stands", "exists");
      await rejects(() => move("/d", "/a"), "a directory's move to a file that stands", "exists");
      equal([await get("/a"), await get("/b")], ["a", "b"], "the contents");
      const results = await Promise.allSettled([move("/a", "/c"), move("/b", "/c")]);
      equal(
        results.filter(({ status }) => status === "fulfilled").length,
        1,
        "the winners of two moves at once",
      );
      equal((await names("/")).length, 3, "the names that are left: nothing was lost");
    },
  },
  {
    name: "rename: with overwrite it takes the place of a file",
    async run(trial) {
      if (!canMove(trial, "file")) return;
      const { put, get, names } = trial;
      await put("/a", "a");
      await put("/b", "b");
      await rename(trial, true)("/a", "/b");
      equal([await names("/"), await get("/b")], [["b"], "a"], "names and content");
      await rename(trial, true)("/b", "/b");
      equal([await names("/"), await get("/b")], [["b"], "a"], "names and content after a move to itself");
    },
  },
  {
    name: "rename: never destroys a directory that holds something",
    async run(trial) {
      const { put, get, makeDirectory } = trial;
      const move = rename(trial, true);
      for (const path of ["/d", "/e"]) {
        await makeDirectory(path);
        await put(`${path}/file`, path);
      }
      await put("/file", "x");
      await rejects(() => move("/d", "/e"), "a directory's move over one that is not empty");
      await rejects(() => move("/file", "/e"), "a file's move over a directory");
      await rejects(() => move("/d", "/file"), "a directory's move over a file");
      equal(
        [await get("/d/file"), await get("/e/file"), await get("/file")],
        ["/d", "/e", "x"],
        "the contents",
      );
    },
  },
  {
    name: "rename: moves a directory with all that is in it, never below itself",
    async run(trial) {
      const { put, get, makeDirectory, names } = trial;
      const move = rename(trial, false);
      await makeDirectory("/d");
      await makeDirectory("/d/e");
      await put("/d/e/file", "deep");
      if (!canMove(trial, "directory")) {
        await rejects(() => move("/d", "/moved"), "a directory's move", "unsupported");
        return;
      }
      await move("/d", "/moved");
      equal([await names("/"), await get("/moved/e/file")], [["moved"], "deep"], "names and content");
      await rejects(() => move("/moved", "/moved/e/below"), "a move below itself", "name-not-allowed");
      await rejects(() => move("/moved", "/moved/below"), "a move right below itself", "name-not-allowed");
      equal(await names("/moved"), ["e"], "the names after moves below itself");
      equal(await get("/moved/e/file"), "deep", "the content after moves below itself");
    },
  },
  {
    name: "rename: refuses what is missing, and the root",
    async run(trial) {
      const { put, get } = trial;
      const move = rename(trial, true);
      await put("/file", "x");
      await rejects(() => move("/none", "/a"), "a move of a missing name", "not-found");
      await rejects(() => move("/file", "/none/a"), "a move to a missing directory", "not-found");
      await rejects(() => move("/file", "/file/a"), "a move below a file");
      await rejects(() => move("/", "/a"), "a move of the root");
      await rejects(() => move("/file", "/"), "a move over the root");
      equal(await get("/file"), "x", "the content");
    },
  },
  {
    name: "rename: a file that is moved back and forth is always at one of its names, where moves are atomic",
    async run(trial) {
      const { store, context, put } = trial;
      if (store.capabilities.rename.file !== "atomic") return;
      await put("/a", "x");
      const there = (path: string): Promise<boolean> =>
        store.stat(at(path), context).then(
          () => true,
          (error) => {
            ok(FileStoreError.isInstance(error) && error.code === "not-found", `stat said ${String(error)}`);
            return false;
          },
        );
      // Looked at one after the other, a file may slip by from the second to the first; not many times on end.
      let misses = 0;
      await during(
        async () => {
          misses = (await there("/a")) || (await there("/b")) ? 0 : misses + 1;
          ok(misses < 20, "the file was at neither of its names");
        },
        async () => {
          for (let round = 0; round < 20; round++) {
            await rename(trial, true)("/a", "/b");
            await rename(trial, true)("/b", "/a");
          }
        },
      );
      equal(await trial.names("/"), ["a"], "the names at the end");
    },
  },
];
