// The built command as a client of the servers of others, and of our own: each command and each option once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { type Executed, execute } from "./support/exec.ts";
import { hashTree, makeFile, makeTree, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { longshore, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

/** A server, and where it keeps its files. */
interface Peer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly directory: string;
  readonly path: string;
  stop(): Promise<unknown>;
}

afterAll(removeFolders);

for (const name of Object.keys(ftpServers) as FtpServerName[])
  describeWith(`the command with ${name}`, ftpServers[name].needs, () =>
    scenarios(name, () => startFtpServer(name)),
  );

describe("the command with our own server", () =>
  scenarios("Longshore", async () => {
    const directory = await newFolder();
    const served = await serve(directory, "--no-tftp", "--user", "tester:secret:rw");
    return {
      port: served.ports.ftp ?? 0,
      user: "tester",
      password: "secret",
      directory,
      path: "",
      stop: () => served.stop(),
    };
  }));

function scenarios(name: FtpServerName | "Longshore", start: () => Promise<Peer>): void {
  let peer: Peer;
  let local: string;
  let netrc: string;
  const url = (path = ""): string => `ftp://${peer.user}@127.0.0.1:${peer.port}/${peer.path}/${path}`;
  const stored = (path: string): string => join(peer.directory, path);

  beforeAll(async () => {
    peer = await start();
    local = await newFolder();
    netrc = join(local, "netrc");
    await writeFile(netrc, `machine 127.0.0.1\nlogin ${peer.user}\npassword ${peer.password}\n`, {
      mode: 0o600,
    });
    await makeTree(join(local, "tree"));
  });
  afterAll(async () => peer.stop());

  /** No password is on the command line: it comes from the netrc file. */
  const run = (command: string, ...args: readonly string[]): Promise<Executed> =>
    execute(process.execPath, [longshore, command, "--netrc", netrc, ...args], { cwd: local });
  const done = async (command: string, ...args: readonly string[]): Promise<string> => {
    const { code, output, text } = await run(command, ...args);
    expect({ code, output }).toEqual({ code: 0, output: text });
    return text;
  };

  /** Runs it, and interrupts it once there are more bytes than before. */
  const interrupted = async (bytes: () => Promise<number>, ...args: readonly string[]): Promise<void> => {
    const before = await bytes();
    const child = spawn(process.execPath, [longshore, ...args], {
      cwd: local,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = once(child, "close");
    while (child.exitCode === null && (await bytes()) <= before)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    await ended;
    expect({ code: child.exitCode, said }).toEqual({ code: 1, said: "longshore: interrupted\n" });
  };
  const sizeOf = async (path: string): Promise<number> =>
    (await stat(path).catch(() => undefined))?.size ?? 0;

  /** What clients see there: our own server keeps what is not whole in a directory of its own. */
  const visible = async (): Promise<string[]> =>
    (await readdir(peer.directory)).filter((entry) => entry !== ".longshore-parts").sort();
  /** Bytes of all files below a directory but those of the tree. */
  const bytesBelow = async (directory: string): Promise<number> => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes("/tree"));
    const sizes = await Promise.all(files.map((entry) => sizeOf(join(entry.parentPath, entry.name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const bytesThere = (): Promise<number> => bytesBelow(peer.directory);

  it("put -r and get -r: the same tree, by hash", async () => {
    const tree = await hashTree(join(local, "tree"));
    expect(await done("put", "-r", "--parallel", "2", "tree", url())).toMatch(/^5 files, 72\.2 kB; \d/);
    expect(await hashTree(stored("tree"))).toEqual(tree);
    expect(await done("get", "-r", "--parallel", "3", url("tree"), "copy")).toMatch(/^5 files, 72\.2 kB; \d/);
    expect(await hashTree(join(local, "copy"))).toEqual(tree);
  });

  it("patterns, for get", async () => {
    await mkdir(join(local, "found"));
    await done("get", "--verify", "size", url("tree/**/*.bin"), "found");
    expect(await hashTree(join(local, "found"))).toMatchObject({
      "a.bin": await sha256(join(local, "tree/a.bin")),
      "c d.bin": await sha256(join(local, "tree/sub/deep er/c d.bin")),
      "grün.bin": await sha256(join(local, "tree/sub/grün.bin")),
    });
  });

  // What follows is the same with every server, and each process takes its time.
  if (name === "Longshore") {
    it("patterns for cat and ls, stat, and what nothing fits", async () => {
      const content = await execute(process.execPath, [
        longshore,
        "cat",
        "--netrc",
        netrc,
        url("tree/sub/[b]*"),
      ]);
      expect(content.stdout.equals(await readFile(join(local, "tree/sub/b.bin")))).toBe(true);
      const listed = JSON.parse(await done("ls", "--json", url("tree/s*/*")));
      expect(listed.map(({ name: path }: { name: string }) => path.split("/").at(-1))).toEqual([
        "b.bin",
        "deep er",
        "grün.bin",
      ]);
      expect(JSON.parse(await done("stat", "--json", url("tree/a.bin")))).toMatchObject({
        type: "file",
        size: 1000,
      });
      expect(await run("get", url("tree/*.none"), "found")).toMatchObject({
        code: 1,
        output: `longshore: nothing there fits ${url("tree/*.none")}\n`,
      });
    });
  }

  it("mirror both ways, with --delete, as --dry-run said", async () => {
    await makeFile(join(local, "tree/new.bin"), 5);
    await rm(join(local, "tree/sub/deep er"), { recursive: true });
    const flags = ["--delete", "--same", "size"];
    const plan = await done("mirror", ...flags, "--dry-run", "tree", url("tree"));
    expect(plan.split("\n").sort()).toEqual([
      "",
      "put    new.bin  (5 B, new)",
      "rm     sub/deep er/c d.bin  (extra)",
      "rmdir  sub/deep er  (extra)",
    ]);
    expect(await done("mirror", ...flags, "tree", url("tree"))).toBe("1 file, 5 B; 2 removed; 4 the same\n");
    expect(await hashTree(stored("tree"))).toEqual(await hashTree(join(local, "tree")));
    await done("mirror", ...flags, url("tree"), "copy");
    expect(await hashTree(join(local, "copy"))).toEqual(await hashTree(join(local, "tree")));
    expect(existsSync(join(local, "copy/sub/deep er"))).toBe(false);
  });

  it("get and put that were interrupted go on with --resume", async () => {
    const work = await newFolder();
    const hash = await makeFile(join(work, "big.bin"), 3_000_000);
    const slow = ["--netrc", netrc, "--limit-rate", "1M"];
    await interrupted(bytesThere, "put", ...slow, "--resume", join(work, "big.bin"), url());
    const put = JSON.parse(await done("put", "--resume", "--json", join(work, "big.bin"), url()));
    expect(put.bytes).toBeLessThan(3_000_000);
    expect(await sha256(stored("big.bin"))).toBe(hash);

    await unlink(join(work, "big.bin"));
    await interrupted(() => bytesBelow(work), "get", ...slow, "--resume", url("big.bin"), work);
    const got = JSON.parse(await done("get", "--resume", "--json", url("big.bin"), work));
    expect(got.bytes).toBeLessThan(3_000_000);
    expect(await sha256(join(work, "big.bin"))).toBe(hash);
    expect(await readdir(work)).toEqual(["big.bin"]);
    await done("rm", url("big.bin"));
  });

  it("nothing is left of what is given up", async () => {
    const work = await newFolder();
    await makeFile(join(work, "big.bin"), 3_000_000);
    const before = await visible();
    const slow = ["--netrc", netrc, "--limit-rate", "1M"];
    await interrupted(bytesThere, "put", ...slow, join(work, "big.bin"), url());
    expect(await visible()).toEqual(before);
    await interrupted(bytesThere, "put", ...slow, "--temporary", join(work, "big.bin"), url());
    expect(await visible()).toEqual(before);
    await interrupted(bytesThere, "put", ...slow, "-r", work, url("big"));
    expect((await hashTree(peer.directory))["big/big.bin"]).toBeUndefined();
    await done("rm", "-r", url("big"));
    if (name !== "Longshore") return;
    const empty = await newFolder();
    await makeFile(stored("big.bin"), 3_000_000);
    await interrupted(() => bytesBelow(empty), "get", ...slow, url("big.bin"), empty);
    expect(await readdir(empty)).toEqual([]);
    await unlink(stored("big.bin"));
  });

  it("--active, --temporary and --timeout", async () => {
    await writeFile(join(local, "small.txt"), "small\n");
    await done("put", "--active", "--timeout", "20", "--temporary", "small.txt", url("active.txt"));
    expect(await visible()).not.toContain("active.txt.part");
    expect(await done("cat", "--active", url("active.txt"))).toBe("small\n");
  });

  if (name === "Longshore" || name === "vsftpd") {
    it("mkdir, mv, chmod and rm", async () => {
      await done("mkdir", "-p", url("one/two"), url("one"));
      await done("put", "small.txt", "tree/a.bin", url("one"));
      await done("mv", url("one/*.*"), `${peer.path}/one/two/`);
      expect((await readdir(stored("one/two"))).sort()).toEqual(["a.bin", "small.txt"]);
      const changed = await run("chmod", "600", url("one/two/small.txt"));
      if (changed.code === 0) expect((await stat(stored("one/two/small.txt"))).mode & 0o777).toBe(0o600);
      // It lets no anonymous user do that.
      else expect([name, changed.output]).toEqual(["vsftpd", expect.stringMatching(/SITE CHMOD .*"55?0 /)]);
      expect((await run("rm", "-r", "--dry-run", url("one"))).text.split("\n")).toHaveLength(5);
      await done("rm", "-r", url("one"), url("active.txt"));
      expect(await visible()).toEqual(["tree"]);
    });
  }

  if (name === "Longshore") {
    it("what fails is told with its reason, and ends with 1; wrong usage with 2", async () => {
      const failed = await run("get", url("tree/a.bin"), url("tree/none"), "found");
      expect(failed).toMatchObject({
        code: 1,
        output: expect.stringMatching(
          /^longshore: 1 of 2 failed\n {2}\S*tree\/none: the server answered .*"550 /,
        ),
      });
      await chmod(netrc, 0o644);
      const seen = await run("ls", url());
      await chmod(netrc, 0o600);
      expect(seen).toMatchObject({ code: 2, output: expect.stringContaining("others can read it") });
      await writeFile(netrc, `machine 127.0.0.1 login ${peer.user} password wrong\n`, { mode: 0o600 });
      const wrong = await run("ls", url());
      expect(wrong).toMatchObject({ code: 1, output: expect.stringMatching(/"530 .*check the user and/) });
    });
  }
}
