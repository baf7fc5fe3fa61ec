import type { WritableFile } from "@longshore/file-store";
import { equal, fail, ok, rejects } from "../check.ts";
import { at, patternOf, type StoreCase } from "../trial.ts";

const chunk = patternOf(65_536, 10);

/** More than the largest store that these cases are made for. */
const enough = 8 * 2 ** 20;

const isFull = ["no-space", "quota-exceeded", "too-large"] as const;

/** Writes until the store is full. */
async function fill(file: WritableFile): Promise<void> {
  for (let position = 0; position < enough; position += chunk.length) await file.write(chunk, position);
  // A store may find out only when all has to go to the disk.
  await file.commit();
}

export const fullCases: readonly StoreCase[] = [
  {
    name: "full: a write says so, the old file stands, and what was taken is given back",
    async run({ store, context, put, get, names }) {
      await put("/old", "stands");
      for (let round = 0; round < 3; round++) {
        const file = await store.openWrite(at("/old"), { mode: "replace" }, context);
        await rejects(() => fill(file), "filling the store", ...isFull);
        await file.abort();
        if (store.capabilities.writes === "atomic") equal(await get("/old"), "stands", "the old file");
        equal(await names("/"), ["old"], "the names");
      }
      // In place, what fitted of the upload stays, and is what is in the way.
      if (store.capabilities.writes !== "atomic") await store.remove(at("/old"), context);
      await put("/small", "fits");
      equal(await get("/small"), "fits", "a small file afterwards");
    },
  },
  {
    name: "full: an upload that lost a piece cannot be committed",
    async run({ store, context, put, get, exists }) {
      await put("/old", "stands");
      for (const [path, mode] of [
        ["/old", "replace"],
        ["/new", "create"],
      ] as const) {
        const file = await store.openWrite(at(path), { mode }, context);
        await rejects(() => fill(file), "filling the store", ...isFull);
        await rejects(() => file.commit(), "the commit of an upload that lost a piece");
        await file.abort();
      }
      if (store.capabilities.writes !== "atomic") return;
      equal([await get("/old"), await exists("/new")], ["stands", false], "the old file, and the new one");
    },
  },
  {
    name: "full: others that write at the same time are refused or whole",
    async run({ store, context, put, bytes, exists }) {
      const file = await store.openWrite(at("/large"), { mode: "create" }, context);
      const filling = rejects(() => fill(file), "filling the store", ...isFull);
      filling.catch(() => {});
      for (let index = 0; index < 10; index++)
        await put(`/small-${index}`, chunk.subarray(0, 1000)).catch(() => {});
      await filling;
      await file.abort();
      for (let index = 0; index < 10; index++) {
        if (store.capabilities.writes === "atomic" && (await exists(`/small-${index}`)))
          equal(await bytes(`/small-${index}`), chunk.subarray(0, 1000), `the content of /small-${index}`);
      }
    },
  },
  {
    name: "full: a size that cannot fit is refused early or late, never taken",
    async run({ store, context, exists }) {
      const expectedSize = 2 ** 50;
      const file = await store
        .openWrite(at("/file"), { mode: "create", expectedSize }, context)
        .catch((error) =>
          rejects(() => Promise.reject(error), "an upload of 1 PiB", ...isFull).then(() => undefined),
        );
      if (file === undefined) {
        equal(await exists("/file"), false, "whether a refused upload made a file");
        return;
      }
      await rejects(() => fill(file), "filling the store", ...isFull);
      await file.abort();
    },
  },
  {
    name: "full: the free space shrinks by what is written, and grows by what is removed",
    async run({ store, context, put }) {
      if (store.freeSpace === undefined) return;
      const free = async (): Promise<number> => (await store.freeSpace?.(at("/"), context)) ?? fail("gone");
      const before = await free();
      ok(before < enough, `the store has ${before} bytes free and was to be small`);
      await put("/file", chunk.subarray(0, 40_000));
      const during = await free();
      ok(during <= before - 40_000, `40,000 bytes took ${before - during}`);
      await store.remove(at("/file"), context);
      ok((await free()) > during, "a removal gave nothing back");
    },
  },
];
