import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { childPath, rootPath, toPath, type VirtualPath } from "@longshore/file-store";
import { createNodeStore, type NodeStore, type NodeStoreOptions } from "@longshore/file-store-node";
import { describe, expect, it } from "vitest";
import { get, kindOf, names, newRoot, put } from "./support.ts";

const jails = ["descriptor", "checked"] as const;
const context = {};

/** `outside` lies beside the root and holds a secret; links of every kind lead to it. */
function scene(options: NodeStoreOptions = {}): { store: NodeStore; root: string; outside: string } {
  const base = newRoot();
  const [root, outside] = [join(base, "root"), join(base, "outside")];
  mkdirSync(join(root, "d/e"), { recursive: true });
  mkdirSync(join(outside, "below"), { recursive: true });
  writeFileSync(join(root, "d/file"), "inside");
  for (const name of ["secret", "below/secret"]) writeFileSync(join(outside, name), "secret content");
  return { store: createNodeStore(root, { writable: true, ...options }), root, outside };
}

/** Every call that a path can reach, by what it does. */
function calls(
  store: NodeStore,
  path: VirtualPath,
  other: VirtualPath,
): Readonly<Record<string, () => Promise<unknown>>> {
  const overwrite = { overwrite: true };
  return {
    stat: () => store.stat(path, context),
    list: () => store.list(path, context)[Symbol.asyncIterator]().next(),
    openRead: () => store.openRead(path, context),
    create: () => store.openWrite(path, { mode: "create" }, context),
    replace: () => store.openWrite(path, { mode: "replace" }, context),
    append: () => store.openWrite(path, { mode: "append" }, context),
    update: () => store.openWrite(path, { mode: "update" }, context),
    remove: () => store.remove(path, context),
    makeDirectory: () => store.makeDirectory(path, context),
    removeDirectory: () => store.removeDirectory(path, context),
    "rename from": () => store.rename(path, other, overwrite, context),
    "rename to": () => store.rename(toPath("/d/file"), path, overwrite, context),
    setTimes: () => store.setTimes(path, { modified: 0 }, context),
    setMode: () => store.setMode(path, 0o777, context),
    makeLink: () => store.makeLink(path, "file", context),
    freeSpace: () => store.freeSpace(path, context),
    "copy from": () => store.copy(path, other, overwrite, context),
    "copy to": () => store.copy(toPath("/d/file"), path, overwrite, context),
  };
}

function snapshot(directory: string): unknown {
  return execFileSync("find", [directory, "-printf", "%P %y %s %m %T@ %n\n"], { encoding: "utf8" });
}

describe.each(jails)("the %s jail", (jail) => {
  it("lets no call through a link that leads out, whatever stands there", async () => {
    for (const target of ["outside", "../outside", "../../outside", "d/../../outside"]) {
      const { store, root, outside } = scene({ jail });
      symlinkSync(target === "outside" ? outside : target, join(root, "out"));
      symlinkSync("../out", join(root, "d/again"));
      const before = snapshot(outside);
      // The same answer for what stands outside and what does not: nothing can be found out by asking.
      for (const path of [
        "/out/secret",
        "/out/none",
        "/out/below/secret",
        "/d/again/secret",
        "/d/again/none/x",
      ]) {
        for (const [name, call] of Object.entries(calls(store, toPath(path), toPath("/other"))))
          expect(`${name} ${path} ${await kindOf(call())}`).toBe(`${name} ${path} permission-denied`);
      }
      expect(snapshot(outside)).toBe(before);
      expect(await names(store)).toEqual(["d", "out"]);
    }
  });

  it("does not follow a last link that leads out, to a file, a directory or nothing", async () => {
    const { store, root, outside } = scene({ jail });
    for (const target of [
      join(outside, "secret"),
      outside,
      join(outside, "none"),
      "../outside/secret",
      "../outside/none",
    ]) {
      symlinkSync(target, join(root, "link"));
      const before = snapshot(outside);
      const path = toPath("/link");
      const { stat, openRead, replace, append, update, list, setMode, setTimes } = calls(
        store,
        path,
        toPath("/other"),
      );
      for (const call of [stat, openRead, replace, append, update, list, setMode, setTimes])
        expect(await kindOf(call?.() ?? Promise.resolve())).toBe("permission-denied");
      expect(await kindOf(store.openWrite(path, { mode: "create" }, context))).toBe("exists");
      expect(await kindOf(store.copy(path, toPath("/other"), { overwrite: true }, context))).toBe(
        "permission-denied",
      );
      expect(await kindOf(store.copy(toPath("/d/file"), path, { overwrite: true }, context))).toBe(
        "permission-denied",
      );
      expect(snapshot(outside)).toBe(before);
      await store.remove(path, context);
    }
    expect(readdirSync(outside).sort()).toEqual(["below", "secret"]);
  });

  it("knows names that climb or mean something elsewhere as ordinary names below the root", async () => {
    const { store } = scene({ jail });
    expect((await store.stat(toPath("/../../../d/file"), context)).size).toBe(6);
    for (const name of [
      "..\\..\\outside",
      "\u2024\u2024",
      "%2e%2e",
      "..;",
      "\uff0e\uff0e",
      "C:\\x",
      "~root",
      "$HOME",
    ]) {
      const path = childPath(rootPath, name);
      expect(await kindOf(store.stat(path, context))).toBe("not-found");
      await put(store, path.text, name);
      expect(await get(store, path.text)).toBe(name);
      await store.remove(path, context);
    }
  });

  it("follows links that stay inside: relative, absolute, by the root's own name and its real one", async () => {
    const base = newRoot();
    const [real, alias] = [join(base, "real"), join(base, "alias")];
    mkdirSync(join(real, "d/e"), { recursive: true });
    writeFileSync(join(real, "d/file"), "inside");
    symlinkSync("real", alias);
    const store = createNodeStore(alias, { writable: true, jail });
    for (const target of [
      "d/file",
      "./d//file",
      "d/e/../file",
      join(real, "d/file"),
      join(alias, "d/file"),
      `${alias}/./d/file`,
    ]) {
      symlinkSync(target, join(real, "link"));
      expect(await get(store, "/link")).toBe("inside");
      await store.remove(toPath("/link"), context);
    }
    symlinkSync(`${alias}2/d/file`, join(real, "link"));
    expect(await kindOf(get(store, "/link"))).toBe("permission-denied");
    symlinkSync(real, join(real, "d/root"));
    expect(await get(store, "/d/root/d/root/d/file")).toBe("inside");
    expect(await kindOf(store.openWrite(toPath("/d/root"), { mode: "replace" }, context))).toBe(
      "is-a-directory",
    );
    await put(store, "/d/root/d/e/new", "by way of links");
    expect(readFileSync(join(real, "d/e/new"), "utf8")).toBe("by way of links");
    symlinkSync("e/..", join(real, "d/same"));
    expect(await get(store, "/d/same/file")).toBe("inside");
    expect(await kindOf(put(store, "/d/same", "x"))).toBe("is-a-directory");
  });

  it("follows none with followLinks: never", async () => {
    const { store, root } = scene({ jail, followLinks: "never" });
    symlinkSync("d", join(root, "link"));
    symlinkSync("d/file", join(root, "to-file"));
    for (const path of ["/link", "/link/file", "/to-file"])
      expect(await kindOf(store.stat(toPath(path), context))).toBe("permission-denied");
    expect(await names(store)).toEqual(["d", "link", "to-file"]);
    await store.remove(toPath("/link"), context);
    expect(await get(store, "/d/file")).toBe("inside");
  });

  it("ends where links go in circles", async () => {
    const { store, root } = scene({ jail });
    symlinkSync("b", join(root, "a"));
    symlinkSync("a", join(root, "b"));
    symlinkSync("loop/x", join(root, "loop"));
    symlinkSync("../d/up/up", join(root, "d/up"));
    for (const path of ["/a", "/b/x", "/loop", "/d/up/file"])
      expect(await kindOf(store.stat(toPath(path), context))).toBe("permission-denied");
  });

  it("tells the target of a link as it is stored, unless that tells a place outside", async () => {
    const { store, root, outside } = scene({ jail });
    const links: Readonly<Record<string, string | undefined>> = {
      "d/file": "d/file",
      "./d/../d/file": "./d/../d/file",
      none: "none",
      "../outside": undefined,
      "d/../../outside": undefined,
      [outside]: undefined,
      [join(root, "d/file")]: undefined,
    };
    for (const [index, target] of Object.keys(links).entries())
      symlinkSync(target, join(root, `link-${index}`));
    symlinkSync("../d/file", join(root, "d/up"));
    symlinkSync("../../d/file", join(root, "d/too-far"));
    for await (const batch of store.list(rootPath, context)) {
      for (const { name, type, target } of batch) {
        if (name === "d") continue;
        expect({ name, type, target }).toEqual({
          name,
          type: "symlink",
          target: Object.values(links)[Number(name.slice(5))],
        });
      }
    }
    for await (const batch of store.list(toPath("/d"), context)) {
      expect(batch.find(({ name }) => name === "up")?.target).toBe("../d/file");
      expect(batch.find(({ name }) => name === "too-far")).not.toHaveProperty("target");
    }
  });

  it("makes no link that other programs would follow out", async () => {
    const { store } = scene({ jail });
    for (const target of ["/etc/passwd", "..", "../..", "d/../../x", "/"])
      expect(await kindOf(store.makeLink(toPath("/link"), target, context))).toBe("permission-denied");
    expect(await kindOf(store.makeLink(toPath("/link"), "", context))).toBe("name-not-allowed");
    await store.makeLink(toPath("/d/link"), "../d/file", context);
    expect(await get(store, "/d/link")).toBe("inside");
  });

  it("never opens or waits for what is no file", async () => {
    const { store, root } = scene({ jail });
    execFileSync("mkfifo", [join(root, "fifo")]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, "socket"), resolve));
    const odd = ["fifo", "socket"];
    if (process.getuid?.() === 0) {
      execFileSync("mknod", [join(root, "null"), "c", "1", "3"]);
      odd.push("null");
    }
    try {
      for (const name of odd) {
        const path = toPath(`/${name}`);
        expect((await store.stat(path, context)).type).toBe("other");
        const { openRead, replace, append, update, list } = calls(store, path, toPath("/other"));
        for (const call of [openRead, replace, append, update])
          expect(await kindOf(call?.() ?? Promise.resolve())).toBe("permission-denied");
        expect(await kindOf(list?.() ?? Promise.resolve())).toBe("not-a-directory");
        expect(await kindOf(store.copy(path, toPath("/x"), { overwrite: true }, context))).toBe(
          "permission-denied",
        );
        await store.rename(path, toPath("/moved"), { overwrite: false }, context);
        await store.remove(toPath("/moved"), context);
      }
      expect(await names(store)).toEqual(["d"]);
    } finally {
      server.close();
    }
  });

  it("answers below a file and below nothing as the contract says, at any depth", async () => {
    const { store } = scene({ jail });
    expect(await kindOf(store.stat(toPath("/d/file/x"), context))).toBe("not-a-directory");
    expect(await kindOf(store.stat(toPath("/d/file/x/y/z"), context))).toBe("not-a-directory");
    expect(await kindOf(store.stat(toPath("/d/none/y/z"), context))).toBe("not-found");
    expect(await kindOf(store.makeDirectory(toPath("/d/none/y"), context))).toBe("not-found");
  });

  it("goes deeper than the system takes in one path", async () => {
    const { store } = scene({ jail });
    let path = toPath("/d/e");
    for (let depth = 0; depth < 20; depth++) {
      path = childPath(path, "n".repeat(250));
      const made = await kindOf(store.makeDirectory(path, context));
      // The checked jail has only whole paths to give to the system.
      if (jail === "checked" && depth > 14)
        expect(made).toBeOneOf(["accepted", "name-not-allowed", "not-found"]);
      else expect(made).toBe("accepted");
    }
    if (jail === "checked") return;
    const file = await store.openWrite(childPath(path, "file"), { mode: "create" }, context);
    await file.commit();
    for await (const batch of store.list(path, context))
      expect(batch.map(({ name }) => name)).toEqual(["file"]);
    expect((await store.stat(childPath(path, "file"), context)).type).toBe("file");
  });

  it("leaves no descriptor behind, however calls end", async () => {
    const { store, root, outside } = scene({ jail });
    symlinkSync(outside, join(root, "out"));
    symlinkSync("d", join(root, "in"));
    symlinkSync("loop", join(root, "loop"));
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    for (const path of ["/out/secret", "/in/file", "/in", "/d/file/x", "/none/x", "/loop", "/"]) {
      for (const [name, call] of Object.entries(calls(store, toPath(path), toPath("/other")))) {
        if (name.startsWith("remove") && path === "/in") continue;
        const file = await call().catch(() => undefined);
        if (typeof file !== "object" || file === null) continue;
        if ("close" in file && typeof file.close === "function") await file.close();
        if ("abort" in file && typeof file.abort === "function") await file.abort();
        // A listing that stays where it is holds its directory; left with `return`, it lets go.
        if ("done" in file) for await (const _ of store.list(toPath(path), context)) break;
      }
    }
    for await (const _ of store.list(rootPath, context)) break;
    await expect.poll(open).toBeLessThanOrEqual(before + 4);
  });
});

describe("the root", () => {
  it("must be a directory that is there", () => {
    const root = newRoot();
    writeFileSync(join(root, "file"), "");
    const make =
      (path: string): (() => unknown) =>
      () =>
        createNodeStore(path);
    expect(make(join(root, "none"))).toThrowError(expect.objectContaining({ code: "not-found" }));
    expect(make(join(root, "file"))).toThrowError(expect.objectContaining({ code: "not-a-directory" }));
  });

  it("may be / itself, and a name that is not UTF-8", async () => {
    const inner = newRoot();
    writeFileSync(join(inner, "file"), "x");
    const whole = createNodeStore("/");
    expect(await get(whole, `${inner}/file`)).toBe("x");
    expect(await kindOf(whole.stat(toPath("/proc/self/status"), context))).toMatchObject({ type: "file" });
    const raw = Buffer.concat([Buffer.from(`${inner}/caf`), Buffer.of(0xe9)]);
    mkdirSync(raw);
    writeFileSync(Buffer.concat([raw, Buffer.from("/file")]), "raw");
    symlinkSync(raw, join(inner, "alias"));
    expect(await get(createNodeStore(join(inner, "alias")), "/file")).toBe("raw");
  });

  it("shows hard links as the files they are: what is linked in is inside", async () => {
    const { store, root, outside } = scene();
    linkSync(join(outside, "secret"), join(root, "hard"));
    expect((await store.stat(toPath("/hard"), context)).links).toBe(2);
    // And an upload over it parts the two: the file outside keeps its content.
    await put(store, "/hard", "new");
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret content");
  });
});
