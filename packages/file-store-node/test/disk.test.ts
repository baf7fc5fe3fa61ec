import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toPath } from "@longshore/file-store";
import { describeFileStore } from "@longshore/file-store-compliance";
import { createNodeStore } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { get, kindOf, names, newRoot, put } from "./support.ts";

// File systems of their own, of one megabyte each: a full disk, a move across two, one without the right to write.
// Only root can mount them.

const context = {};

function mount(at: string, options: string): () => void {
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "longshore-test", at], { stdio: "ignore" });
  return () => execFileSync("umount", ["-l", at]);
}

/** Run by another process that gives its rights away, which cannot be undone. Prints the kind of each refusal. */
const source = (name: string): string => new URL(`../../${name}/src/index.ts`, import.meta.url).href;
const asNobody = `
  const { createNodeStore } = await import(${JSON.stringify(source("file-store-node"))});
  const { toPath } = await import(${JSON.stringify(source("file-store"))});
  process.setgroups([]); process.setgid(65534); process.setuid(65534);
  const store = createNodeStore(process.argv[1], { writable: true });
  const at = toPath;
  const write = async (path, mode) => (await store.openWrite(at(path), { mode }, {})).commit();
  const calls = {
    "read private": () => store.openRead(at("/open/private"), {}),
    "stat private": () => store.stat(at("/open/private"), {}),
    "replace shared": () => write("/open/shared", "replace"),
    "append shared": () => write("/open/shared", "append"),
    "stat closed/file": () => store.stat(at("/closed/file"), {}),
    "stat closed/none": () => store.stat(at("/closed/none"), {}),
    "list closed": () => store.list(at("/closed"), {})[Symbol.asyncIterator]().next(),
    "create at root": () => write("/new", "create"),
    "setMode shared": () => store.setMode(at("/open/shared"), 0o777, {}),
    "create in open": () => write("/open/new", "create"),
  };
  const kinds = {};
  for (const [name, call] of Object.entries(calls)) kinds[name] = await call().then(() => "accepted", (error) => error.code);
  console.log(JSON.stringify(kinds));`;

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    mount(newRoot(), "size=64k")();
    return true;
  } catch {
    return false;
  }
}

if (canMount()) {
  describe("a disk of one megabyte", () => {
    for (const writes of ["atomic", "in-place"] as const) {
      const { cases } = describeFileStore(writes, () => ({ store: createNodeStore(newRoot()) }), {
        makeSmall: () => {
          const root = newRoot();
          const dispose = mount(root, "size=1m");
          return { store: createNodeStore(root, { writable: true, writes }), dispose };
        },
      });
      for (const { name, run } of cases.filter((one) => one.name.startsWith("full: ")))
        it(`${writes}, ${name}`, run);
    }
  });

  it("a file moves to another file system whole, and with its times and mode", async () => {
    const root = newRoot();
    mkdirSync(join(root, "mounted"));
    const unmount = mount(join(root, "mounted"), "size=1m");
    try {
      const store = createNodeStore(root, { writable: true });
      await put(store, "/file", "content");
      await store.setMode(toPath("/file"), 0o640, context);
      await store.setTimes(toPath("/file"), { modified: 1_000_000_000_123 }, context);
      await put(store, "/mounted/taken", "stays");
      const move = (from: string, to: string, overwrite: boolean): Promise<unknown> =>
        kindOf(store.rename(toPath(from), toPath(to), { overwrite }, context));
      expect(await move("/file", "/mounted/taken", false)).toBe("exists");
      expect(await move("/file", "/mounted/file", false)).toBe("accepted");
      const { mode, mtimeMs } = statSync(join(root, "mounted/file"));
      expect([mode & 0o777, Math.round(mtimeMs)]).toEqual([0o640, 1_000_000_000_123]);
      expect([await names(store), await get(store, "/mounted/file")]).toEqual([["mounted"], "content"]);
      expect(await move("/mounted/file", "/back", true)).toBe("accepted");
      expect(await get(store, "/back")).toBe("content");
      writeFileSync(join(root, "large"), new Uint8Array(2 << 20).fill(1));
      expect(await move("/large", "/mounted/taken", true)).toBe("no-space");
      expect(readFileSync(join(root, "mounted/taken"), "utf8")).toBe("stays");
      expect([statSync(join(root, "large")).size, readdirSync(join(root, "mounted"))]).toEqual([
        2 << 20,
        ["taken"],
      ]);
      await store.makeDirectory(toPath("/d"), context);
      expect(await move("/d", "/mounted/d", true)).toBe("unsupported");
      expect(await move("/d", "/mounted/d", false)).toBe("unsupported");
      expect(await names(store, "/mounted")).toEqual(["taken"]);
    } finally {
      unmount();
    }
  });

  it("a file that root replaces stays its owner's", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { writable: true });
    await put(store, "/file", "x");
    chownSync(join(root, "file"), 12345, 23456);
    await put(store, "/file", "y");
    expect(await store.stat(toPath("/file"), context)).toMatchObject({ owner: "12345", group: "23456" });
  });

  it("what the process may not do is permission-denied, also replacing what it may not write", async () => {
    const root = newRoot();
    for (const name of ["open", "closed"]) mkdirSync(join(root, name));
    writeFileSync(join(root, "open/private"), "x", { mode: 0o600 });
    writeFileSync(join(root, "open/shared"), "x");
    writeFileSync(join(root, "closed/file"), "x");
    chmodSync(root, 0o755);
    chmodSync(join(root, "open"), 0o777);
    chmodSync(join(root, "closed"), 0o700);
    const kinds = JSON.parse(
      execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", asNobody, root], {
        cwd: new URL("../../..", import.meta.url),
        encoding: "utf8",
      }),
    );
    expect(kinds).toEqual({
      "read private": "permission-denied",
      "stat private": "accepted",
      "replace shared": "permission-denied",
      "append shared": "permission-denied",
      "stat closed/file": "permission-denied",
      "stat closed/none": "permission-denied",
      "list closed": "permission-denied",
      "create at root": "permission-denied",
      "setMode shared": "permission-denied",
      "create in open": "accepted",
    });
  });

  it("a file system mounted read-only says read-only", async () => {
    const root = newRoot();
    const unmount = mount(root, "ro,size=64k");
    try {
      const store = createNodeStore(root, { writable: true });
      expect(await kindOf(store.openWrite(toPath("/file"), { mode: "create" }, context))).toBe("read-only");
      expect(await kindOf(store.makeDirectory(toPath("/d"), context))).toBe("read-only");
    } finally {
      unmount();
    }
  });
} else {
  it("LEFT OUT: a full disk, a move across file systems, a read-only mount, other owners (they need root and mount)", () => {
    console.warn("\n*** LEFT OUT: the tests on real small file systems need root and mount. ***\n");
    expect(canMount()).toBe(false);
  });
}
