import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { childPath, rootPath, toPath } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { isUploadName } from "../src/name.ts";
import { bytesOf, get, kindOf, names, newRoot, put } from "./support.ts";

const context = {};
const writable = { writable: true } as const;
const modeOf = (path: string): number => statSync(path).mode & 0o7777;
const uploadsIn = (directory: string): readonly string[] => readdirSync(directory).filter(isUploadName);
const oldName = ".longshore-upload-0123456789abcdef01234567";

function makeOld(directory: string, name: string, ageMilliseconds: number): void {
  writeFileSync(join(directory, name), "left behind");
  const seconds = (Date.now() - ageMilliseconds) / 1000;
  utimesSync(join(directory, name), seconds, seconds);
}

describe("an upload under way", () => {
  it("is a hidden file beside its target that no name of the store reaches", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    const file = await store.openWrite(toPath("/file"), { mode: "create" }, context);
    await file.write(bytesOf("coming"), 0);
    const [name = ""] = uploadsIn(root);
    expect(name).toMatch(/^\.longshore-upload-[0-9a-f]{24}$/);
    expect(await names(store)).toEqual([]);
    const path = childPath(rootPath, name);
    const overwrite = { overwrite: true };
    const outcomes = await Promise.all(
      [
        store.stat(path, context),
        store.openRead(path, context),
        store.openWrite(path, { mode: "replace" }, context),
        store.remove(path, context),
        store.rename(path, toPath("/stolen"), overwrite, context),
        store.rename(toPath("/x"), path, overwrite, context),
        store.makeDirectory(path, context),
        store.copy(path, toPath("/stolen"), overwrite, context),
        store.stat(childPath(rootPath, name.toUpperCase()), context),
      ].map(kindOf),
    );
    expect(new Set(outcomes)).toEqual(new Set(["name-not-allowed"]));
    symlinkSync(name, join(root, "link"));
    expect(await kindOf(store.openRead(toPath("/link"), context))).toBe("not-found");
    await file.commit();
    expect(uploadsIn(root)).toEqual([]);
    expect(await get(store, "/file")).toBe("coming");
  });

  it("has another name each time, and one that only looks alike is an ordinary name", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    const open = (): Promise<{ abort(): Promise<void> }> =>
      store.openWrite(toPath("/file"), { mode: "replace" }, context);
    const files = await Promise.all(Array.from({ length: 50 }, open));
    expect(new Set(uploadsIn(root)).size).toBe(50);
    await Promise.all(files.map((file) => file.abort()));
    expect(readdirSync(root)).toEqual([]);
    for (const name of [
      ".longshore-upload-",
      `${oldName}0`,
      `x${oldName}`,
      ".longshore-upload-0123456789abcdef0123456z",
    ])
      await put(store, `/${name}`, "ordinary");
    expect((await names(store)).length).toBe(4);
  });

  it("survives a kill of the process: the old file stands whole, and the rest goes with a later sweep", async () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), "stands");
    // Built from the same sources by the test runner's own loader would need the runner; the calls are what counts.
    const script = `
      const { createNodeStore } = await import(process.argv[1]);
      const { toPath } = await import(process.argv[2]);
      const store = createNodeStore(process.argv[3], { writable: true });
      const file = await store.openWrite(toPath("/file"), { mode: "update", start: 3 }, {});
      await file.write(new Uint8Array(1 << 20).fill(120), 3);
      console.log("written");
      setInterval(() => {}, 1000);`;
    const source = (name: string): string => new URL(`../../${name}/src/index.ts`, import.meta.url).href;
    const child = spawn(
      process.execPath,
      [
        "--import",
        "tsx",
        "--input-type=module",
        "-e",
        script,
        source("file-store-node"),
        source("file-store"),
        root,
      ],
      { stdio: ["ignore", "pipe", "inherit"], cwd: new URL("../../..", import.meta.url) },
    );
    await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    expect(readFileSync(join(root, "file"), "utf8")).toBe("stands");
    expect(uploadsIn(root).length).toBe(1);
    const store = createNodeStore(root, writable);
    expect(await names(store)).toEqual(["file"]);
    // Too young: it could be another process's, at work.
    expect(await store.removeLeftovers()).toBe(0);
    expect(await kindOf(createNodeStore(root).removeLeftovers(0))).toBe("read-only");
    expect(await store.removeLeftovers(0)).toBe(1);
    expect(readdirSync(root)).toEqual(["file"]);
  });
});

describe("leftovers of killed processes", () => {
  const hour = 3_600_000;

  it("go when their directory is first written to, if they are old; nothing else does", async () => {
    const root = newRoot();
    for (const name of ["d", "other"]) mkdirSync(join(root, name));
    const young = oldName.replace("0123", "4567");
    makeOld(join(root, "d"), oldName, hour + 1000);
    makeOld(join(root, "d"), young, hour - 10_000);
    makeOld(join(root, "d"), ".longshore-upload-mine", 2 * hour);
    makeOld(join(root, "other"), oldName, 2 * hour);
    mkdirSync(join(root, "d", oldName.replace("0123", "89ab")));
    const store = createNodeStore(root, writable);
    await put(store, "/d/file", "x");
    await expect.poll(() => existsSync(join(root, "d", oldName))).toBe(false);
    expect(readdirSync(join(root, "d")).sort()).toEqual(
      [young, oldName.replace("0123", "89ab"), ".longshore-upload-mine", "file"].sort(),
    );
    expect(uploadsIn(join(root, "other"))).toEqual([oldName]);
  });

  it("go everywhere with sweep: tree, and nowhere with never or without writable", async () => {
    const root = newRoot();
    mkdirSync(join(root, "a/b/c"), { recursive: true });
    const outside = newRoot();
    symlinkSync(outside, join(root, "a/out"));
    const place = (): void => {
      for (const directory of [root, join(root, "a/b/c"), outside]) makeOld(directory, oldName, 2 * hour);
    };
    place();
    await put(createNodeStore(root, { ...writable, leftovers: { sweep: "never" } }), "/file", "x");
    createNodeStore(root, { leftovers: { sweep: "tree" } });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([uploadsIn(root), uploadsIn(join(root, "a/b/c"))]).toEqual([[oldName], [oldName]]);
    createNodeStore(root, { ...writable, leftovers: { sweep: "tree", olderThan: hour } });
    await expect.poll(() => uploadsIn(join(root, "a/b/c"))).toEqual([]);
    await expect.poll(() => uploadsIn(root)).toEqual([]);
    expect(uploadsIn(outside)).toEqual([oldName]);
  });

  it("are never taken from an upload of this process, however long it waits", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    const file = await store.openWrite(toPath("/file"), { mode: "create" }, context);
    expect(await createNodeStore(root, writable).removeLeftovers(-1)).toBe(0);
    await file.commit();
    expect(await names(store)).toEqual(["file"]);
  });

  it("do not keep an empty directory from being removed; an upload under way does, as busy", async () => {
    const root = newRoot();
    mkdirSync(join(root, "d"));
    const store = createNodeStore(root, writable);
    const remove = (): Promise<unknown> => kindOf(store.removeDirectory(toPath("/d"), context));
    const file = await store.openWrite(toPath("/d/file"), { mode: "create" }, context);
    expect(await remove()).toBe("busy");
    await file.abort();
    makeOld(join(root, "d"), oldName, 2 * hour);
    writeFileSync(join(root, "d/file"), "");
    expect(await remove()).toBe("not-empty");
    await store.remove(toPath("/d/file"), context);
    expect(await remove()).toBe("accepted");
  });
});

describe("the mode of a file", () => {
  it("is the system's for new ones, the option's where there is one, and the old one's on replacement", async () => {
    const root = newRoot();
    const plain = createNodeStore(root, writable);
    const exact = createNodeStore(root, { ...writable, fileMode: 0o662, directoryMode: 0o731 });
    const umask = process.umask();
    await put(plain, "/plain", "x");
    await plain.makeDirectory(toPath("/d"), context);
    await put(exact, "/exact", "x");
    await exact.makeDirectory(toPath("/e"), context);
    expect([modeOf(join(root, "plain")), modeOf(join(root, "d"))]).toEqual([0o666 & ~umask, 0o777 & ~umask]);
    expect([modeOf(join(root, "exact")), modeOf(join(root, "e"))]).toEqual([0o662, 0o731]);
    chmodSync(join(root, "plain"), 0o604);
    for (const mode of ["replace", "append", "update"] as const) {
      await put(exact, "/plain", "y", { mode });
      expect(modeOf(join(root, "plain"))).toBe(0o604);
    }
    chmodSync(join(root, "plain"), 0o6755);
    const growing = await plain.openWrite(toPath("/plain"), { mode: "append" }, context);
    expect(modeOf(join(root, uploadsIn(root)[0] ?? ""))).toBe(0o600);
    await growing.abort();
    await put(plain, "/plain", "z");
    // New content does not inherit the right to run as someone else.
    expect(modeOf(join(root, "plain"))).toBe(0o755);
  });

  it("lets nobody read what replaces a private file before it has its name", async () => {
    const root = newRoot();
    writeFileSync(join(root, "private"), "x", { mode: 0o600 });
    const store = createNodeStore(root, writable);
    const file = await store.openWrite(toPath("/private"), { mode: "replace" }, context);
    expect(modeOf(join(root, uploadsIn(root)[0] ?? ""))).toBe(0o600);
    await file.commit();
    expect(modeOf(join(root, "private"))).toBe(0o600);
  });
});

describe("append and update", () => {
  it("keep a sparse file sparse, and all of its content", async () => {
    const root = newRoot();
    const path = join(root, "sparse");
    writeFileSync(path, "head");
    truncateSync(path, 64 << 20);
    const store = createNodeStore(root, writable);
    await put(store, "/sparse", "tail", { mode: "append" });
    const { size, blocks } = statSync(path);
    expect(size).toBe((64 << 20) + 4);
    expect(blocks * 512).toBeLessThan(8 << 20);
    const file = await store.openRead(toPath("/sparse"), context);
    const into = new Uint8Array(8);
    await file.read(into, size - 8);
    expect([...into]).toEqual([0, 0, 0, 0, ...bytesOf("tail")]);
    await file.read(into, 0);
    expect([...into]).toEqual([...bytesOf("head"), 0, 0, 0, 0]);
    await file.close();
  });

  it("part hard links, as every replacement does", async () => {
    const root = newRoot();
    writeFileSync(join(root, "a"), "one");
    linkSync(join(root, "a"), join(root, "b"));
    await put(createNodeStore(root, writable), "/a", "two", { mode: "append" });
    expect([readFileSync(join(root, "a"), "utf8"), readFileSync(join(root, "b"), "utf8")]).toEqual([
      "onetwo",
      "one",
    ]);
  });
});

describe("in place", () => {
  it("an abort leaves what came, and the rest of what stood", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { ...writable, writes: "in-place" });
    expect(store.capabilities).toMatchObject({ writes: "in-place", append: "native", randomWrite: "native" });
    writeFileSync(join(root, "file"), "0123456789");
    const { ino } = statSync(join(root, "file"));
    const file = await store.openWrite(toPath("/file"), { mode: "update", start: 2 }, context);
    await file.write(bytesOf("ab"), 2);
    await file.abort();
    expect(readFileSync(join(root, "file"), "utf8")).toBe("01ab456789");
    expect(statSync(join(root, "file")).ino).toBe(ino);
    await put(store, "/file", "short");
    expect(readFileSync(join(root, "file"), "utf8")).toBe("short");
    expect(statSync(join(root, "file")).ino).toBe(ino);
  });

  it("makes new files with the mode of the option", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { ...writable, writes: "in-place", fileMode: 0o602 });
    await put(store, "/file", "x", { mode: "create" });
    expect(modeOf(join(root, "file"))).toBe(0o602);
  });
});

describe("times and space", () => {
  it("is refused before the first byte, when the announced size cannot fit", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    const open = store.openWrite(toPath("/file"), { mode: "create", expectedSize: 2 ** 52 }, context);
    expect(await kindOf(open)).toBe("no-space");
    expect(readdirSync(root)).toEqual([]);
  });

  it("sets one time and keeps the other, and says that it cannot set the time of creation", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    await put(store, "/file", "x");
    await store.setTimes(toPath("/file"), { accessed: 1_000_000_000_000 }, context);
    await store.setTimes(toPath("/file"), { modified: 1_100_000_000_250 }, context);
    const { atimeMs, mtimeMs } = statSync(join(root, "file"));
    expect([atimeMs, mtimeMs]).toEqual([1_000_000_000_000, 1_100_000_000_250]);
    expect(await kindOf(store.setTimes(toPath("/file"), { created: 0 }, context))).toBe("unsupported");
  });
});
