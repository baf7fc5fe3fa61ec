import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type FileStore, type PartStore, toPath } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { bytesOf, get, kindOf, names, newRoot, put } from "./support.ts";

const writable = { writable: true } as const;
const ann = { user: "ann" };
const partsIn = (root: string): readonly string[] => readdirSync(join(root, ".longshore-parts"));

async function interrupt(store: FileStore, path: string, content: string, context = ann): Promise<number> {
  const file = await store.openWrite(toPath(path), { mode: "replace" }, context);
  await file.write(bytesOf(content), 0);
  return (await file.keep?.()) ?? -1;
}

function partsOf(store: FileStore): PartStore {
  if (store.parts === undefined) throw new Error("the store keeps no parts");
  return store.parts;
}

const sizeOf = async (store: FileStore, path: string): Promise<number | undefined> =>
  (await partsOf(store).find(toPath(path), ann))?.size;

function age(path: string, milliseconds: number): void {
  const seconds = (Date.now() - milliseconds) / 1000;
  utimesSync(path, seconds, seconds);
}

describe("a part", () => {
  it("survives the process: another store over the same root goes on from it", async () => {
    const root = newRoot();
    await createNodeStore(root, writable).makeDirectory(toPath("/d"), {});
    expect(await interrupt(createNodeStore(root, writable), "/d/file", "first ")).toBe(6);
    const store = createNodeStore(root, writable);
    const rest = await partsOf(store).resume(toPath("/d/file"), { overwrite: false }, ann);
    await rest.write(bytesOf("second"), rest.start);
    await rest.commit();
    expect(await get(store, "/d/file")).toBe("first second");
    expect(readdirSync(join(root, "d"))).toEqual(["file"]);
    expect(partsIn(root)).toEqual([]);
  });

  it("survives a kill while it is gone on from, with what had come", async () => {
    const root = newRoot();
    await interrupt(createNodeStore(root, writable), "/file", "first ");
    const script = `
      const { createNodeStore } = await import(process.argv[1]);
      const { toPath } = await import(process.argv[2]);
      const store = createNodeStore(process.argv[3], { writable: true });
      const file = await store.parts.resume(toPath("/file"), { overwrite: false }, { user: "ann" });
      await file.write(new TextEncoder().encode("second "), file.start);
      console.log("written");
      setInterval(() => {}, 1000);`;
    const source = (name: string): string => new URL(`../../${name}/src/index.ts`, import.meta.url).href;
    const node = ["--import", "tsx", "--input-type=module", "-e", script];
    const child = spawn(process.execPath, [...node, source("file-store-node"), source("file-store"), root], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: new URL("../../..", import.meta.url),
    });
    await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    child.kill("SIGKILL");
    expect(await ended).toBe("SIGKILL");
    const store = createNodeStore(root, writable);
    expect(await sizeOf(store, "/file")).toBe(13);
    const rest = await partsOf(store).resume(toPath("/file"), { overwrite: false }, ann);
    await rest.write(bytesOf("third"), 13);
    await rest.commit();
    expect(await get(store, "/file")).toBe("first second third");
  });

  it("is in no listing, and no name or link of the store leads to it", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    await interrupt(store, "/file", "secret");
    const [part = ""] = partsIn(root);
    expect(await names(store)).toEqual([]);
    expect(statSync(join(root, ".longshore-parts")).mode & 0o777).toBe(0o700);
    const overwrite = { overwrite: true };
    for (const text of ["/.longshore-parts", `/.longshore-parts/${part}`, `/.LONGSHORE-PARTS/${part}`]) {
      const path = toPath(text);
      const outcomes = await Promise.all(
        [
          store.stat(path, ann),
          store.openRead(path, ann),
          store.openWrite(path, { mode: "replace" }, ann),
          store.remove(path, ann),
          store.removeDirectory(path, ann),
          store.rename(path, toPath("/stolen"), overwrite, ann),
          store.makeDirectory(path, ann),
        ].map(kindOf),
      );
      expect(new Set(outcomes)).toEqual(new Set(["name-not-allowed"]));
    }
    symlinkSync(`.longshore-parts/${part}`, join(root, "link"));
    expect(await kindOf(store.openRead(toPath("/link"), ann))).toBe("not-found");
  });

  it("becomes a file like any other, with the mode of the option", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { ...writable, fileMode: 0o604, durable: true });
    await interrupt(store, "/file", "x");
    const rest = await partsOf(store).resume(toPath("/file"), { overwrite: false }, ann);
    await rest.commit();
    expect(statSync(join(root, "file")).mode & 0o777).toBe(0o604);
  });

  it("of a place that is gone is not found", async () => {
    const root = newRoot();
    const store = createNodeStore(root, writable);
    mkdirSync(join(root, "d"));
    await interrupt(store, "/d/file", "x");
    await store.removeDirectory(toPath("/d"), {});
    expect(await sizeOf(store, "/d/file")).toBeUndefined();
    expect(await kindOf(partsOf(store).resume(toPath("/d/file"), { overwrite: true }, ann))).toBe(
      "not-found",
    );
  });

  it("is not kept where the directory for it is somebody's trap", async () => {
    const root = newRoot();
    const trap = newRoot();
    symlinkSync(trap, join(root, ".longshore-parts"));
    const store = createNodeStore(root, writable);
    expect(await interrupt(store, "/file", "secret")).toBe(0);
    expect(await sizeOf(store, "/file")).toBeUndefined();
    expect(readdirSync(trap)).toEqual([]);
    expect(readdirSync(root)).toEqual([".longshore-parts"]);
  });
});

describe("limits on parts", () => {
  it("age: what is too old is not found, and goes", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { ...writable, parts: { maxAge: 60_000 } });
    await interrupt(store, "/old", "x");
    const [old = ""] = partsIn(root);
    age(join(root, ".longshore-parts", old), 59_000);
    expect(await sizeOf(store, "/old")).toBe(1);
    age(join(root, ".longshore-parts", old), 61_000);
    expect(await sizeOf(store, "/old")).toBeUndefined();
    expect(partsIn(root)).toEqual([]);

    await interrupt(store, "/other", "x");
    const [other = ""] = partsIn(root);
    age(join(root, ".longshore-parts", other), 61_000);
    expect(await kindOf(partsOf(store).resume(toPath("/other"), { overwrite: true }, ann))).toBe("not-found");
    // By the first upload of a store, whoever's it is.
    await put(createNodeStore(root, { ...writable, parts: { maxAge: 60_000 } }), "/file", "x");
    await expect.poll(() => partsIn(root)).toEqual([]);
  });

  it("size: the user's oldest go first, then anybody's; what is too large is not kept", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { ...writable, parts: { maxBytesPerUser: 10, maxBytes: 16 } });
    const bob = { user: "bob" };
    await interrupt(store, "/bob", "123456", bob);
    for (const [name, seconds] of [
      ["/a", 30],
      ["/b", 20],
    ] as const) {
      const before = new Set(partsIn(root));
      await interrupt(store, name, "12345");
      const [part = ""] = partsIn(root).filter((other) => !before.has(other));
      age(join(root, ".longshore-parts", part), seconds * 1000);
    }
    expect(await interrupt(store, "/c", "1")).toBe(1);
    expect(await Promise.all(["/a", "/b", "/c"].map((name) => sizeOf(store, name)))).toEqual([
      undefined,
      5,
      1,
    ]);
    expect(await interrupt(store, "/large", "12345678901")).toBe(0);
    expect(await interrupt(store, "/carol", "1234567", { user: "carol" })).toBe(7);
    expect(await sizeOf(store, "/b")).toBeUndefined();
    expect((await partsOf(store).find(toPath("/bob"), bob))?.size).toBe(6);
  });

  it("none are kept with parts: false, without a user, or in place", async () => {
    for (const options of [{ parts: false }, { writes: "in-place" }] as const) {
      const store = createNodeStore(newRoot(), { ...writable, ...options });
      expect(store.parts).toBeUndefined();
      expect(await interrupt(store, "/file", "x")).toBe(-1);
    }
    expect(createNodeStore(newRoot()).parts).toBeUndefined();
  });

  it("removeLeftovers takes those that are too old, too", async () => {
    const root = newRoot();
    // The sweep that the first upload starts beside itself could come first.
    const leftovers = { sweep: "never" } as const;
    const store = createNodeStore(root, { ...writable, leftovers, parts: { maxAge: 60_000 } });
    await interrupt(store, "/a", "x");
    await interrupt(store, "/b", "x");
    const [part = ""] = partsIn(root);
    age(join(root, ".longshore-parts", part), 61_000);
    expect(await store.removeLeftovers()).toBe(1);
    expect(partsIn(root).length).toBe(1);
  });

  it("a part that is gone on from is nobody's to remove", async () => {
    const root = newRoot();
    const store = createNodeStore(root, { ...writable, parts: { maxAge: 60_000 } });
    await interrupt(store, "/file", "one ");
    const file = await partsOf(store).resume(toPath("/file"), { overwrite: false }, ann);
    age(join(root, ".longshore-parts", partsIn(root)[0] ?? ""), 120_000);
    const other = createNodeStore(root, { ...writable, parts: { maxAge: 60_000 } });
    expect(await other.removeLeftovers()).toBe(0);
    expect(await kindOf(partsOf(other).remove(toPath("/file"), ann))).toBe("busy");
    await file.write(bytesOf("two"), 4);
    await file.commit();
    expect(readFileSync(join(root, "file"), "utf8")).toBe("one two");
  });
});

describe("a part in several processes", () => {
  it.each(["commit", "abort", "keep"] as const)("is one upload's until its %s", async (end) => {
    const root = newRoot();
    const claimed = new Set<string>();
    const claimPart = async (part: string): Promise<{ end(): void } | undefined> => {
      if (claimed.has(part)) return undefined;
      claimed.add(part);
      return { end: () => void claimed.delete(part) };
    };
    const store = createNodeStore(root, { ...writable, claimPart });
    await interrupt(store, "/file", "one ");
    expect(claimed.size).toBe(0);
    const file = await partsOf(store).resume(toPath("/file"), { overwrite: true }, ann);
    expect(claimed.size).toBe(1);
    await file[end]?.();
    expect(claimed.size).toBe(0);
    await interrupt(store, "/other", "two ");
    // As if another process had it.
    const elsewhere = createNodeStore(root, { ...writable, claimPart: async () => undefined });
    const refused = () => partsOf(elsewhere).resume(toPath("/other"), { overwrite: true }, ann);
    expect(await kindOf(refused())).toBe("busy");
    expect(await sizeOf(elsewhere, "/other")).toBe(4);
  });
});

it("an ordinary name that only looks alike is an ordinary name", async () => {
  const root = newRoot();
  const store = createNodeStore(root, writable);
  for (const name of [".longshore-part", ".longshore-parts2", "longshore-parts"])
    await put(store, `/${name}`, "x");
  expect((await names(store)).length).toBe(3);
});
