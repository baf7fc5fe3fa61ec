import { rmSync, symlinkSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, toPath } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import {
  downloadTree,
  FtpClient,
  FtpPool,
  mirror,
  removeTree,
  type TreeReport,
  uploadTree,
} from "@longshore/ftp-client";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Peer } from "./scripted-server.ts";
import { createStage, failure } from "./support.ts";

const tree = {
  "/pub/a": "alpha",
  "/pub/b c": "",
  "/pub/deep/er/d": "delta",
  "/pub/deep/e": "epsilon",
  "/pub/empty/": "",
  "/other": "untouched",
};
const old = Date.UTC(2001, 1, 3, 4, 5, 6);

/** Everybody, and at once: hashing passwords is not what is tried here. */
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

const stage = createStage();
let folder = "";
let server: FtpServer | undefined;
let store: FileStore;
const open: { destroy(): void }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-tree-"));
});
afterEach(async () => {
  for (const each of open.splice(0)) each.destroy();
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function serve(files: Readonly<Record<string, string>>): Promise<number> {
  store = createMemoryStore({ files });
  server = createFtpServer({ store, authenticators: [letIn] });
  return (await server.listen()).port;
}

/** The same over a store of which the server does not say that it writes aside. */
async function inPlaceClient(files: Readonly<Record<string, string>>, seen: string[]): Promise<FtpClient> {
  const made = createMemoryStore({ files });
  store = { ...made, capabilities: { ...made.capabilities, writes: "in-place" } };
  server = createFtpServer({ store, authenticators: [letIn] });
  const { port } = await server.listen();
  const ftp = await FtpClient.connect({
    ...{ host: "127.0.0.1", port, user: "ann", password: "wonderland" },
    onTrace: (event) => void (event.type === "command" && seen.push(event.text)),
  });
  open.push(ftp);
  return ftp;
}

async function client(files: Readonly<Record<string, string>> = tree): Promise<FtpClient> {
  const port = await serve(files);
  const made = await FtpClient.connect({ host: "127.0.0.1", port, user: "ann", password: "wonderland" });
  open.push(made);
  return made;
}

async function pool(files: Readonly<Record<string, string>> = tree): Promise<FtpPool> {
  const port = await serve(files);
  const login = { user: "ann", password: "wonderland" };
  const made = await FtpPool.connect({ host: "127.0.0.1", port, maxSessions: 3, ...login });
  open.push(made);
  return made;
}

/** Every path below a place of a store; a file with its content, a directory with a `/`. */
async function contents(of: FileStore, below = "/"): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const batch of of.list(toPath(below), {})) {
    for (const { name, type, size } of batch) {
      const path = below === "/" ? `/${name}` : `${below}/${name}`;
      if (type === "directory") Object.assign(found, { [`${path}/`]: "" }, await contents(of, path));
      else {
        const file = await of.openRead(toPath(path), {});
        const bytes = new Uint8Array(size);
        await file.read(bytes, 0);
        await file.close();
        found[path] = new TextDecoder().decode(bytes);
      }
    }
  }
  return found;
}

async function put(to: FileStore, path: string): Promise<void> {
  const file = await to.openWrite(toPath(path), { mode: "create" }, {});
  await file.commit();
}

const plainTree = {
  "/a": "alpha",
  "/b c": "",
  "/deep/": "",
  "/deep/e": "epsilon",
  "/deep/er/": "",
  "/deep/er/d": "delta",
  "/empty/": "",
};

const actionsOf = ({ plan }: TreeReport): string[] => plan.map(({ type, path }) => `${type} ${path}`).sort();

/** A server without MLSD whose directories are these lines. */
const lists =
  (...lines: string[]) =>
  (peer: Peer): Promise<void> =>
    listsText(lines.map((line) => `${line}\r\n`).join(""))(peer);

const listsText =
  (text: string) =>
  async (peer: Peer): Promise<void> => {
    await peer.expect("PWD", '257 "/"');
    await peer.expect("CWD", "250 Ok.");
    await peer.expect("CWD", "250 Ok.");
    const data = await peer.transfer("LIST", "150 Here.");
    data.end(text);
    await peer.send("226 Done.\r\n");
  };

describe("downloadTree", () => {
  it("gets a directory with everything below it, over a pool", async () => {
    const report = await downloadTree(await pool(), "/pub", join(folder, "not/yet"));
    expect(report).toMatchObject({ isComplete: true, isDryRun: false, bytes: 17, skipped: [], failed: [] });
    expect(await readFile(join(folder, "not/yet/deep/er/d"), "utf8")).toBe("delta");
    expect((await readdir(join(folder, "not/yet"), { recursive: true })).sort()).toEqual(
      ["a", "b c", "deep", "deep/e", "deep/er", "deep/er/d", "empty"].sort(),
    );
    for (const { action, report: moved } of report.done)
      if (action.type === "transfer") expect(moved?.verified).toBe("size");
  });

  it("moves so many files at a time, and no more", async () => {
    const names = Array.from({ length: 9 }, (_, index) => `/many/${index}`);
    const made = createMemoryStore({ files: Object.fromEntries(names.map((name) => [name, "content"])) });
    let opened = 0;
    let most = 0;
    let released = (): void => {};
    let gate = new Promise<void>((resolve) => {
      released = resolve;
    });
    // Nobody goes on before there are three, and then a fourth would have had the time to come.
    const openRead: FileStore["openRead"] = async (path, context) => {
      most = Math.max(most, ++opened);
      if (opened === 3) setTimeout(() => released(), 30);
      await gate;
      if (--opened === 0) {
        gate = new Promise((resolve) => {
          released = resolve;
        });
      }
      return made.openRead(path, context);
    };
    server = createFtpServer({ store: { ...made, openRead }, authenticators: [letIn] });
    const { port } = await server.listen();
    const login = { user: "ann", password: "wonderland" };
    const ftp = await FtpPool.connect({ host: "127.0.0.1", port, maxSessions: 8, ...login });
    open.push(ftp);
    const report = await downloadTree(ftp, "/many", createMemoryStore(), { parallel: 3 });
    expect(report).toMatchObject({ isComplete: true, bytes: 9 * 7 });
    expect(most).toBe(3);
  });

  it("gets it over one session, from a relative path, into any store", async () => {
    const ftp = await client();
    const to = createMemoryStore();
    const report = await downloadTree(ftp, "pub", to);
    expect(report.isComplete).toBe(true);
    expect(await contents(to)).toEqual(plainTree);
  });

  it("a dry run says what would be done and does nothing", async () => {
    const report = await downloadTree(await client(), "/pub", join(folder, "none"), { dryRun: true });
    expect(report).toMatchObject({ isDryRun: true, done: [], bytes: 0 });
    expect(actionsOf(report)).toEqual([
      "make-directory deep",
      "make-directory deep/er",
      "make-directory empty",
      "transfer a",
      "transfer b c",
      "transfer deep/e",
      "transfer deep/er/d",
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("a directory that is not there is an error, and nothing is made", async () => {
    const error = await failure(downloadTree(await client(), "/nowhere", join(folder, "x")));
    expect(error).toMatchObject({ code: "refused" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("one failure does not end the rest, and is in the report", async () => {
    const ftp = await client();
    await mkdir(join(folder, "a"));
    const report = await downloadTree(ftp, "/pub", folder);
    expect(report).toMatchObject({ isComplete: false, skipped: [{ path: "a", reason: "in-the-way" }] });
    expect(await readFile(join(folder, "deep/e"), "utf8")).toBe("epsilon");
  });

  it("a file that goes away meanwhile is a failure with its reason, the rest is done", async () => {
    const ftp = await client();
    const report = await downloadTree(ftp, "/pub", folder, {
      parallel: 1,
      onDone: (end) => {
        if (end.action?.path === "a") void store.remove(toPath("/pub/deep/e"), {});
      },
    });
    expect(report.failed).toMatchObject([{ path: "deep/e", error: { code: "refused" } }]);
    expect(report.done.map(({ action }) => action.path)).toContain("deep/er/d");
    expect((await readdir(join(folder, "deep"))).sort()).toEqual(["er"]);
  });

  it("one failure ends the rest if asked", async () => {
    const ftp = await client();
    const report = await downloadTree(ftp, "/pub", folder, {
      parallel: 1,
      onFailure: "stop",
      onDone: (end) => {
        if (end.action?.type === "make-directory") void store.remove(toPath("/pub/a"), {}).catch(() => {});
      },
    });
    expect(report.failed).toMatchObject([{ path: "a" }]);
    expect(report.skipped.map(({ reason }) => reason)).toEqual(["stopped", "stopped", "stopped"]);
  });

  it("its signal gives everything up", async () => {
    const ftp = await client();
    const controller = new AbortController();
    const work = downloadTree(ftp, "/pub", folder, {
      signal: controller.signal,
      onDone: () => controller.abort(),
    });
    expect(await failure(work)).toMatchObject({ code: "aborted" });
    await ftp.noop();
  });

  it("its time gives everything up", async () => {
    const ftp = await stage.connect(async (peer) => {
      for (;;) await peer.line();
    });
    const error = await failure(downloadTree(ftp, "/pub", createMemoryStore(), { timeout: 30 }));
    expect(error.code).toBe("timeout");
  });

  it("nothing leaves the target through a symbolic link that stands in it", async () => {
    const ftp = await client();
    await mkdir(join(folder, "outside"));
    await mkdir(join(folder, "target"));
    await symlink(join(folder, "outside"), join(folder, "target/deep"));
    await symlink(join(folder, "outside/a"), join(folder, "target/a"));
    const report = await downloadTree(ftp, "/pub", join(folder, "target"));
    expect(await readdir(join(folder, "outside"))).toEqual([]);
    expect(report.skipped).toEqual(
      expect.arrayContaining([
        { path: "a", reason: "in-the-way" },
        { path: "deep", reason: "in-the-way" },
      ]),
    );
  });

  it("a symbolic link that is put in the way meanwhile is not followed", async () => {
    const ftp = await client();
    await mkdir(join(folder, "outside"));
    const target = join(folder, "target");
    const report = await downloadTree(ftp, "/pub", target, {
      parallel: 1,
      onDone: (end) => {
        if (end.action?.path !== "a") return;
        rmSync(join(target, "deep"), { recursive: true });
        symlinkSync(join(folder, "outside"), join(target, "deep"));
      },
      filter: ({ path }) => path !== "deep/er",
    });
    expect(await readdir(join(folder, "outside"))).toEqual([]);
    expect(report.failed.map(({ path }) => path)).toEqual(["deep/e"]);
  });

  it("names that are paths, or hide what they are, never touch the disk", async () => {
    const ftp = await stage.connect(
      lists(
        "-rw-r--r-- 1 a b 4 Jan  1 2020 ../evil",
        "-rw-r--r-- 1 a b 4 Jan  1 2020 /etc/evil",
        "drwxr-xr-x 1 a b 4 Jan  1 2020 ..",
        "-rw-r--r-- 1 a b 4 Jan  1 2020 ..\\evil",
        "-rw-r--r-- 1 a b 4 Jan  1 2020 a\x1b[2Jb",
        "lrwxrwxrwx 1 a b 4 Jan  1 2020 link -> /etc",
        "crw-rw-rw- 1 a b 1, 3 Jan  1 2020 null",
        "no line of any form",
      ),
      { quirks: { listHidden: false } },
    );
    const report = await downloadTree(ftp, "dir", join(folder, "target"));
    expect(report.plan).toEqual([]);
    expect(report.skipped.map(({ path, reason }) => `${reason}: ${path}`).sort()).toEqual(
      [
        "backslash: ..\\evil",
        "control: a\x1b[2Jb",
        "link: link",
        "separator: ../evil",
        "separator: /etc/evil",
        "special: null",
        "unparsed: no line of any form",
      ].sort(),
    );
    expect(await readdir(folder, { recursive: true })).toEqual(["target"]);
  });

  it("names that Windows keeps for itself follow the policy that is asked for", async () => {
    const files = {
      "/pub/aux.c": "1",
      "/pub/end.": "2",
      "/pub/Make": "3",
      "/pub/make": "4",
      "/pub/x:y": "5",
    };
    const ftp = await client(files);
    const to = createMemoryStore();
    const names = { system: "windows", caseSensitive: false } as const;
    const strict = await downloadTree(ftp, "/pub", to, { names });
    expect(strict.skipped.map(({ reason }) => reason).sort()).toEqual([
      "character",
      "collision",
      "reserved",
      "trailing",
    ]);
    const encoded = await downloadTree(ftp, "/pub", to, { names: { ...names, unsafe: "encode" } });
    expect(encoded.skipped).toEqual([{ path: "make", reason: "collision" }]);
    expect(Object.keys(await contents(to)).sort()).toEqual(["/%61ux.c", "/Make", "/end%2E", "/x%3Ay"]);
  });

  it("a tree that never ends does, at its depth and at its number of entries", async () => {
    const ftp = await client({ "/a/b/c/d/e/f": "deep" });
    const report = await downloadTree(ftp, "/", createMemoryStore(), { maxDepth: 3 });
    expect(report.skipped).toEqual([{ path: "a/b/c/d", reason: "too-deep" }]);
    const error = await failure(downloadTree(ftp, "/", createMemoryStore(), { maxEntries: 2 }));
    expect(error.message).toContain("maxEntries");
  });
});

describe("uploadTree", () => {
  it("puts a directory with everything below it, and skips links", async () => {
    await mkdir(join(folder, "in/sub/empty"), { recursive: true });
    await writeFile(join(folder, "in/one"), "1");
    await writeFile(join(folder, "in/sub/two"), "22");
    await symlink("/etc", join(folder, "in/link"));
    const report = await uploadTree(await pool({}), join(folder, "in"), "/made/here");
    expect(report.failed).toEqual([]);
    expect(report.skipped).toEqual([{ path: "link", reason: "link" }]);
    expect(await contents(store)).toEqual({
      "/made/": "",
      "/made/here/": "",
      "/made/here/one": "1",
      "/made/here/sub/": "",
      "/made/here/sub/empty/": "",
      "/made/here/sub/two": "22",
    });
  });

  it("a local directory that is not there is an error that names it", async () => {
    const error = await failure(uploadTree(await client({}), join(folder, "none"), "/x"));
    expect(error.message).toContain(join(folder, "none"));
    expect(await contents(store)).toEqual({});
  });

  it("what is below a directory that cannot be made is skipped", async () => {
    const from = createMemoryStore({ files: { "/bad/x": "2", "/bad/y/z": "3", "/ok": "1" } });
    const ftp = await client({ "/up/": "" });
    // A file of that name comes between the plan and the work.
    const report = await uploadTree(ftp, from, "/up", {
      filter: ({ path }) => {
        if (path === "ok") setImmediate(() => void put(store, "/up/bad"));
        return true;
      },
    });
    expect(report.failed.map(({ path }) => path)).toEqual(["bad"]);
    expect(report.skipped.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual([
      "bad/x parent-failed",
      "bad/y parent-failed",
      "bad/y/z parent-failed",
    ]);
    expect((await contents(store))["/up/ok"]).toBe("1");
  });
});

describe("removeTree", () => {
  it("removes a directory with everything in it, and nothing else", async () => {
    const report = await removeTree(await pool(), "/pub");
    expect(report.isComplete).toBe(true);
    expect(await contents(store)).toEqual({ "/other": "untouched" });
  });

  it("a dry run removes nothing", async () => {
    const report = await removeTree(await client(), "/pub", { dryRun: true });
    expect(report.plan.at(-1)).toMatchObject({ type: "remove-directory", path: "" });
    expect(report.plan).toHaveLength(8);
    expect((await contents(store))["/pub/a"]).toBe("alpha");
  });

  it("the root is never removed", async () => {
    for (const path of ["/", "", ".", "..", "../.."])
      expect(await failure(removeTree(await client(), path))).toMatchObject({ code: "bad-argument" });
  });

  it("a link is removed, not followed", async () => {
    const ftp = await client();
    await store.makeLink?.(toPath("/pub/link"), "/other", {});
    await removeTree(ftp, "/pub");
    expect(await contents(store)).toEqual({ "/other": "untouched" });
  });

  it("a name that is a path removes nothing elsewhere, and its directory stays", async () => {
    const ftp = await stage.connect(
      async (peer) => {
        const data = await peer.transfer("LIST", "150 Here.").catch(() => undefined);
        data?.end("-rw-r--r-- 1 a b 4 Jan  1 2020 ../../other\r\n-rw-r--r-- 1 a b 4 Jan  1 2020 ok\r\n");
        await peer.send("226 Done.\r\n");
        await peer.expect("DELE", "250 Ok.");
      },
      { quirks: { listHidden: false } },
    );
    const report = await removeTree(ftp, "/pub");
    expect(stage.server.lines.filter((line) => line.startsWith("DELE"))).toEqual(["DELE /pub/ok"]);
    expect(report.skipped).toEqual([
      { path: "../../other", reason: "separator" },
      { path: "", reason: "not-empty" },
    ]);
  });
});

describe("a tree onto a server that writes in place", () => {
  it("goes up under temporary names, and what an upload that broke left there is no failure", async () => {
    const seen: string[] = [];
    const ftp = await inPlaceClient({ "/up/a.longshore-part": "al", "/up/extra.longshore-part": "?" }, seen);
    const local = createMemoryStore({ files: { "/a": "alpha", "/deep/b": "beta" } });
    const report = await mirror(ftp, { direction: "upload", local, remote: "/up", delete: true });
    expect(report).toMatchObject({ failed: [], skipped: [], isComplete: true });
    expect(report.done.flatMap(({ report: moved }) => moved?.placement ?? [])).toEqual(["whole", "whole"]);
    expect(await contents(store, "/up")).toEqual({ "/up/a": "alpha", "/up/deep/": "", "/up/deep/b": "beta" });
    expect(seen).toContain("STOR /up/deep/b.longshore-part");
  });

  it("has no names that the uploads use themselves: such files are skipped", async () => {
    const ftp = await inPlaceClient({}, []);
    const local = createMemoryStore({ files: { "/a": "alpha", "/a.longshore-part": "al" } });
    const report = await uploadTree(ftp, local, "/up");
    expect(report.skipped).toEqual([{ path: "a.longshore-part", reason: "part" }]);
    expect(await contents(store, "/up")).toEqual({ "/up/a": "alpha" });
  });

  it("goes up in place with `temporary: false`, such files too", async () => {
    const seen: string[] = [];
    const ftp = await inPlaceClient({}, seen);
    const local = createMemoryStore({ files: { "/a": "alpha", "/a.longshore-part": "al" } });
    expect(await uploadTree(ftp, local, "/up", { temporary: false })).toMatchObject({ isComplete: true });
    expect(seen.filter((line) => line.startsWith("RN"))).toEqual([]);
  });
});

describe("mirror", () => {
  it("a second time nothing is left to do, for the times were kept", async () => {
    const ftp = await pool();
    await store.setTimes?.(toPath("/pub/a"), { modified: old }, {});
    const how = { direction: "download", remote: "/pub", local: folder } as const;
    await mirror(ftp, how);
    expect((await stat(join(folder, "a"))).mtimeMs).toBe(old);
    expect(await mirror(ftp, how)).toMatchObject({ plan: [], unchanged: 4 });
  });

  it("up: times are kept with MFMT, and a second time nothing is left to do", async () => {
    const ftp = await client({});
    await writeFile(join(folder, "a"), "alpha");
    await utimes(join(folder, "a"), old / 1000, old / 1000);
    const how = { direction: "upload", remote: "/pub", local: folder } as const;
    await mirror(ftp, how);
    expect(await ftp.modified("/pub/a")).toBe(old);
    expect(await mirror(ftp, how)).toMatchObject({ plan: [], unchanged: 1 });
  });

  it("compares by time: what is newer in the source is transferred", async () => {
    const ftp = await client();
    const to = createMemoryStore({ files: { "/a": "ALPHA" } });
    await to.setTimes?.(toPath("/a"), { modified: old }, {});
    const report = await mirror(ftp, { direction: "download", remote: "/pub", local: to });
    expect(report.plan).toContainEqual({ type: "transfer", path: "a", why: "differs", size: 5 });
    expect((await contents(to))["/a"]).toBe("alpha");
  });

  it("compares by size: an equal size is the same whatever the time", async () => {
    const ftp = await client();
    const to = createMemoryStore({ files: { "/a": "ALPHA", "/deep/e": "short" } });
    await to.setTimes?.(toPath("/a"), { modified: old }, {});
    await mirror(ftp, { direction: "download", remote: "/pub", local: to, same: "size" });
    expect(await contents(to)).toMatchObject({ "/a": "ALPHA", "/deep/e": "epsilon" });
  });

  it("deletes what is extra only if asked", async () => {
    const ftp = await client();
    const extra = { "/extra": "x", "/more/x": "x", "/more/y/z": "x" };
    const to = createMemoryStore({ files: extra });
    const how = { direction: "download", remote: "/pub", local: to } as const;
    await mirror(ftp, how);
    expect(await contents(to)).toMatchObject({ ...plainTree, ...extra });
    const dry = await mirror(ftp, { ...how, delete: true, dryRun: true });
    expect(actionsOf(dry)).toEqual([
      "remove extra",
      "remove more/x",
      "remove more/y/z",
      "remove-directory more",
      "remove-directory more/y",
    ]);
    await mirror(ftp, { ...how, delete: true });
    expect(await contents(to)).toEqual(plainTree);
  });

  it("with delete, what is of another kind makes way", async () => {
    const ftp = await client();
    const to = createMemoryStore({ files: { "/a/b/c": "x", "/deep": "file" } });
    const report = await mirror(ftp, { direction: "download", remote: "/pub", local: to, delete: true });
    expect(report.isComplete).toBe(true);
    expect(await contents(to)).toEqual(plainTree);
  });

  it("deletes nothing where a line of the source's listing could not be read", async () => {
    const ftp = await stage.connect(lists("what is this?"), { quirks: { listHidden: false } });
    const to = createMemoryStore({ files: { "/precious": "x" } });
    const report = await mirror(ftp, { direction: "download", remote: "/pub", local: to, delete: true });
    expect(report.skipped).toEqual([{ path: "what is this?", reason: "unparsed" }]);
    expect(await contents(to)).toEqual({ "/precious": "x" });
  });

  it("deletes nothing where the source's listing may be cut", async () => {
    const cut = listsText("-rw-r--r-- 1 a b 3 Jan  1  2020 x");
    const ftp = await stage.connect(cut, { quirks: { listHidden: false } });
    const to = createMemoryStore({ files: { "/precious": "x", "/x": "old" } });
    const report = await mirror(ftp, {
      direction: "download",
      remote: "/pub",
      local: to,
      delete: true,
      dryRun: true,
    });
    expect(report.plan.filter(({ type }) => type === "remove")).toEqual([]);
  });

  it("deletes nothing when the source is not there, even where the server lists it as empty", async () => {
    const ftp = await stage.connect(async (peer) => {
      await peer.expect("PWD", '257 "/"');
      await peer.expect("CWD", "550 No such directory.");
    });
    const to = createMemoryStore({ files: { "/precious": "x" } });
    const work = mirror(ftp, { direction: "download", remote: "/pbu", local: to, delete: true });
    expect(await failure(work)).toMatchObject({ code: "refused" });
    expect(await contents(to)).toEqual({ "/precious": "x" });
  });

  it("what the filter passes over is neither transferred nor deleted", async () => {
    const ftp = await client();
    const to = createMemoryStore({ files: { "/mine.tmp": "x" } });
    const filter = ({ path }: { path: string }): boolean => !path.endsWith(".tmp") && path !== "deep";
    await mirror(ftp, { direction: "download", remote: "/pub", local: to, delete: true, filter });
    expect(await contents(to)).toEqual({ "/a": "alpha", "/b c": "", "/empty/": "", "/mine.tmp": "x" });
  });

  it("up, with delete: the server's extra files go", async () => {
    const ftp = await pool();
    const local = createMemoryStore({ files: { "/a": "alpha two" } });
    const report = await mirror(ftp, { direction: "upload", remote: "/pub", local, delete: true });
    expect(report.isComplete).toBe(true);
    expect(await contents(store)).toEqual({ "/pub/": "", "/pub/a": "alpha two", "/other": "untouched" });
  });

  it("a pool takes absolute paths only", async () => {
    expect(await failure(downloadTree(await pool(), "pub", folder))).toMatchObject({ code: "bad-argument" });
  });
});
