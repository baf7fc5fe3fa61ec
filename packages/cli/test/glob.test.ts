import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { FtpClient, FtpPool } from "@longshore/ftp-client";
import { createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { escapePattern, expand, type GlobEntry, isPattern, literalOf, nameMatcher } from "../src/glob.ts";
import { expandLocal } from "../src/glob-local.ts";
import { expandRemote, isDirectory } from "../src/glob-remote.ts";
import { runBatch } from "../src/transfer/batch.ts";
import { downloadsInto } from "../src/transfer/names.ts";

/** Directories end in a slash, links in an at sign. */
function listing(tree: Readonly<Record<string, readonly string[]>>) {
  return async function* (path: string): AsyncGenerator<GlobEntry> {
    const names = tree[path];
    if (names === undefined) throw new Error(`no ${path}`);
    for (const name of names) {
      const type = name.endsWith("/") ? "directory" : name.endsWith("@") ? "link" : "file";
      yield { name: name.replace(/[/@]$/, ""), type };
    }
  };
}

const tree = listing({
  "": ["a.txt", "b.txt", ".hidden.txt", "sub/", "[x] y.txt", "x", ".dot/", "link@", "dead@", "100%"],
  "/": ["root.txt"],
  sub: ["c.txt", "d.bin", "deep/", "readme"],
  "sub/deep": ["e.txt", "readme"],
  ".dot": ["f.txt"],
  link: ["readme"],
});

const pathsOf = async (pattern: string): Promise<string[]> =>
  (await expand(pattern, tree)).map(({ path }) => path);

describe("patterns", () => {
  it.each([
    ["*", ["100%", "[x] y.txt", "a.txt", "b.txt", "dead", "link", "sub", "x"]],
    ["*.txt", ["[x] y.txt", "a.txt", "b.txt"]],
    [".*.txt", [".hidden.txt"]],
    ["?.txt", ["a.txt", "b.txt"]],
    ["[!a].txt", ["b.txt"]],
    ["[a-b].txt", ["a.txt", "b.txt"]],
    ["{a,c}.txt", ["a.txt"]],
    ["*/", ["dead", "link", "sub"]],
    ["s*/*.txt", ["sub/c.txt"]],
    ["*/readme", ["link/readme", "sub/readme"]],
    ["sub/*/e.txt", ["sub/deep/e.txt"]],
    ["**/*.txt", ["[x] y.txt", "a.txt", "b.txt", "sub/c.txt", "sub/deep/e.txt"]],
    ["sub/**", ["sub/c.txt", "sub/d.bin", "sub/deep", "sub/deep/e.txt", "sub/deep/readme", "sub/readme"]],
    ["sub/**/**/readme", ["sub/deep/readme", "sub/readme"]],
    ["/*", ["/root.txt"]],
    ["\\*", ["*"]],
    ["nothing*", []],
    ["no/where", ["no/where"]],
    ["[x] y.txt", ["[x] y.txt"]],
    ["[x]", ["x"]],
  ])("%s", async (pattern, paths) => expect(await pathsOf(pattern)).toEqual(paths));

  it("mean nothing but what is written here", () => {
    const fits = (pattern: string, name: string): boolean => nameMatcher(pattern)(name);
    expect(fits("file (1)*", "file (1).txt")).toBe(true);
    expect(fits("a|b*", "a|bc")).toBe(true);
    expect(fits("a|b*", "a")).toBe(false);
    expect(fits("!a*", "b")).toBe(false);
    expect(fits("\\d*", "d1")).toBe(true);
    expect(fits("\\d*", "1")).toBe(false);
    expect(fits("@(a)*", "@(a)b")).toBe(true);
    expect(fits('"a"*', '"a"b')).toBe(true);
    expect(fits("a.b*", "axb")).toBe(false);
    expect(fits("{a\\,b}*", "bx")).toBe(false);
    expect(fits("ü?", "üß")).toBe(true);
    expect(fits("*", "a\nb")).toBe(true);
  });

  it("are told from names, and names made of them", () => {
    for (const text of ["*", "a?b", "[a]", "{a,b}", "{1..3}", "a/*/b"]) expect(isPattern(text)).toBe(true);
    for (const text of ["a", "\\*", "[", "a]", "{a}", "{}", "\\[a]", "a\\?"])
      expect(isPattern(text)).toBe(false);
    const odd = "a*?[]{}\\";
    expect(isPattern(escapePattern(odd))).toBe(false);
    expect(literalOf(escapePattern(odd))).toBe(odd);
  });

  it("are not slowed down by long names", () => {
    expect(nameMatcher("*a*a*a*a*b")("a".repeat(60_000))).toBe(false);
  });

  it("tell what could not be listed, and look at no more than they may", async () => {
    const broken = listing({ "": ["a/", "b/"], a: ["x"] });
    await expect(expand("*/x", broken)).rejects.toThrow("no b");
    const failed: string[] = [];
    const found = await expand("*/x", broken, { onFailure: (path) => failed.push(path) });
    expect(found.map(({ path }) => path)).toEqual(["a/x"]);
    expect(failed).toEqual(["b"]);
    await expect(expand("q*/x", listing({}))).rejects.toThrow("no ");
    await expect(expand("*", tree, { maxEntries: 3 })).rejects.toThrow(/more than 3 entries/);
  });
});

describe("on a server", () => {
  let server: FtpServer;
  let port: number;
  beforeAll(async () => {
    const files = { "/pub/a.txt": "a", "/pub/b.bin": "b", "/pub/sub/c.txt": "c", "/pub/\u202etxt.exe": "!" };
    server = createFtpServer({ store: createMemoryStore({ files }), anonymous: true });
    port = (await server.listen()).port;
  });
  afterAll(() => server.close());

  it("over a session and over a pool", async () => {
    await using client = await FtpClient.connect({ host: "127.0.0.1", port });
    const found = await expandRemote(client, "pub/*.*");
    expect(found.map(({ path, entry }) => [path, entry?.type])).toEqual([
      ["pub/a.txt", "file"],
      ["pub/b.bin", "file"],
      ["pub/\u202etxt.exe", "file"],
    ]);
    await expect(expandRemote(client, "missing/*")).rejects.toMatchObject({ code: "refused" });
    await using pool = await FtpPool.connect({ host: "127.0.0.1", port });
    const deep = await expandRemote(pool, "/**/*.txt");
    expect(deep.map(({ path }) => path)).toEqual(["/pub/a.txt", "/pub/sub/c.txt"]);
    expect(await Promise.all(["/pub", "/pub/a.txt", "/no"].map((path) => isDirectory(pool, path)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("names from there are safe here, or left out", async () => {
    await using client = await FtpClient.connect({ host: "127.0.0.1", port });
    const matches = [...(await expandRemote(client, "pub/*.*")), ...(await expandRemote(client, "pub/a*"))];
    const { downloads, leftOut } = downloadsInto("into", matches);
    expect(downloads).toEqual([
      { remote: "pub/a.txt", local: join("into", "a.txt"), type: "file", size: 1 },
      { remote: "pub/b.bin", local: join("into", "b.bin"), type: "file", size: 1 },
    ]);
    expect(leftOut).toEqual([
      { path: "pub/\u202etxt.exe", reason: "bidirectional" },
      { path: "pub/a.txt", reason: "collision" },
    ]);
  });
});

describe("here", () => {
  const folder = mkdtempSync(join(tmpdir(), "longshore-glob-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("where the shell left it to the command", async () => {
    mkdirSync(join(folder, "sub"));
    for (const name of ["a.txt", "b.txt", "[1].txt", "1.txt", "sub/c.txt"])
      writeFileSync(join(folder, name), "");
    symlinkSync("a.txt", join(folder, "link.txt"));
    const names = async (pattern: string): Promise<string[]> =>
      (await expandLocal(join(folder, pattern))).map((path) => path.slice(folder.length + 1));
    expect(await names("[ab].txt")).toEqual(["a.txt", "b.txt"]);
    expect(await names("l*")).toEqual(["link.txt"]);
    expect(await names("[1].txt")).toEqual(["[1].txt"]);
    expect(await names("*/*.txt")).toEqual(["sub/c.txt"]);
    expect(await names("no*")).toEqual([]);
    expect(await names("plain")).toEqual(["plain"]);
    expect(await expandLocal("-")).toEqual(["-"]);
  });
});

describe("several at once", () => {
  it("end one by one, in their order, whatever fails", async () => {
    let running = 0;
    let most = 0;
    const ends = await runBatch(
      [3, 1, 2],
      async (item) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, item));
        running--;
        if (item === 1) throw new Error("one");
        return item * 2;
      },
      { parallel: 2 },
    );
    expect(most).toBe(2);
    expect(ends.map((end) => (end.ok ? end.value : String(end.error)))).toEqual([6, "Error: one", 4]);
  });

  it("end together when they are given up", async () => {
    const controller = new AbortController();
    const begun: number[] = [];
    const work = runBatch(
      [1, 2, 3],
      async (item) => {
        begun.push(item);
        controller.abort(new Error("enough"));
      },
      { signal: controller.signal },
    );
    await expect(work).rejects.toThrow("enough");
    expect(begun).toEqual([1]);
  });
});
