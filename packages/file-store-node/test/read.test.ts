import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type DirectoryEntry, toPath } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { findLooker } from "../src/looker.ts";
import { kindOf, newRoot, put } from "./support.ts";

const context = {};

describe("a reader", () => {
  it("is closed only when no read is under way: its descriptor's number is not another file's meanwhile", async () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), new Uint8Array(4 << 20).fill(1));
    writeFileSync(join(root, "other"), new Uint8Array(4 << 20).fill(2));
    const store = createNodeStore(root);
    const ones = new Uint8Array(1 << 20).fill(1);
    for (let round = 0; round < 20; round++) {
      const file = await store.openRead(toPath("/file"), context);
      const into = [new Uint8Array(1 << 20), new Uint8Array(1 << 20)] as const;
      const reads = [file.read(into[0], 0), file.read(into[1], 1 << 20)];
      const closed = file.close();
      // The next to open takes the lowest number that is free.
      const descriptor = openSync(join(root, "other"), "r");
      expect(await Promise.all(reads)).toEqual([1 << 20, 1 << 20]);
      await closed;
      closeSync(descriptor);
      for (const buffer of into) expect(Buffer.compare(buffer, ones)).toBe(0);
    }
  });

  it("has its descriptor to give away, and closes it once", async () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), "content");
    const file = await createNodeStore(root).openRead(toPath("/file"), context);
    const { descriptor = -1 } = file;
    expect(fstatSync(descriptor).size).toBe(7);
    await Promise.all([file.close(), file.close()]);
    await file.close();
    expect(() => fstatSync(descriptor)).toThrow("EBADF");
    expect(await kindOf(file.read(new Uint8Array(1), 0))).toBe("io");
  });

  it("takes no position that the system would read as `here`", async () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), "content");
    const file = await createNodeStore(root).openRead(toPath("/file"), context);
    for (const position of [-1, Number.NaN, 0.5, Number.POSITIVE_INFINITY])
      expect(await kindOf(file.read(new Uint8Array(1), position))).toBe("io");
    await file.close();
    const store = createNodeStore(root, { writable: true });
    const upload = await store.openWrite(toPath("/new"), { mode: "create" }, context);
    for (const position of [-1, Number.NaN, 0.5])
      expect(await kindOf(upload.write(new Uint8Array(1), position))).toBe("io");
    await upload.abort();
  });

  it("ends where a file ends that was cut meanwhile, and reads on in one that grew", async () => {
    const root = newRoot();
    const path = join(root, "file");
    writeFileSync(path, "0123456789");
    const file = await createNodeStore(root).openRead(toPath("/file"), context);
    const into = new Uint8Array(20);
    truncateSync(path, 4);
    expect(await file.read(into, 0)).toBe(4);
    expect(await file.read(into, 4)).toBe(0);
    truncateSync(path, 15);
    expect([file.size, await file.read(into, 0)]).toEqual([10, 15]);
    await file.close();
  });

  it("of 5 GiB of nothing reads at any position", async () => {
    const root = newRoot();
    writeFileSync(join(root, "sparse"), "");
    truncateSync(join(root, "sparse"), 5 * 2 ** 30);
    const store = createNodeStore(root);
    expect((await store.stat(toPath("/sparse"), context)).size).toBe(5 * 2 ** 30);
    const file = await store.openRead(toPath("/sparse"), context);
    const into = new Uint8Array(1 << 20).fill(1);
    expect(await file.read(into, 5 * 2 ** 30 - 1000)).toBe(1000);
    expect(into.subarray(0, 1001).findIndex((byte) => byte !== 0)).toBe(1000);
    await file.close();
  });
});

describe("a listing", () => {
  it("has all that a long line wants, and names that are bytes", async () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), "content", { mode: 0o640 });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.of(0xe9)]), "raw");
    mkdirSync(join(root, "ünï"));
    symlinkSync("file", join(root, "link"));
    const all: DirectoryEntry[] = [];
    for await (const batch of createNodeStore(root).list(toPath("/"), context)) all.push(...batch);
    const entry = (name: string): DirectoryEntry | undefined => all.find((one) => one.name === name);
    const { mtimeMs, uid, gid } = fstatOf(join(root, "file"));
    expect(entry("file")).toMatchObject({
      type: "file",
      size: 7,
      mode: 0o640,
      links: 1,
      owner: String(uid),
      group: String(gid),
      modified: mtimeMs,
    });
    expect(entry("caf\udce9")).toMatchObject({ type: "file", size: 3 });
    expect(entry("ünï")).toMatchObject({ type: "directory", size: 0 });
    expect(entry("link")).toMatchObject({ type: "symlink", target: "file" });
    expect(all).toHaveLength(4);
  });

  it("names owners where asked to, and falls back to numbers", async () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), "");
    const { uid } = fstatOf(join(root, "file"));
    const { owner } = await createNodeStore(root, { owners: "names" }).stat(toPath("/file"), context);
    if (uid === 0) expect(owner).toBe("root");
    else expect([String(uid), process.env.USER]).toContain(owner);
  });

  it("comes in batches of bounded size, of any directory", async () => {
    const root = newRoot();
    for (let index = 0; index < 2000; index++) writeFileSync(join(root, `file-${index}`), "");
    const store = createNodeStore(root);
    // Which has descriptors of its own.
    await expect.poll(findLooker, { timeout: 10_000 }).toBeDefined();
    const open = readdirSync("/proc/self/fd").length;
    const seen = new Set<string>();
    for await (const batch of store.list(toPath("/"), context)) {
      expect(batch.length).toBeLessThanOrEqual(1024);
      for (const { name } of batch) seen.add(name);
    }
    expect(seen.size).toBe(2000);
    await expect.poll(() => readdirSync("/proc/self/fd").length).toBeLessThanOrEqual(open + 2);
  });

  it("goes on where entries vanish while they are looked at", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { writable: true });
    let isOver = false;
    const churn = (async () => {
      for (let round = 0; !isOver; round++) {
        await put(store, `/file-${round % 20}`, "x");
        await store.remove(toPath(`/file-${(round * 7) % 20}`), context).catch(() => {});
      }
    })();
    for (let round = 0; round < 30; round++) {
      for await (const batch of store.list(toPath("/"), context))
        for (const { name } of batch) expect(name).toMatch(/^file-\d+$/);
    }
    isOver = true;
    await churn;
  });
});

function fstatOf(path: string): { mtimeMs: number; uid: number; gid: number } {
  const descriptor = openSync(path, "r");
  try {
    return fstatSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
