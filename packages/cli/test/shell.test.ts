import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeStore } from "@longshore/file-store-node";
import { createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { run as longshoreHere } from "../src/index.ts";
import { buildCommand, inTerminal, longshore, type Ran, removeCommand } from "./command.ts";

const root = mkdtempSync(join(tmpdir(), "longshore-shell-"));
const there = join(root, "there");
const here = join(root, "here");
const state = { XDG_STATE_HOME: join(root, "state") };
const asAda = { LONGSHORE_PASSWORD: "open sesame" };

let server: FtpServer;
let brief: FtpServer;
let host = "";
let briefHost = "";

beforeAll(async () => {
  mkdirSync(there);
  mkdirSync(here);
  await buildCommand();
  const users = [{ name: "ada", password: "open sesame", permission: "rw" as const }];
  const store = createNodeStore(there, { writable: true });
  server = createFtpServer({ store, users, anonymous: true, limits: { failureDelay: 0 } });
  brief = createFtpServer({ store, users, limits: { idleTimeout: 400 } });
  host = `127.0.0.1:${(await server.listen()).port}`;
  briefHost = `127.0.0.1:${(await brief.listen()).port}`;
});

afterAll(async () => {
  await Promise.all([server?.close(), brief?.close()]);
  await removeCommand();
  rmSync(root, { recursive: true });
});

beforeEach(() => {
  for (const folder of [there, here]) {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  }
  mkdirSync(join(there, "pub"));
  writeFileSync(join(there, "pub/hello.txt"), "hello\n");
  writeFileSync(join(there, "pub/two words.txt"), "two\n");
  writeFileSync(join(there, "pub/data.bin"), new Uint8Array(100_000));
});

/** A script of the command line, as ada; in this process, for what needs none of its own. */
async function run(commands: string, ...flags: string[]): Promise<Ran> {
  return inProcess(["ftp", ...flags, "-c", commands, `ftp://ada@${host}/`], asAda);
}

async function inProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text, ...more) => {
      said[name] += typeof text === "string" ? text : Buffer.from(text).toString();
      for (const done of more) if (typeof done === "function") done();
      return true;
    }),
  );
  const before = process.cwd();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  process.chdir(here);
  try {
    return { code: await longshoreHere(args), bytes: Buffer.from(said.stdout), ...said };
  } finally {
    process.chdir(before);
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}

/** The same from standard input. */
function pipe(input: string, ...flags: string[]): Promise<Ran> {
  return longshore(["ftp", ...flags, `ftp://ada@${host}/`], { cwd: here, env: asAda, input });
}

const told = ({ code, stdout, stderr }: Ran): object => ({ code, stdout, stderr });

describe("a script", () => {
  it("does one command after the other, and says nothing beside what they print", async () => {
    const ran = await run(
      "cd pub; pwd; get 'two words.txt'; put 'two words.txt' copy\\ of; cat \"copy of\"; ls -1",
    );
    expect(told(ran)).toEqual({
      code: 0,
      stdout: "/pub\ntwo\ncopy of\ndata.bin\nhello.txt\ntwo words.txt\n",
      stderr: "",
    });
    expect(readFileSync(join(here, "two words.txt"), "utf8")).toBe("two\n");
  });

  it("comes from standard input, with comments and empty lines", async () => {
    const ran = await pipe("# what is there?\n\ncd pub\nsize hello.txt; modtime hello.txt\n");
    expect(ran.stdout).toMatch(/^6\thello\.txt\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\thello\.txt\n$/);
    expect(ran.code).toBe(0);
  });

  it("ends at the first command that fails, and the exit code tells", async () => {
    const ran = await pipe("cd pub\ncd nowhere\ndelete hello.txt\n");
    expect(told(ran)).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^longshore: line 2: .*CWD nowhere.*"550 .*"\n$/),
    });
    expect(existsSync(join(there, "pub/hello.txt"))).toBe(true);
    expect(told(await run("nope; delete pub/hello.txt"))).toMatchObject({ code: 2 });
    expect(existsSync(join(there, "pub/hello.txt"))).toBe(true);
  });

  it("goes on behind a command that may fail", async () => {
    const ran = await run("-mkdir pub; cd pub; pwd");
    expect(told(ran)).toMatchObject({
      code: 0,
      stdout: "/pub\n",
      stderr: expect.stringContaining("MKD pub"),
    });
  });

  it("goes on with --keep-going, and its exit code tells all the same", async () => {
    const ran = await pipe("cd nowhere\nnope\npwd\n", "--keep-going");
    expect(ran.stdout).toBe("/\n");
    expect(ran.stderr).toMatch(/^longshore: line 1: .*\nlongshore: line 2: there is no command nope/);
    expect(ran.code).toBe(2);
  });

  it("ends where bye stands", async () => {
    expect(told(await pipe("pwd\nbye\npwd\n"))).toMatchObject({ code: 0, stdout: "/\n" });
    expect(told(await run("bye; pwd"))).toMatchObject({ code: 0, stdout: "" });
  });

  it.each([
    ["get", /usage: get REMOTE \[LOCAL\]/],
    ["pwd x", /pwd stands alone/],
    ['get "x', /a " is not closed/],
    ["get pub/", /is a directory: get a file in it, or the whole with mirror/],
    ["mget *.none", /nothing fits \*\.none/],
    ["ls -x", /-x is no flag here: there are -1, .*comes behind --/],
    ["chmod rwx pub", /rwx is no mode: write it in octal/],
    ["verbose maybe", /maybe is neither on nor off/],
    ["lcd /nowhere", /\/nowhere cannot be entered \(ENOENT/],
    ["put -", /reads standard input itself/],
    ["put nofile", /nofile cannot be read/],
    ["quote RETR x", /opens a data connection: take ls, nlist, get/],
    ["user", /nobody can be asked: write user NAME/],
    ["close; ls", /not connected: open HOST or open URL first/],
    ["open ftp://h/ 21", /a URL has its port in it/],
    ["open 127.0.0.1 1", /check the host, the port/],
  ])("%s is told with what to do", async (commands, message) => {
    const ran = await run(commands);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.match(/\n/g)).toHaveLength(1);
    expect(ran.code).toBeGreaterThan(0);
  });

  it("that cannot connect does nothing", async () => {
    const ran = await longshore(["ftp", "-c", "!echo not here", "--keep-going", "ftp://127.0.0.1:1/"]);
    expect(told(ran)).toMatchObject({ code: 1, stdout: "" });
  });
});

describe("a session", () => {
  it("takes patterns: mget, mput, mdelete, ls", async () => {
    for (const name of ["a1", "a2", "b1"]) writeFileSync(join(here, name), name);
    const ran = await run(
      "cd pub; mget *.txt; mput a* b?; mdelete hello.txt [ab]1; ls -1 a* *.txt; ls *.bin",
    );
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toMatch(/^a2\ntwo words\.txt\n- +100000 .*data\.bin\n$/);
    expect(readFileSync(join(here, "hello.txt"), "utf8")).toBe("hello\n");
    expect(existsSync(join(here, "data.bin"))).toBe(false);
  });

  it("goes on with what stands: append, reput, reget", async () => {
    writeFileSync(join(here, "part"), "one ");
    writeFileSync(join(here, "whole"), "one one two");
    const ran = await run(
      "put part x; append part x; reput whole x; cat x; !printf 'one o' > got\nreget x got",
    );
    expect(told(ran)).toEqual({ code: 0, stdout: "one one two", stderr: "" });
    expect(readFileSync(join(here, "got"), "utf8")).toBe("one one two");
  });

  it("changes what is there: mkdir, rename, chmod, delete, rmdir", async () => {
    const commands = `mkdir -p a/b/c; rename pub/hello.txt a/; chmod 600 a/hello.txt; dir a; rmdir a/b/c; delete a/hello.txt;
      ls -1 a; rmdir -r a; ls -1`;
    const ran = await run(commands);
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toMatch(/^-rw-------.* hello\.txt\n(?:.* b\n)?b\npub\n$/m);
  });

  it("goes where it is told: cd, cd -, cdup, lcd, lpwd", async () => {
    mkdirSync(join(here, "below"));
    const ran = await run("cd pub; cd /; cd -; pwd; cdup; pwd; cd pub; cd; pwd; lcd below; lpwd");
    expect(ran.stdout).toBe(`/pub\n/\n/\n${join(here, "below")}\n`);
  });

  it("mirrors both ways", async () => {
    const ran = await run(
      "mirror pub; rename pub/hello.txt pub/renamed; mirror -R -e pub; ls -1 pub; mirror --dry-run pub",
    );
    expect(ran.stdout).toBe("data.bin\nhello.txt\ntwo words.txt\n");
    expect(ran.code).toBe(0);
    expect(readFileSync(join(here, "pub/hello.txt"), "utf8")).toBe("hello\n");
  });

  it("transfers text with either side's line ends in ascii", async () => {
    const ran = await run("ascii; get pub/hello.txt text; binary; put text copy; size copy");
    expect(ran.stdout).toBe("6\tcopy\n");
    expect(readFileSync(join(here, "text"), "utf8")).toBe("hello\n");
  });

  it("opens data connections from either side", async () => {
    const ran = await run("active; nlist pub; status; passive; nlist pub; status");
    expect(ran.stdout).toMatch(
      /data connection: EPRT\n[\s\S]*passive: off[\s\S]*data connection: EPSV\n[\s\S]*passive: on/,
    );
  });

  it("puts under a temporary name, or in place", async () => {
    writeFileSync(join(here, "up.txt"), "up");
    const lines = async (commands: string): Promise<readonly string[] | null> =>
      (await run(`debug on; lcd ${here}; ${commands}`)).stderr.match(/(?:STOR|RNTO) .*/g);
    // Our server holds an upload to its size, and so needs no other name.
    expect(await lines("put up.txt")).toEqual(["STOR up.txt"]);
    expect(await lines("ascii; put up.txt")).toEqual(["STOR up.txt.longshore-part", "RNTO up.txt"]);
    expect(await lines("temporary off; put up.txt; mput up.*")).toEqual(["STOR up.txt", "STOR up.txt"]);
    const mirrored = await lines(
      `temporary off; mirror -R ${here} new; temporary on; mirror -R ${here} newer`,
    );
    expect(mirrored).toEqual(["STOR /new/up.txt", "STOR /newer/up.txt"]);
  });

  it("sends lines of one's own, and shows the reply", async () => {
    expect(told(await run("quote NOOP"))).toEqual({ code: 0, stdout: "200 Still here.\n", stderr: "" });
    const refused = await run("site nonsense");
    expect(refused.stdout).toMatch(/^50\d /);
    expect(refused.stderr).toMatch(/the server refused it: "50\d /);
    expect((await run("quote CWD pub; pwd; system; features; rhelp; rstatus")).stdout).toMatch(
      /^250 .*\n\/pub\n215 UNIX[\s\S]*\n211 [\s\S]*\n214 /,
    );
  });

  it("shows replies with verbose and everything with debug, but no password", async () => {
    const verbose = await run("verbose on; cd pub; get hello.txt");
    expect(verbose.stderr).toMatch(
      /^verbose: on\n250 .*\n150 .*\n226 .*\nhello\.txt: 6 B in [\d.]+ s \(.*\/s\)\n/,
    );
    const debug = await run("cd pub", "--debug");
    expect(debug.stderr).toMatch(
      /^220 [\s\S]*---> USER ada\n331 .*\n---> PASS \*+\n230 [\s\S]*---> CWD pub\n250 /,
    );
    expect(debug.stderr).not.toContain("sesame");
  });

  it("marks bytes with hash", async () => {
    const ran = await run("hash 10000; get pub/data.bin");
    expect(ran.stderr).toBe("hash: a # for 10000 bytes\n##########\n");
  });

  it("logs in as somebody else", async () => {
    const ran = await inProcess(["ftp", "-c", "status; user ada 'open sesame'; put pw", `ftp://${host}/`]);
    expect(ran.stdout).toMatch(/as anonymous\n/);
    expect(ran.stderr).toMatch(/pw cannot be read/);
    writeFileSync(join(here, "pw"), "x");
    const put = ["ftp", "-c", "user ada 'open sesame'; put pw; status", `ftp://${host}/pub`];
    expect((await inProcess(put)).stdout).toMatch(/as ada\n[\s\S]*directory there: \/\n/);
    const wrong = ["ftp", "-c", "user ada wrong; ls", `ftp://${host}/`];
    expect((await inProcess(wrong)).stderr).toMatch(/check the user and the password/);
  });

  it("connects again where the server has closed it (421), to where it was", async () => {
    const commands = "cd pub; !sleep 1\npwd; quote NOOP";
    const ran = await inProcess(["ftp", "-c", commands, `ftp://ada@${briefHost}/`], asAda);
    expect(ran.stderr).toMatch(/^.*421.*; connecting again\n$/);
    expect(told(ran)).toMatchObject({ code: 0, stdout: "/pub\n200 Still here.\n" });
  });

  it("tells what every command is for", async () => {
    const ran = await inProcess(["ftp", "-c", "help; help ge; ? !"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^open URL[\s\S]*\nmget PATTERN\.\.\. +get files by patterns/);
    expect(ran.stdout).toMatch(/get REMOTE \[LOCAL\]\n {2}get a file.*\n {2}also: recv\n!\[COMMAND\]\n/);
  });
});

describe("at a terminal", () => {
  /** Types each answer when what stands before it has been shown behind what was shown for the one before. */
  function typing(...steps: readonly (readonly [shown: RegExp, answer: string])[]) {
    let step = 0;
    let seen = 0;
    return (drawn: string): string | undefined => {
      const shown = drawn.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, "");
      const [pattern, answer] = steps[step] ?? [];
      if (pattern === undefined || !pattern.test(shown.slice(seen))) return undefined;
      step++;
      seen = shown.length;
      return answer;
    };
  }

  it("a failed login leaves the session there, and user tries again", async () => {
    const { code, shown } = await inTerminal(
      `exec $longshore ftp ada@${host}`,
      typing(
        [/Password for ada/, "wrong\r"],
        [/ftp> $/, "ls\r"],
        [/user NAME for 127\.0\.0\.1 again[\s\S]*ftp> $/, "user ada\r"],
        [/Password for ada/, "open sesame\r"],
        [/ada@127\.0\.0\.1:\/> $/, "cd pub\r"],
        [/ada@127\.0\.0\.1:\/pub> $/, "\u0004"],
      ),
      { env: state },
    );
    expect(shown).toMatch(/check the user and the password/);
    expect(shown).not.toMatch(/sesame|wrong/);
    expect(code).toBe(0);
  });

  it("-e runs before anything is typed; several lines may come at once", async () => {
    const { code, shown } = await inTerminal(
      `exec $longshore ftp -e 'cd pub' ftp://ada@${host}/`,
      typing([/:\/pub> $/, "size hello.txt\rsize data.bin\rbye\r"]),
      { env: { ...state, ...asAda } },
    );
    expect(shown).toMatch(/6\s+hello\.txt[\s\S]*100000\s+data\.bin/);
    expect(code).toBe(0);
  });

  it("Ctrl-C at a question gives the command up, and the session goes on", async () => {
    const { code, shown } = await inTerminal(
      `exec $longshore ftp -e 'cd pub' ftp://ada@${host}/`,
      typing(
        [/:\/pub> $/, "mdelete *\r"],
        [/delete data\.bin\? \[y\/n\/a\/q\] $/, "\u0003"],
        [/interrupted[\s\S]*:\/pub> $/, "nope\r"],
        [/there is no command nope[\s\S]*> $/, "quit\r"],
      ),
      { env: { ...state, ...asAda } },
    );
    expect(code).toBe(0);
    expect(shown).toContain("interrupted");
    expect(existsSync(join(there, "pub/data.bin"))).toBe(true);
  });

  it("Ctrl-C at the name or the password leaves the session there, and in a program of ! is for that alone", async () => {
    const { code } = await inTerminal(
      `exec $longshore ftp ${host}`,
      typing(
        [/Name at 127\.0\.0\.1 \(anonymous\): $/, "\u0003"],
        [/interrupted[\s\S]*ftp> $/, `open ada@${host}\r`],
        [/Password for ada/, "\u0003"],
        [/interrupted[\s\S]*ftp> $/, "user\r"],
        [/Name at 127\.0\.0\.1 \(anonymous\): $/, "\r"],
        [
          /anonymous@127\.0\.0\.1:\/> $/,
          "!sh -c 'kill -INT $PPID; kill -INT $PPID; sleep 0.2; echo still'\r",
        ],
        [/still[\s\S]*anonymous@127\.0\.0\.1:\/> $/, "status\r"],
        [/connected to[\s\S]*anonymous@127\.0\.0\.1:\/> $/, "exit\r"],
      ),
      { env: state },
    );
    expect(code).toBe(0);
  });

  it("more shows a file with the pager", async () => {
    const { code, shown } = await inTerminal(
      `exec $longshore ftp -e 'more pub/hello.txt' ftp://ada@${host}/`,
      typing([/:\/> $/, "bye\r"]),
      { env: { ...state, ...asAda, PAGER: "tr a-z A-Z" } },
    );
    expect(shown).toContain("HELLO");
    expect(code).toBe(0);
  });

  it("SIGTERM ends it, and the terminal is as before", async () => {
    const { code, shown } = await inTerminal(
      `$longshore ftp ftp://ada@${host}/; echo "ended with $?"; stty -a | grep -o -- '-\\?icanon'`,
      typing([/:\/> $/, "!kill $PPID\r"]),
      { env: { ...state, ...asAda } },
    );
    expect(shown).toMatch(/ended by a signal[\s\S]*ended with 1\r\nicanon/);
    expect(code).toBe(0);
  });
});
