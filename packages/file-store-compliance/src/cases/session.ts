import { equal, rejects } from "../check.ts";
import { at, bytesOf, children, type StoreCase } from "../trial.ts";

export const sessionCases: readonly StoreCase[] = [
  {
    name: "signal: every call of a session that is gone is aborted, and changes nothing",
    async run({ store, put, get, names, makeDirectory }) {
      await put("/file", "x");
      await makeDirectory("/d");
      const context = { signal: AbortSignal.abort(new Error("gone")) };
      const overwrite = { overwrite: true };
      const [file, directory, other] = [at("/file"), at("/d"), at("/other")];
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        stat: () => store.stat(file, context),
        list: () => store.list(directory, context)[Symbol.asyncIterator]().next(),
        openRead: () => store.openRead(file, context),
        openWrite: () => store.openWrite(other, { mode: "create" }, context),
        remove: () => store.remove(file, context),
        makeDirectory: () => store.makeDirectory(other, context),
        removeDirectory: () => store.removeDirectory(directory, context),
        rename: () => store.rename(file, other, overwrite, context),
      };
      for (const [name, call] of Object.entries(calls))
        await rejects(call, `${name} after an abort`, "aborted");
      const { setTimes, setMode, makeLink, freeSpace, copy } = store;
      const optional: Readonly<Record<string, (() => Promise<unknown>) | undefined>> = {
        setTimes: setTimes && (() => setTimes.call(store, file, { modified: 0 }, context)),
        setMode: setMode && (() => setMode.call(store, file, 0o600, context)),
        makeLink: makeLink && (() => makeLink.call(store, other, "file", context)),
        freeSpace: freeSpace && (() => freeSpace.call(store, file, context)),
        copy: copy && (() => copy.call(store, file, other, overwrite, context)),
      };
      for (const [name, call] of Object.entries(optional))
        if (call) await rejects(call, `${name} after an abort`, "aborted");
      equal(await names("/"), ["d", "file"], "the names");
      equal(await get("/file"), "x", "the content");
    },
  },
  {
    name: "signal: a listing ends with aborted when the session goes on the way",
    async run({ store, put }) {
      await Promise.all(children("/", 600).map((path) => put(path, "")));
      const controller = new AbortController();
      let seen = 0;
      const listing = async (): Promise<void> => {
        for await (const batch of store.list(at("/"), { signal: controller.signal })) {
          seen += batch.length;
          controller.abort();
        }
      };
      // A store whose batch holds all 600 has nothing left to abort.
      const error = await listing().then(
        () => undefined,
        (reason) => reason,
      );
      if (error === undefined) equal(seen, 600, "the entries of a listing that was not aborted");
      else await rejects(() => Promise.reject(error), "the listing", "aborted");
    },
  },
  {
    name: "sessions: what one does not see, another does not either",
    async run({ store, names, get }) {
      const [anna, bert] = [
        { user: "anna", remoteAddress: "192.0.2.1" },
        { user: "bert", secure: true },
      ];
      const file = await store.openWrite(at("/file"), { mode: "create" }, anna);
      await file.write(bytesOf("x"), 0);
      await file.commit();
      equal((await store.stat(at("/file"), bert)).size, 1, "the size that another session sees");
      equal([await names("/"), await get("/file")], [["file"], "x"], "names and content");
    },
  },
];
