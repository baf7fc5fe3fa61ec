import { equal, rejects } from "../check.ts";
import { at, type StoreCase } from "../trial.ts";

export const readOnlyCases: readonly StoreCase[] = [
  {
    name: "read-only: says so, lists, and refuses every change as read-only",
    async run({ store, context, names }) {
      equal(store.capabilities.writable, false, "capabilities.writable");
      const before = await names("/");
      const [a, b] = [at(`/${before[0] ?? "a"}`), at("/not-there-yet")];
      const overwrite = { overwrite: true };
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        create: () => store.openWrite(b, { mode: "create" }, context),
        replace: () => store.openWrite(a, { mode: "replace" }, context),
        append: () => store.openWrite(a, { mode: "append" }, context),
        update: () => store.openWrite(a, { mode: "update" }, context),
        remove: () => store.remove(a, context),
        makeDirectory: () => store.makeDirectory(b, context),
        removeDirectory: () => store.removeDirectory(a, context),
        rename: () => store.rename(a, b, overwrite, context),
      };
      for (const [name, call] of Object.entries(calls)) await rejects(call, name, "read-only");
      const { setTimes, setMode, makeLink, copy } = store;
      if (setTimes)
        await rejects(() => setTimes.call(store, a, { modified: 0 }, context), "setTimes", "read-only");
      if (setMode) await rejects(() => setMode.call(store, a, 0o777, context), "setMode", "read-only");
      if (makeLink) await rejects(() => makeLink.call(store, b, "x", context), "makeLink", "read-only");
      if (copy) await rejects(() => copy.call(store, a, b, overwrite, context), "copy", "read-only");
      equal(await names("/"), before, "the names at the end");
    },
  },
];
