import { FileStoreError, type PartStore, type StoreContext, type WritableFile } from "@longshore/file-store";
import { equal, fail, ok, rejects } from "../check.ts";
import { at, bytesOf, patternOf, type StoreCase, type Trial } from "../trial.ts";

const ann: StoreContext = { user: "ann" };
const bob: StoreContext = { user: "bob" };

/** What becomes of interrupted uploads, where the store keeps their parts. */
export const partCases: readonly StoreCase[] = [
  {
    name: "parts: has both keep and parts, or neither",
    async run({ store }) {
      const file = await store.openWrite(at("/file"), { mode: "create" }, ann);
      equal(file.keep !== undefined, store.parts !== undefined, "whether keep and parts are both there");
      await file.abort();
    },
  },
  partCase(
    "an interrupted upload is kept for its user, and gone on from it becomes the file",
    async (trial, parts) => {
      const { store, get, exists, names } = trial;
      equal(await interrupt(trial, "/file", "0123456"), 7, "the bytes kept");
      equal(await sizeOf(parts, "/file", ann), 7, "the part's size");
      equal(await exists("/file"), false, "whether the file exists");
      equal(await names("/"), [], "the names");
      const rest = await parts.resume(at("/file"), { overwrite: true }, ann);
      equal(rest.start, 7, "where it goes on");
      await rest.write(bytesOf("789"), 7);
      equal(await names("/"), [], "the names before commit");
      await rest.commit();
      equal(await get("/file"), "0123456789", "the whole file");
      equal(await sizeOf(parts, "/file", ann), undefined, "the part after commit");
      await store.remove(at("/file"), {});
      equal(await sizeOf(parts, "/file", ann), undefined, "the part after the file is removed");
    },
  ),
  partCase("of large uploads every byte that was written is kept", async (trial, parts) => {
    const { store, bytes } = trial;
    const content = patternOf(3_000_000, 5);
    const file = await store.openWrite(at("/large"), { mode: "replace" }, ann);
    for (let position = 0; position < 2_000_000; position += 100_000)
      await file.write(content.subarray(position, position + 100_000), position);
    equal(await keep(file), 2_000_000, "the bytes kept");
    const rest = await parts.resume(at("/large"), { overwrite: false }, ann);
    await rest.write(content.subarray(2_000_000), 2_000_000);
    await rest.commit();
    equal(await bytes("/large"), content, "the whole file");
  }),
  partCase("usage: all bytes of the user's parts, where the store tells", async (trial, parts) => {
    if (parts.usage === undefined) return;
    equal(await parts.usage(ann), 0, "without parts");
    await interrupt(trial, "/file", "01234");
    await trial.store.makeDirectory(at("/directory"), ann);
    await interrupt(trial, "/directory/file", "012");
    await interrupt(trial, "/other", "another's", bob);
    equal([await parts.usage(ann), await parts.usage({})], [8, 0], "of a user, and of nobody");
    await parts.remove(at("/file"), ann);
    equal(await parts.usage(ann), 3, "after one is removed");
  }),
  partCase("a part is its user's alone", async (trial, parts) => {
    await interrupt(trial, "/file", "ann's");
    equal(await sizeOf(parts, "/file", bob), undefined, "another user's part");
    equal(await sizeOf(parts, "/file", {}), undefined, "nobody's part");
    await rejects(
      () => parts.resume(at("/file"), { overwrite: true }, bob),
      "another user's resume",
      "not-found",
    );
    equal(await parts.remove(at("/file"), bob), false, "whether another user removed it");
    equal(await interrupt(trial, "/file", "bob's own", bob), 9, "the other user's bytes");
    equal(await sizeOf(parts, "/file", ann), 5, "the part at the end");
    const nobody = await trial.store.openWrite(at("/other"), { mode: "create" }, {});
    await nobody.write(bytesOf("x"), 0);
    equal(await keep(nobody), 0, "the bytes kept of nobody's upload");
  }),
  partCase("goes on from any place in the part, and drops what lies beyond", async (trial, parts) => {
    await interrupt(trial, "/file", "0123456789");
    for (const start of [11, -1, 0.5, Number.NaN])
      await rejects(
        () => parts.resume(at("/file"), { start, overwrite: true }, ann),
        `a start at ${start}`,
        "io",
      );
    const again = await parts.resume(at("/file"), { start: 4, overwrite: true }, ann);
    equal(await keep(again), 10, "the bytes kept where nothing came");
    const rest = await parts.resume(at("/file"), { start: 4, overwrite: true }, ann);
    equal(rest.start, 4, "where it goes on");
    await rest.write(bytesOf("ab"), 4);
    await rest.commit();
    equal(await trial.get("/file"), "0123ab", "the file");
  }),
  partCase("can be interrupted again and again", async (trial, parts) => {
    await interrupt(trial, "/file", "01");
    for (const piece of ["23", "45", "67"]) {
      const file = await parts.resume(at("/file"), { overwrite: false }, ann);
      await file.write(bytesOf(piece), file.start);
      equal(await keep(file), file.start + 2, "the bytes kept");
    }
    const last = await parts.resume(at("/file"), { overwrite: false }, ann);
    await last.commit();
    equal(await trial.get("/file"), "01234567", "the file");
  }),
  partCase("keeps nothing behind a gap, and nothing at all where nothing came", async (trial, parts) => {
    const file = await trial.store.openWrite(at("/gap"), { mode: "create" }, ann);
    await file.write(bytesOf("abc"), 0);
    await file.write(bytesOf("far"), 10);
    equal(await keep(file), 3, "the bytes before the gap");
    equal(await sizeOf(parts, "/gap", ann), 3, "the part");
    equal(await interrupt(trial, "/empty", ""), 0, "the bytes kept of nothing");
    equal(await sizeOf(parts, "/empty", ann), undefined, "the part of nothing");
  }),
  partCase("the old file stands, and nothing is kept beside it", async (trial, parts) => {
    await trial.put("/old", "stands");
    equal(await interrupt(trial, "/old", "new"), 0, "the bytes kept");
    equal(await trial.get("/old"), "stands", "the old file");
    equal(await sizeOf(parts, "/old", ann), undefined, "the part");
    await trial.store.remove(at("/old"), {});
    equal(await sizeOf(parts, "/old", ann), undefined, "the part when the file is gone");
  }),
  partCase(
    "is not seen where a file came under its name, and does not replace it unless told",
    async (trial, parts) => {
      const { put, get } = trial;
      await interrupt(trial, "/file", "part");
      const careful = await parts.resume(at("/file"), { overwrite: false }, ann);
      await put("/file", "came meanwhile");
      await rejects(() => careful.commit(), "a commit that must not replace", "exists");
      equal(await get("/file"), "came meanwhile", "the file");
      equal(await sizeOf(parts, "/file", ann), undefined, "the part where a file stands");
      await rejects(
        () => parts.resume(at("/file"), { overwrite: true }, ann),
        "going on where a file stands",
        "exists",
      );
      await interrupt(trial, "/other", "part");
      const bold = await parts.resume(at("/other"), { overwrite: true }, ann);
      await put("/other", "came meanwhile");
      await bold.commit();
      equal(await get("/other"), "part", "the replaced file");
    },
  ),
  partCase("a whole upload under the name, an abort and remove forget it", async (trial, parts) => {
    const { store } = trial;
    await interrupt(trial, "/file", "stale");
    const whole = await store.openWrite(at("/file"), { mode: "replace" }, ann);
    await whole.write(bytesOf("whole"), 0);
    await whole.commit();
    await store.remove(at("/file"), ann);
    equal(await sizeOf(parts, "/file", ann), undefined, "the part after a whole upload");

    await interrupt(trial, "/file", "part");
    const given = await parts.resume(at("/file"), { overwrite: true }, ann);
    await given.abort(new FileStoreError("aborted", "not wanted any more"));
    equal(await sizeOf(parts, "/file", ann), undefined, "the part after an abort");

    await interrupt(trial, "/file", "part");
    equal(await parts.remove(at("/file"), ann), true, "whether there was one");
    equal(await parts.remove(at("/file"), ann), false, "whether there was one still");
    await rejects(
      () => parts.resume(at("/file"), { overwrite: true }, ann),
      "going on from nothing",
      "not-found",
    );
  }),
  partCase("one session at a time goes on from it", async (trial, parts) => {
    await interrupt(trial, "/file", "01");
    const first = await parts.resume(at("/file"), { overwrite: true }, ann);
    await rejects(() => parts.resume(at("/file"), { overwrite: true }, ann), "a second resume", "busy");
    await rejects(() => parts.remove(at("/file"), ann), "removing it meanwhile", "busy");
    equal(await interrupt(trial, "/file", "another upload"), 0, "the bytes kept of another upload meanwhile");
    await first.write(bytesOf("23"), 2);
    await first.commit();
    equal(await trial.get("/file"), "0123", "the file");
  }),
  partCase("exactly one of commit, abort and keep ends an upload", async (trial, parts) => {
    const { store } = trial;
    const kept = await store.openWrite(at("/kept"), { mode: "create" }, ann);
    await kept.write(bytesOf("x"), 0);
    equal(await keep(kept), 1, "the bytes kept");
    equal(await keep(kept), 0, "the bytes kept the second time");
    await kept.abort();
    await rejects(() => kept.commit(), "a commit after keep");
    await rejects(() => kept.write(bytesOf("y"), 1), "a write after keep");
    equal(await sizeOf(parts, "/kept", ann), 1, "the part");
    const committed = await store.openWrite(at("/committed"), { mode: "create" }, ann);
    await committed.commit();
    equal(await keep(committed), 0, "the bytes kept after commit");
    equal(await trial.names("/"), ["committed"], "the names");
  }),
];

function partCase(name: string, run: (trial: Trial, parts: PartStore) => Promise<void>): StoreCase {
  return {
    name: `parts: ${name}`,
    async run(trial) {
      if (trial.store.parts !== undefined) await run(trial, trial.store.parts);
    },
  };
}

/** Begins an upload and loses its peer; answers the bytes kept. */
async function interrupt({ store }: Trial, path: string, content: string, context = ann): Promise<number> {
  const file = await store.openWrite(at(path), { mode: "replace" }, context);
  if (content !== "") await file.write(bytesOf(content), 0);
  return keep(file);
}

function keep(file: WritableFile): Promise<number> {
  if (file.keep === undefined) fail("a store with parts gave a file without keep");
  return file.keep();
}

async function sizeOf(parts: PartStore, path: string, context: StoreContext): Promise<number | undefined> {
  const part = await parts.find(at(path), context);
  if (part === undefined) return undefined;
  ok(Number.isFinite(part.modified), "a part without a time");
  return part.size;
}
