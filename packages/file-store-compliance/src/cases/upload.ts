import { FileStoreError } from "@longshore/file-store";
import { equal, ok, rejects } from "../check.ts";
import { at, bytesOf, children, during, patternOf, type StoreCase } from "../trial.ts";

/** From `openWrite` to `commit` or `abort`: who sees what, and who wins. */
export const uploadCases: readonly StoreCase[] = [
  {
    name: "until commit the old file stands, and nobody sees the new one",
    async run({ store, context, put, get, names }) {
      await put("/old", "stands");
      const replaced = await store.openWrite(at("/old"), { mode: "replace" }, context);
      const created = await store.openWrite(at("/new"), { mode: "create" }, context);
      for (const file of [replaced, created]) await file.write(bytesOf("coming"), 0);
      if (store.capabilities.writes === "atomic") {
        equal(await get("/old"), "stands", "the old file during an upload");
        equal((await store.stat(at("/old"), context)).size, 6, "its size");
        equal(await names("/"), ["old"], "the names during two uploads");
        await rejects(() => store.stat(at("/new"), context), "stat of what is coming", "not-found");
        await rejects(() => store.openRead(at("/new"), context), "reading what is coming", "not-found");
      } else {
        equal(await get("/old"), "coming", "an upload in place");
        equal(await get("/new"), "coming", "a new upload in place");
      }
      await replaced.commit();
      await created.commit();
      equal([await get("/old"), await get("/new")], ["coming", "coming"], "the contents after commit");
      equal(await names("/"), ["new", "old"], "the names after commit");
    },
  },
  {
    name: "abort leaves what stood before, in every mode, and nothing else",
    async run({ store, context, put, get, names }) {
      if (store.capabilities.writes !== "atomic") return;
      const { append, randomWrite } = store.capabilities;
      await put("/old", "stands");
      const modes = [
        "replace",
        ...(append === "none" ? [] : (["append"] as const)),
        ...(randomWrite === "none" ? [] : (["update"] as const)),
      ] as const;
      for (const mode of modes) {
        const file = await store.openWrite(at("/old"), { mode }, context);
        await file.write(bytesOf("never seen"), file.start);
        await file.abort(new FileStoreError("aborted", "the peer is gone"));
        equal(await get("/old"), "stands", `the file after an aborted ${mode}`);
      }
      const file = await store.openWrite(at("/new"), { mode: "create" }, context);
      await file.abort();
      equal(await names("/"), ["old"], "the names after all aborts");
    },
  },
  {
    name: "a commit of nothing makes an empty file",
    async run({ store, context }) {
      const file = await store.openWrite(at("/empty"), { mode: "create" }, context);
      await file.commit();
      const { type, size } = await store.stat(at("/empty"), context);
      equal([type, size], ["file", 0], "type and size");
    },
  },
  {
    name: "exactly one of commit and abort ends an upload; abort never rejects",
    async run({ store, context, get, exists }) {
      const committed = await store.openWrite(at("/a"), { mode: "create" }, context);
      await committed.write(bytesOf("x"), 0);
      await committed.commit();
      await committed.abort();
      await committed.abort();
      equal(await get("/a"), "x", "a file that was committed and then aborted");
      await rejects(() => committed.commit(), "a second commit");
      await rejects(() => committed.write(bytesOf("y"), 0), "a write after commit");
      const aborted = await store.openWrite(at("/b"), { mode: "create" }, context);
      await aborted.abort();
      await aborted.abort();
      await rejects(() => aborted.commit(), "a commit after abort");
      await rejects(() => aborted.write(bytesOf("y"), 0), "a write after abort");
      equal(await get("/a"), "x", "the committed file at the end");
      if (store.capabilities.writes === "atomic")
        equal(await exists("/b"), false, "whether the other exists");
    },
  },
  {
    name: "abort during a write leaves nothing behind",
    async run({ store, context, names }) {
      if (store.capabilities.writes !== "atomic") return;
      const file = await store.openWrite(at("/gone"), { mode: "create" }, context);
      const lost = file.write(patternOf(1_000_000, 8), 0).catch(() => {});
      await file.abort();
      await lost;
      equal(await names("/"), [], "the names after the abort");
    },
  },
  {
    name: "of two that create one name, one wins, and its content is whole",
    async run({ store, context, get, names }) {
      const contents = ["a".repeat(50_000), "b".repeat(60_000)];
      const attempts = await Promise.allSettled(
        contents.map(async (content) => {
          const file = await store.openWrite(at("/file"), { mode: "create" }, context);
          await file.write(bytesOf(content), 0);
          return file;
        }),
      );
      const results = await Promise.allSettled(
        attempts.map(async (attempt) => {
          if (attempt.status === "rejected") throw attempt.reason;
          await attempt.value.commit();
        }),
      );
      const winners = contents.filter((_, index) => results[index]?.status === "fulfilled");
      if (store.capabilities.exclusiveCreate === "racy") ok(winners.length >= 1, "nobody won");
      else equal(winners.length, 1, "the number of winners");
      for (const result of results) {
        if (result.status === "rejected")
          await rejects(() => Promise.reject(result.reason), "the loser", "exists");
      }
      ok(winners.includes(await get("/file")), "the content is not the winner's");
      await Promise.all(attempts.map((attempt) => attempt.status === "fulfilled" && attempt.value.abort()));
      equal(await names("/"), ["file"], "the names at the end");
    },
  },
  {
    name: "of 20 that replace one file at once, the last is whole",
    async run({ store, context, get, put, names }) {
      if (store.capabilities.writes !== "atomic") return;
      await put("/file", "before");
      const contents = Array.from({ length: 20 }, (_, index) =>
        String.fromCharCode(97 + index).repeat(10_000),
      );
      await Promise.all(
        contents.map(async (content) => {
          const file = await store.openWrite(at("/file"), { mode: "replace" }, context);
          await file.write(bytesOf(content.slice(0, 5000)), 0);
          await file.write(bytesOf(content.slice(5000)), 5000);
          await file.commit();
        }),
      );
      ok(contents.includes(await get("/file")), "the content is a mixture");
      equal(await names("/"), ["file"], "the names at the end");
    },
  },
  {
    name: "readers see the old content or the new, never a part, while a file is replaced 30 times",
    async run({ store, put, get }) {
      if (store.capabilities.writes !== "atomic") return;
      const contentOf = (round: number): string => String(round % 10).repeat(20_000 + round);
      await put("/file", contentOf(0));
      const whole = new Set(Array.from({ length: 31 }, (_, round) => contentOf(round)));
      await during(
        async () => ok(whole.has(await get("/file")), "a reader saw a part or a mixture"),
        async () => {
          for (let round = 1; round <= 30; round++) await put("/file", contentOf(round));
        },
      );
    },
  },
  {
    name: "100 uploads at once all arrive",
    async run({ put, bytes, makeDirectory, names }) {
      await makeDirectory("/d");
      const paths = children("/d", 100);
      await Promise.all(
        paths.map((path, index) => put(path, patternOf(1000 + index, index), { mode: "create" })),
      );
      equal((await names("/d")).length, 100, "the number of files");
      for (const [index, path] of paths.entries())
        equal(await bytes(path), patternOf(1000 + index, index), `the content of ${path}`);
    },
  },
  {
    name: "a directory that an upload goes to is not removed, or the commit says so",
    async run({ store, context, makeDirectory, get }) {
      await makeDirectory("/d");
      const file = await store.openWrite(at("/d/file"), { mode: "create" }, context);
      await file.write(bytesOf("x"), 0);
      const removed = await store.removeDirectory(at("/d"), context).then(
        () => true,
        (error) => {
          ok(FileStoreError.isInstance(error), `removeDirectory rejected with ${String(error)}`);
          return false;
        },
      );
      if (removed) await rejects(() => file.commit(), "a commit into a directory that is gone");
      else {
        await file.commit();
        equal(await get("/d/file"), "x", "the content");
      }
    },
  },
];
