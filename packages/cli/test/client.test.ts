import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { run } from "../src/index.ts";
import { createFilter } from "../src/transfer/filter.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-client-"));
const root = join(folder, "served");
const home = join(folder, "home");

let server: FtpServer;
let url = "";
/** An empty directory for each test. */
let place = "";
let places = 0;

beforeAll(async () => {
  mkdirSync(root);
  mkdirSync(home);
  const store = createNodeStore(root, { writable: true });
  const users = [{ name: "ada", password: "se cret", permission: "rw" as const }];
  server = createFtpServer({
    store,
    users,
    anonymous: { permission: "rw" },
    limits: { failureDelay: 0 },
  });
  url = `ftp://127.0.0.1:${(await server.listen()).port}`;
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  place = join(folder, `place-${++places}`);
  mkdirSync(place);
  rmSync(root, { recursive: true });
  mkdirSync(join(root, "pub/sub/deep"), { recursive: true });
  for (const name of ["a.txt", "b.txt", "c.bin", "sub/d.txt", "sub/deep/e.txt", "[1] x.txt", "*"])
    writeFileSync(join(root, "pub", name), name);
  symlinkSync("a.txt", join(root, "pub/sub/link"));
});

/** Runs the command in this process: what it printed, and its exit code. */
async function longshore(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((part, ...rest: unknown[]) => {
      said[name] += typeof part === "string" ? part : Buffer.from(part).toString();
      const done = rest.at(-1);
      if (typeof done === "function") done();
      return true;
    }),
  );
  try {
    return { code: await run(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await longshore(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** All that is below a directory, with the content of files. */
function treeOf(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.sort().map((path) => [path.slice(directory.length + 1), readFileSync(path, "utf8")]),
  );
}

const whole = {
  "*": "*",
  "[1] x.txt": "[1] x.txt",
  "a.txt": "a.txt",
  "b.txt": "b.txt",
  "c.bin": "c.bin",
  "sub/d.txt": "sub/d.txt",
  "sub/deep/e.txt": "sub/deep/e.txt",
};

describe("get", () => {
  it("several URLs into a directory", async () => {
    await done("get", `${url}/pub/a.txt`, `${url}/pub/sub/d.txt`, place);
    expect(treeOf(place)).toEqual({ "a.txt": "a.txt", "d.txt": "sub/d.txt" });
  });

  it("what a pattern finds, and directories only with -r", async () => {
    expect(await done("get", `${url}/pub/?.*`, place)).toBe("");
    expect(Object.keys(treeOf(place))).toEqual(["a.txt", "b.txt", "c.bin"]);
    const { code, stderr } = await longshore("get", `${url}/pub/{s,b}*`, place);
    expect(code).toBe(0);
    expect(stderr).toBe(
      "longshore: 1 left out\n  /pub/sub: left out, it is a directory, and -r takes those\n",
    );
  });

  it("a name that is a pattern, and an encoded one, mean themselves", async () => {
    await done("get", `${url}/pub/[1] x.txt`, place);
    await done("get", `${url}/pub/%2A`, place);
    await done("get", "--no-glob", `${url}/pub/*`, join(place, "star"));
    expect(treeOf(place)).toEqual({ "*": "*", "[1] x.txt": "[1] x.txt", star: "*" });
  });

  it("nothing that fits is a failure", async () => {
    const { code, stderr } = await longshore("get", `${url}/pub/*.no`, place);
    expect(stderr).toBe(`longshore: nothing there fits ${url}/pub/*.no\n`);
    expect(code).toBe(1);
  });

  it("one that fails does not end the rest", async () => {
    const args = ["a.txt", "missing", "b.txt"].map((name) => `${url}/pub/${name}`);
    const { code, stderr } = await longshore("get", ...args, place);
    expect(stderr).toMatch(/^longshore: 1 of 3 failed\n {2}\/pub\/missing: .*"550 .*\n$/);
    expect(code).toBe(1);
    expect(Object.keys(treeOf(place))).toEqual(["a.txt", "b.txt"]);
  });

  it("two of one name do not take each other's place", async () => {
    mkdirSync(join(root, "other"));
    writeFileSync(join(root, "other/a.txt"), "other");
    const { code, stderr } = await longshore("get", `${url}/pub/a.txt`, `${url}/other/a.txt`, place);
    expect(stderr).toContain("/other/a.txt: left out, another one has its name here already");
    expect(code).toBe(1);
    expect(treeOf(place)).toEqual({ "a.txt": "a.txt" });
  });

  it("-r a directory with everything below it, and tells what links there were", async () => {
    const { code, stdout, stderr } = await longshore("get", "-r", `${url}/pub`, place);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^7 files, \d+ B; 2 directories made\n$/);
    expect(stderr).toBe("longshore: 1 left out\n  sub/link: left out, links are not followed\n");
    expect(treeOf(join(place, "pub"))).toEqual(whole);
    const copy = join(place, "copy");
    await longshore("get", "-rq", `${url}/pub/`, copy);
    expect(treeOf(copy)).toEqual(whole);
  });

  it("-r --resume leaves what is there, --dry-run tells what it would do", async () => {
    await longshore("get", "-r", `${url}/pub`, place);
    writeFileSync(join(root, "pub/new.txt"), "new");
    const { stdout } = await longshore("get", "-r", "--resume", "--dry-run", `${url}/pub`, place);
    expect(stdout).toBe("get    new.txt  (3 B, new)\n");
    expect(existsSync(join(place, "pub/new.txt"))).toBe(false);
    expect((await longshore("get", "-r", "--resume", `${url}/pub`, place)).stdout).toBe(
      "1 file, 3 B; 7 the same\n",
    );
    expect((await longshore("get", "-n", `${url}/pub/a.txt`, place)).stdout).toBe(
      `get    pub/a.txt  (to ${place}/a.txt)\n`,
    );
  });

  it("--resume goes on behind what is here", async () => {
    writeFileSync(join(root, "big"), "0123456789".repeat(2000));
    writeFileSync(join(place, "big"), "0123456789".repeat(1500));
    const told = JSON.parse(await done("get", "--resume", "--json", `${url}/big`, place));
    expect(told).toMatchObject({ bytes: 5000, verified: "size" });
    expect(readFileSync(join(place, "big"), "utf8")).toBe("0123456789".repeat(2000));
    writeFileSync(join(place, "big"), "other");
    const { code, stderr } = await longshore("get", "--resume", `${url}/big`, place);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("not the beginning") });
  });

  it("--verify hash proves it, or fails", async () => {
    const told = JSON.parse(await done("get", "--verify", "hash", "--json", `${url}/pub/a.txt`, place));
    expect(told.verified).toBe("hash");
    const text = await longshore("get", "--verify", "hash", `${url}/pub/a.txt;type=a`, place);
    expect(text).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot be verified by hash"),
    });
  });

  it("an object a line for programs", async () => {
    const stdout = await done("get", "--json", "--parallel", "2", `${url}/pub/{a,b}.txt`, place);
    const told = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(told.map(({ path, bytes, url: from }) => [path, bytes, from]).sort()).toEqual([
      [join(place, "a.txt"), 5, `${url}/%2Fpub/a.txt`],
      [join(place, "b.txt"), 5, `${url}/%2Fpub/b.txt`],
    ]);
    const tree = JSON.parse((await longshore("get", "-r", "--json", `${url}/pub/sub`, place)).stdout);
    expect(tree).toMatchObject({
      url: `${url}/pub/sub`,
      dryRun: false,
      skipped: [{ path: "link", reason: "link" }],
      failed: [],
      unchanged: 0,
    });
    expect(tree.done).toHaveLength(3);
  });

  it("an unsafe name is left out, or encoded", async () => {
    writeFileSync(join(root, "pub/back\\slash"), "b");
    const { code, stderr } = await longshore("get", `${url}/pub/back*`, place);
    expect(code).toBe(1);
    expect(stderr).toContain("a backslash stands in its name; --encode-names");
    await done("get", "--encode-names", `${url}/pub/back*`, place);
    expect(treeOf(place)).toEqual({ "back%5Cslash": "b" });
  });
});

describe("cat", () => {
  it("writes one after the other, in their order", async () => {
    expect(await done("cat", `${url}/pub/b.txt`, `${url}/pub/a.txt`)).toBe("b.txta.txt");
    expect(await done("cat", `${url}/pub/[ab].txt`)).toBe("a.txtb.txt");
  });
});

describe("put", () => {
  beforeEach(() => {
    mkdirSync(join(place, "site/css"), { recursive: true });
    for (const name of ["index.html", "about.html", "css/s.css"])
      writeFileSync(join(place, "site", name), name);
  });

  it("several into a directory, by names and patterns", async () => {
    mkdirSync(join(root, "www"));
    await done("put", join(place, "site/*.html"), join(place, "site/css/s.css"), `${url}/www`);
    expect(treeOf(join(root, "www"))).toEqual({
      "about.html": "about.html",
      "index.html": "index.html",
      "s.css": "css/s.css",
    });
    const { code, stderr } = await longshore("put", join(place, "*.no"), `${url}/www/`);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `longshore: nothing here fits ${place}/*.no\n` });
  });

  it("-r a directory under its name, as a name, and its content", async () => {
    const site = { "about.html": "about.html", "css/s.css": "css/s.css", "index.html": "index.html" };
    expect(await done("put", "-r", join(place, "site"), `${url}/`)).toMatch(/^3 files, \d+ B/);
    expect(treeOf(join(root, "site"))).toEqual(site);
    await done("put", "-r", join(place, "site"), `${url}/new/www`);
    expect(treeOf(join(root, "new/www"))).toEqual(site);
    await done("put", "-r", `${join(place, "site")}/.`, `${url}/plain/`);
    expect(treeOf(join(root, "plain"))).toEqual(site);
    expect(await done("put", "-r", "--resume", join(place, "site"), `${url}/`)).toMatch(/; 3 the same\n$/);
  });

  it("--resume goes on behind what is there, --temporary renames", async () => {
    writeFileSync(join(root, "big"), "0123456789".repeat(1500));
    writeFileSync(join(place, "big"), "0123456789".repeat(2000));
    const told = JSON.parse(await done("put", "--resume", "--json", join(place, "big"), `${url}/`));
    expect(told).toMatchObject({ bytes: 5000, verified: "size" });
    expect(readFileSync(join(root, "big"), "utf8")).toBe("0123456789".repeat(2000));
    await done("put", "--temporary", "--verify", "hash", join(place, "site/index.html"), `${url}/big`);
    expect(readFileSync(join(root, "big"), "utf8")).toBe("index.html");
    expect(readdirSync(root).sort()).toEqual(["big", "pub"]);
  });

  it("puts in place with --no-temporary alone", async () => {
    const file = join(place, "site/index.html");
    const placementOf = async (...flags: string[]): Promise<unknown> =>
      JSON.parse(await done("put", "--json", ...flags, file, `${url}/`)).placement;
    expect(await placementOf()).toBe("whole");
    expect(await placementOf("--temporary")).toBe("whole");
    expect(await placementOf("--no-temporary")).toBe("in-place");
  });

  it("puts what is new into a drop box that renames nothing, says what stays, and keeps what stands", async () => {
    const store = createNodeStore(root, { writable: true });
    const box = createFtpServer({
      ...{ store, anonymous: { permission: "rw" } as const },
      without: ["RNFR", "RNTO", "DELE", "OPTS ALLO"],
    });
    const boxUrl = `ftp://127.0.0.1:${(await box.listen()).port}/index.html`;
    const file = join(place, "site/index.html");
    try {
      const put = await longshore("put", "--quiet", file, boxUrl);
      expect(put).toEqual({
        code: 0,
        stdout: "",
        stderr:
          "longshore: index.html.longshore-part stays on the server, which does not let it be removed\n",
      });
      writeFileSync(join(root, "index.html"), "old");
      const again = await longshore("put", file, boxUrl);
      expect(again.code).toBe(1);
      expect(again.stderr).toMatch(/index\.html cannot be replaced as a whole: .*; --no-temporary /);
      expect(readFileSync(join(root, "index.html"), "utf8")).toBe("old");
      await done("put", "--quiet", "--no-temporary", file, boxUrl);
      expect(readFileSync(join(root, "index.html"), "utf8")).toBe("index.html");
    } finally {
      await box.close();
    }
  });

  it("what is wrong with the last is told before the first has gone", async () => {
    const { code, stderr } = await longshore(
      "put",
      join(place, "site/index.html"),
      join(place, "no"),
      `${url}/`,
    );
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("no cannot be read") });
    expect(readdirSync(root)).toEqual(["pub"]);
  });
});

describe("mirror", () => {
  it("makes a directory here like one there, and again without moving anything", async () => {
    const local = join(place, "pub");
    await longshore("mirror", `${url}/pub`, local);
    expect(treeOf(local)).toEqual(whole);
    writeFileSync(join(local, "extra"), "x");
    const plan = await longshore("mirror", "--delete", "--dry-run", `${url}/pub`, local);
    expect(plan.stdout).toBe("rm     extra  (extra)\n");
    const again = await longshore("mirror", "--delete", `${url}/pub`, local);
    expect(again).toMatchObject({ code: 0, stdout: "0 files, 0 B; 1 removed; 7 the same\n" });
    expect(treeOf(local)).toEqual(whole);
  });

  it("makes one there like one here, with its times, but for what is excluded", async () => {
    const local = join(place, "site");
    mkdirSync(join(local, "sub"), { recursive: true });
    for (const name of ["x.txt", "y.tmp", "sub/z.txt", "sub/.hid.tmp"])
      writeFileSync(join(local, name), name);
    utimesSync(join(local, "x.txt"), 1_000_000_000, 1_000_000_000);
    mkdirSync(join(root, "www"));
    writeFileSync(join(root, "www/kept.tmp"), "");
    writeFileSync(join(root, "www/extra"), "");
    await done("mirror", "--delete", "--exclude", "*.tmp", local, `${url}/www`);
    expect(treeOf(join(root, "www"))).toEqual({ "kept.tmp": "", "sub/z.txt": "sub/z.txt", "x.txt": "x.txt" });
    expect(statSync(join(root, "www/x.txt")).mtimeMs).toBe(1_000_000_000_000);
    await done("mirror", "--include", "sub/*.tmp", local, `${url}/only`);
    expect(treeOf(join(root, "only"))).toEqual({ "sub/.hid.tmp": "sub/.hid.tmp" });
  });

  it.each([
    [["a", "b"], /has to be a URL/],
    [["ftp://h/a", "ftp://h/b"], /has to be a directory here/],
    [["tftp://h/a", "b"], /TFTP cannot mirror/],
    [["ftp://h/a;type=a", "b"], /no meaning for mirror/],
    [["ftp://h/a"], /missing required argument 'TARGET'/],
  ])("wrong usage: %j", async (args, says) => {
    const { code, stderr } = await longshore("mirror", ...args);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  it("looks at names and paths through its patterns", () => {
    const passes = (flags: Parameters<typeof createFilter>[0], path: string): boolean =>
      createFilter(flags).filter?.({ path, type: "file" }) ?? true;
    expect(passes({}, "a")).toBe(true);
    expect(passes({ exclude: [".git"] }, "x/.git")).toBe(false);
    expect(passes({ exclude: ["/a"] }, "x/a")).toBe(true);
    expect(passes({ exclude: ["x/*"] }, "x/a")).toBe(false);
    expect(passes({ exclude: ["x/*"] }, "x/y/a")).toBe(true);
    expect(passes({ exclude: ["x/**"] }, "x/y/a")).toBe(false);
    expect(passes({ include: ["**/y/*.c"] }, "x/y/a.c")).toBe(true);
    expect(passes({ include: ["**/y/*.c"] }, "y/a.c")).toBe(true);
    expect(passes({ include: ["**/y/*.c"] }, "y/z/a.c")).toBe(false);
  });
});

describe("rm, mkdir, mv, chmod, stat and ls", () => {
  it("rm what a pattern finds, and with -r whole directories; links alone", async () => {
    await done("rm", `${url}/pub/*.txt`, `${url}/pub/sub/d.txt`);
    expect(readdirSync(join(root, "pub")).sort()).toEqual(["*", "c.bin", "sub"]);
    const { code, stderr } = await longshore("rm", `${url}/pub/s*`);
    expect(stderr).toMatch(/sub is a directory; -r removes it/);
    expect(code).toBe(1);
    symlinkSync(".", join(root, "pub/loop"));
    const plan = await done("rm", "-rn", `${url}/pub/sub`);
    expect(plan.split("\n").sort()).toEqual([
      "",
      "rm     deep/e.txt  (extra)",
      "rm     link  (extra)",
      "rmdir  .  (extra)",
      "rmdir  deep  (extra)",
    ]);
    await done("rm", "-r", `${url}/pub/loop`, `${url}/pub/s*`, `${url}/pub/c.bin`);
    expect(readdirSync(join(root, "pub"))).toEqual(["*"]);
    const missing = await longshore("rm", "-r", `${url}/pub/none`);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('"550 ') });
  });

  it("mkdir -p those above it, mv several into one", async () => {
    await done("mkdir", "-p", `${url}/x/y/z`, `${url}/x`);
    await done("mv", `${url}/pub/?.txt`, `${url}/pub/c.bin`, "/x/y/z/");
    expect(readdirSync(join(root, "x/y/z")).sort()).toEqual(["a.txt", "b.txt", "c.bin"]);
    const { code, stderr } = await longshore("mv", `${url}/x/y/z/*`, "/x");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "longshore: several need a directory to move into: end /x with a slash\n",
    });
  });

  it("chmod what a pattern finds", async () => {
    await done("chmod", "640", `${url}/pub/?.txt`);
    expect(statSync(join(root, "pub/a.txt")).mode & 0o777).toBe(0o640);
    expect(statSync(join(root, "pub/b.txt")).mode & 0o777).toBe(0o640);
    const { code, stderr } = await longshore("chmod", "u+x", `${url}/pub/a.txt`);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("octal digits") });
  });

  it("stat tells all, with a hash of the content", async () => {
    const told = await done("stat", "--hash", `${url}/pub/a.txt`);
    expect(told).toMatch(/^path: {8}pub\/a\.txt\ntype: {8}file\nsize: {8}5\nmodified: {4}\d{4}-/);
    expect(told).toMatch(/^sha-256: {5}[\da-f]{64}$/m);
    const lines = (await done("stat", "--json", `${url}/pub/*.txt`, `${url}/`)).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(["file", "file", "file", "dir"]);
  });

  it("ls what patterns find, and several directories", async () => {
    const lines = (await done("ls", `${url}/pub/**/*.txt`)).trimEnd().split("\n");
    expect(lines.map((line) => line.slice(40))).toEqual([
      "pub/[1] x.txt",
      "pub/a.txt",
      "pub/b.txt",
      "pub/sub/d.txt",
      "pub/sub/deep/e.txt",
    ]);
    const several = await done("ls", `${url}/pub/sub/deep/`, `${url}/pub/sub;type=d`);
    expect(several).toMatch(new RegExp(`^${url}/pub/sub/deep/:\n-.*e\\.txt\n\n${url}/pub/sub;type=d:\n`));
    expect(await done("ls", `${url}/pub/sub`)).toContain("link -> a.txt");
  });
});

describe("connecting", () => {
  it("--netrc gives user and password, in each of its forms", async () => {
    const file = join(home, ".netrc");
    writeFileSync(file, 'machine 127.0.0.1 login ada password "se cret"\n', { mode: 0o600 });
    vi.stubEnv("HOME", home);
    const ran = await longshore("stat", "--netrc", `${url}/`, "--json");
    const other = await longshore("get", "--netrc", `${url.replace("//", "//ada@")}/pub/a.txt`, place);
    const put = await longshore("put", `--netrc=${file}`, join(place, "a.txt"), `${url}/up`);
    const named = await longshore("cat", "--netrc", file, `${url}/up`);
    chmodSync(file, 0o644);
    const seen = await longshore("cat", "--netrc", file, `${url}/up`);
    vi.unstubAllEnvs();
    expect([ran.code, other.code, put.code, named.code]).toEqual([0, 0, 0, 0]);
    expect(named.stdout).toBe("a.txt");
    expect(seen).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/others can read it; chmod 600 it\n$/),
    });
  });

  it("--active lets the server connect", async () => {
    expect(await done("cat", "--active", `${url}/pub/a.txt`)).toBe("a.txt");
  });

  it("--proxy goes through one, for control and data", async () => {
    const { connect, createServer } = await import("node:net");
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.once("data", (request) => {
        const [, host = "", port] = /^CONNECT (\S+):(\d+) HTTP/.exec(request.toString()) ?? [];
        asked.push(host);
        const other = connect(Number(port), host, () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
        socket.pipe(other).pipe(socket);
        for (const one of [socket, other]) one.on("error", () => {});
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.once("listening", resolve));
    const address = proxy.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(await done("cat", "--proxy", `http://127.0.0.1:${port}`, `${url}/pub/a.txt`)).toBe("a.txt");
    proxy.close();
    expect(asked).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  it("--timeout ends waiting for a server that says nothing", async () => {
    const { createServer } = await import("node:net");
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { code, stderr } = await longshore("ls", "--timeout", "1", `ftp://127.0.0.1:${port}/`);
    silent.close();
    expect(stderr).toMatch(/check the host and the port, or try again later\n$/);
    expect(code).toBe(1);
  });

  it.each([
    [["get", "--limit-rate", "fast", "ftp://h/x"], /such as 500M/],
    [["get", "--parallel", "0", "ftp://h/x"], /from 1 to 999/],
    [["get", "--verify", "luck", "ftp://h/x"], /size, hash, none/],
    [["get", "-r", "ftp://h/x", "-"], /-r and - do not go together/],
    [["get", "-r", "ftp://h/x;type=a"], /;type=a and -r do not go together/],
    [["get", "ftp://h/x", "ftp://h/y", "/nowhere"], /\/nowhere is no directory, which several files need/],
    [["get", "--resume", "tftp://h/x", "/tmp/"], /--resume is for ftp:\/\/ and ftps:\/\/ URLs/],
    [["put", "-r", "/tmp", "tftp://h/"], /--recursive is for ftp:\/\//],
    [["get", "--resume", "ftp://h/x", "-"], /- cannot be resumed/],
    [["ls", "--proxy", "ftp://a:secret@b", "ftp://h/"], /--proxy: write socks5:/],
    [["ls", "--active", "--proxy", "socks5://p", "ftp://h/"], /do not go together/],
    [["chmod", "644"], /missing required argument 'URL'/],
    [["mv", "ftp://h/x"], /missing required argument 'NEWPATH'/],
  ])("wrong usage: %j", async (args, says) => {
    const { code, stdout, stderr } = await longshore(...args);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toContain("secret");
  });
});
