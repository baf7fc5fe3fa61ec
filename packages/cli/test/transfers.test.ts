import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTftpServer } from "@longshore/tftp-endpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCertificate } from "../src/serve/certificate.ts";
import {
  anyPorts,
  buildCommand,
  longshore,
  type Ran,
  removeCommand,
  type Serving,
  serve,
  shell,
} from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-cli-"));
const root = join(folder, "served");
const certificate = join(folder, "cert.pem");
const big = randomBytes(3_000_000);

let server: Serving;
let ftp = "";
let tftp = "";
let ftps = "";

beforeAll(async () => {
  mkdirSync(join(root, "pub"), { recursive: true });
  writeFileSync(join(root, "hello.txt"), "hello\n");
  writeFileSync(join(root, "lines.txt"), "one\ntwo\n");
  writeFileSync(join(root, "big.bin"), big);
  writeFileSync(join(root, "empty"), "");
  writeFileSync(join(root, "endless"), "");
  truncateSync(join(root, "endless"), 20_000_000_000);
  await buildCommand();
  const { cert, key } = await makeCertificate("127.0.0.1");
  writeFileSync(certificate, cert);
  writeFileSync(join(folder, "key.pem"), key);
  const tls = ["--tls-cert", certificate, "--tls-key", join(folder, "key.pem"), "--ftps-port", "0"];
  const users = ["--user", "ada:se:cret", "--user", "bob:pw:ro"];
  server = await serve([root, ...anyPorts, ...tls, ...users, "--writable", "--log", "off"], { listeners: 3 });
  ftp = server.url("ftp");
  ftps = server.url("ftps");
  tftp = server.url("tftp");
});

afterAll(async () => {
  await removeCommand();
  rmSync(folder, { recursive: true, force: true });
});

let directories = 0;
/** An empty directory to work in. */
function place(): string {
  const path = join(folder, `place-${++directories}`);
  mkdirSync(path);
  return path;
}

const served = (path: string): string => readFileSync(join(root, path), "utf8");
const as = (user: string, url: string): string => url.replace("://", `://${user}@`);

function expectDone(ran: Ran): void {
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
}

function expectFailed(ran: Ran, says: RegExp): void {
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).toMatch(/^longshore: [^\n]+\n$/);
  expect(ran.code).toBe(1);
}

describe.each(["ftp", "tftp"] as const)("get over %s", (scheme) => {
  const url = (name: string): string => `${server.url(scheme)}/${name}`;

  it("writes into the current directory under the file's name, and says nothing", async () => {
    const cwd = place();
    const ran = await longshore(["get", url("big.bin")], { cwd });
    expectDone(ran);
    expect(ran.stdout).toBe("");
    expect(readFileSync(join(cwd, "big.bin")).equals(big)).toBe(true);
    expect(readdirSync(cwd)).toEqual(["big.bin"]);
  });

  it("writes into a directory, and over a file", async () => {
    const cwd = place();
    mkdirSync(join(cwd, "into"));
    writeFileSync(join(cwd, "old"), "old");
    expectDone(await longshore(["get", url("hello.txt"), "into"], { cwd }));
    expectDone(await longshore(["get", url("empty"), "old"], { cwd }));
    expect(readFileSync(join(cwd, "into/hello.txt"), "utf8")).toBe("hello\n");
    expect(readFileSync(join(cwd, "old"), "utf8")).toBe("");
  });

  it("follows symbolic links, also to where nothing stands yet", async () => {
    const cwd = place();
    const elsewhere = place();
    writeFileSync(join(elsewhere, "target"), "old");
    symlinkSync(join(elsewhere, "target"), join(cwd, "link"));
    symlinkSync(join(elsewhere, "new"), join(cwd, "dangling"));
    expectDone(await longshore(["get", url("hello.txt"), "link"], { cwd }));
    expectDone(await longshore(["get", url("hello.txt"), "dangling"], { cwd }));
    expect(readlinkSync(join(cwd, "link"))).toBe(join(elsewhere, "target"));
    expect(readFileSync(join(elsewhere, "target"), "utf8")).toBe("hello\n");
    expect(lstatSync(join(cwd, "dangling")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(elsewhere, "new"), "utf8")).toBe("hello\n");
  });

  it("writes to devices and pipes, and never in their place", async () => {
    const cwd = place();
    expectDone(await longshore(["get", url("hello.txt"), "/dev/null"]));
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    const ran = await shell(
      `mkfifo pipe && { cat pipe & $longshore get ${url("big.bin")} pipe > said; wait; }`,
      {
        cwd,
      },
    );
    expectDone(ran);
    expect(ran.bytes.equals(big)).toBe(true);
    expect(lstatSync(join(cwd, "pipe")).isFIFO()).toBe(true);
    expectFailed(await longshore(["get", url("hello.txt"), "/dev/full"]), /ENOSPC/);
    expect(lstatSync("/dev/full").isCharacterDevice()).toBe(true);
  });

  it("writes to standard output, byte for byte", async () => {
    const ran = await longshore(["get", url("big.bin"), "-"]);
    expectDone(ran);
    expect(ran.bytes.equals(big)).toBe(true);
    expect((await longshore(["get", url("empty"), "-"])).bytes).toHaveLength(0);
  });

  it("ends in silence when nobody reads on", async () => {
    const ran = await shell(
      `{ $longshore get ${url("endless")} -; echo "code $?" >&2; } | head -c 5 | wc -c`,
    );
    expect(ran.stdout.trim()).toBe("5");
    expect(ran.stderr).toBe("code 0\n");
  });

  it("tells when standard output cannot be written", async () => {
    const ran = await shell(`$longshore get ${url("big.bin")} - > /dev/full`);
    expectFailed(ran, /standard output cannot be written \(ENOSPC/);
  });

  it("tells what was got, as JSON", async () => {
    const cwd = place();
    const { stdout } = await longshore(["get", "--json", url("big.bin"), "copy"], { cwd });
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({
      url: url("big.bin"),
      path: "copy",
      bytes: big.length,
      verified: scheme === "ftp" ? "size" : "none",
      milliseconds: expect.any(Number),
    });
  });

  it("leaves what stood there when the file is missing", async () => {
    const cwd = place();
    writeFileSync(join(cwd, "old"), "old");
    const says = scheme === "ftp" ? /RETR missing with "550 / : /ERROR 1: File not found/;
    expectFailed(await longshore(["get", url("missing"), "old"], { cwd }), says);
    expectFailed(await longshore(["get", url("missing")], { cwd }), says);
    expect(readdirSync(cwd)).toEqual(["old"]);
    expect(readFileSync(join(cwd, "old"), "utf8")).toBe("old");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("clears away what is half done on %s", async (signal) => {
    const cwd = place();
    writeFileSync(join(cwd, "endless"), "old");
    const ran = await longshore(["get", url("endless")], {
      cwd,
      started(child) {
        // Once it writes, there is another name beside the old one.
        const timer = setInterval(() => {
          if (readdirSync(cwd).length < 2) return;
          clearInterval(timer);
          child.kill(signal);
        }, 20);
        child.once("close", () => clearInterval(timer));
      },
    });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 1, stderr: "longshore: interrupted\n" });
    expect(readdirSync(cwd)).toEqual(["endless"]);
    expect(readFileSync(join(cwd, "endless"), "utf8")).toBe("old");
  });
});

describe.each(["ftp", "tftp"] as const)("put over %s", (scheme) => {
  const url = (name: string): string => `${server.url(scheme)}/${scheme}-${name}`;

  it("puts files, empty ones too", async () => {
    const cwd = place();
    writeFileSync(join(cwd, "up"), big);
    writeFileSync(join(cwd, "nothing"), "");
    const ran = await longshore(["put", "up", url("up")], { cwd });
    expectDone(ran);
    expect(ran.stdout).toBe("");
    expect(readFileSync(join(root, `${scheme}-up`)).equals(big)).toBe(true);
    expectDone(await longshore(["put", "nothing", url("nothing")], { cwd }));
    expect(served(`${scheme}-nothing`)).toBe("");
  });

  it("puts into a directory under the file's own name", async () => {
    const cwd = place();
    const name = `a 'q"ü%41#?;x ${scheme}`;
    writeFileSync(join(cwd, name), "named");
    expectDone(await longshore(["put", name, `${server.url(scheme)}/pub/`], { cwd }));
    expectDone(await longshore(["put", name, server.url(scheme)], { cwd }));
    expect(served(`pub/${name}`)).toBe("named");
    expect(served(name)).toBe("named");
  });

  it("puts standard input, pipes and what links lead to", async () => {
    const cwd = place();
    const elsewhere = place();
    writeFileSync(join(elsewhere, "target"), "linked");
    symlinkSync(join(elsewhere, "target"), join(cwd, "link"));
    expectDone(await longshore(["put", "-", url("stdin")], { cwd, input: big }));
    expect(readFileSync(join(root, `${scheme}-stdin`)).equals(big)).toBe(true);
    expectDone(await longshore(["put", "link", url("link")], { cwd }));
    expect(served(`${scheme}-link`)).toBe("linked");
    const line = `mkfifo pipe && { echo piped > pipe & $longshore put pipe ${url("pipe")}; wait; }`;
    expectDone(await shell(line, { cwd }));
    expect(served(`${scheme}-pipe`)).toBe("piped\n");
  });

  it("tells what was put, as JSON", async () => {
    const cwd = place();
    writeFileSync(join(cwd, "up"), "12345");
    const { stdout } = await longshore(["put", "--json", "up", url("json")], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      url: url("json"),
      path: `${scheme}-json`,
      bytes: 5,
      verified: scheme === "ftp" ? "size" : "none",
      ...(scheme === "ftp" ? { placement: "whole" } : {}),
      milliseconds: expect.any(Number),
    });
  });

  it("tells a refusal in one line", async () => {
    const ran = await longshore(["put", "-", `${server.url(scheme)}/no/such/place`], { input: "x" });
    expectFailed(ran, scheme === "ftp" ? /STOR no\/such\/place with "55/ : /ERROR 1/);
  });

  it("leaves nothing on the server on SIGINT", async () => {
    const before = readdirSync(root);
    const ran = await longshore(["put", "/dev/zero", url("zero")], {
      started(child) {
        const timer = setInterval(() => {
          if (readdirSync(root).length === before.length) return;
          clearInterval(timer);
          child.kill("SIGINT");
        }, 20);
        child.once("close", () => clearInterval(timer));
      },
    });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 1, stderr: "longshore: interrupted\n" });
    await expect.poll(() => readdirSync(root), { timeout: 10_000 }).toEqual(before);
  });
});

describe("text", () => {
  it(";type=a goes over the wire with CR LF, and comes out with LF", async () => {
    const cwd = place();
    const got = await longshore(["get", "--json", `${ftp}/lines.txt;type=a`], { cwd });
    expect(JSON.parse(got.stdout)).toMatchObject({ bytes: "one\r\ntwo\r\n".length, path: "lines.txt" });
    expect(readFileSync(join(cwd, "lines.txt"), "utf8")).toBe("one\ntwo\n");
    const put = await longshore(
      ["put", "--json", "lines.txt", `${ftp}/text/;type=a`.replace("text", "pub")],
      { cwd },
    );
    expect(JSON.parse(put.stdout)).toMatchObject({ bytes: "one\r\ntwo\r\n".length, path: "pub/lines.txt" });
    expect(served("pub/lines.txt")).toBe("one\ntwo\n");
    const image = await longshore(["get", "--json", `${ftp}/lines.txt;type=i`], { cwd });
    expect(JSON.parse(image.stdout)).toMatchObject({ bytes: "one\ntwo\n".length, verified: "size" });
  });

  it(";mode=netascii is asked for, both ways", async () => {
    const seen: string[] = [];
    const other = createTftpServer({
      port: 0,
      handler: {
        read: ({ operation, mode, filename }) => {
          seen.push(`${operation} ${mode} ${filename}`);
          return "one\ntwo\n";
        },
      },
    });
    const { port } = await other.listen();
    const got = await longshore(["get", `tftp://127.0.0.1:${port}/a%20file;mode=netascii`, "-"]);
    await longshore(["get", `tftp://127.0.0.1:${port}/a file`, "-"]);
    await other.close();
    expect(got.stdout).toBe("one\ntwo\n");
    expect(seen).toEqual(["read netascii a file", "read octet a file"]);
    expectDone(await longshore(["put", "-", `${tftp}/netascii.txt;mode=netascii`], { input: "a\nb\r\n" }));
    expect(served("netascii.txt").replaceAll("\r\n", "\n")).toBe("a\nb\n");
  });
});

describe("names", () => {
  it.each([
    ["a b 'q\" ü.txt", "a%20b%20'q%22%20%C3%BC.txt"],
    ["raw b 'q\" ü €.txt", "raw b 'q\" ü €.txt"],
    ["100%.txt", "100%25.txt"],
    ["x;type=a", "x%3Btype=a"],
    ["-dash", "-dash"],
    ["back\\slash*[1]?", "back\\slash*[1]?"],
  ])("%s", async (name, encoded) => {
    writeFileSync(join(root, "pub", name), name);
    const cwd = place();
    expectDone(await longshore(["get", `${ftp}//pub/${encoded}`], { cwd }));
    expect(readdirSync(cwd)).toEqual([name]);
    expect(readFileSync(join(cwd, name), "utf8")).toBe(name);
  });
});

describe("ls", () => {
  beforeAll(() => {
    mkdirSync(join(root, "list/sub"), { recursive: true });
    mkdirSync(join(root, "bare"));
    writeFileSync(join(root, "list/plain.txt"), "12345");
    writeFileSync(join(root, 'list/"quoted" .txt'), "");
    symlinkSync("plain.txt", join(root, "list/link"));
  });

  it("shows an entry a line", async () => {
    const { code, stdout } = await longshore(["ls", `${ftp}/list/`]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n").sort();
    expect(lines).toEqual([
      expect.stringMatching(/^- {14}0 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}"quoted" \.txt$/),
      expect.stringMatching(/^- {14}5 {2}\S+ \S+Z {2}plain\.txt$/),
      expect.stringMatching(/^d .* sub$/),
      expect.stringMatching(/^l .* link -> plain\.txt$/),
    ]);
  });

  it("--json is an array for programs", async () => {
    const { stdout } = await longshore(["ls", "--json", `${ftp}/list`]);
    const entries = JSON.parse(stdout) as { name: string }[];
    const names = entries.map(({ name }) => name).sort();
    expect(names).toEqual(['"quoted" .txt', "link", "plain.txt", "sub"]);
    expect(entries.find(({ name }) => name === "plain.txt")).toMatchObject({
      type: "file",
      size: 5,
      modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(entries.find(({ name }) => name === "link")).toMatchObject({ type: "link", target: "plain.txt" });
    expect(JSON.parse((await longshore(["ls", "--json", `${ftp}/bare`])).stdout)).toEqual([]);
  });

  it(";type=d lists names", async () => {
    const { stdout } = await longshore(["ls", `${ftp}/list;type=d`]);
    expect(stdout.trimEnd().split("\n").sort()).toEqual([
      'list/"quoted" .txt',
      "list/link",
      "list/plain.txt",
      "list/sub",
    ]);
    const json = await longshore(["ls", "--json", `${ftp}/bare/;type=d`]);
    expect(JSON.parse(json.stdout)).toEqual([]);
  });

  it("shows a file alone, and refuses what is not there", async () => {
    const { code, stdout } = await longshore(["ls", `${ftp}/list/plain.txt`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^- {14}5 {2}\S+ \S+ {2}list\/plain\.txt\n$/);
    expectFailed(await longshore(["ls", `${ftp}/list/missing`]), /MLSD list\/missing with "5/);
    expectFailed(await longshore(["ls", `${ftp}/missing/`]), /MLSD missing\/ with "5/);
  });

  it("ends in silence when nobody reads on", async () => {
    const ran = await shell(`{ $longshore ls ${ftp}/list/; echo "code $?" >&2; } | true`);
    expect(ran.stderr).toBe("code 0\n");
  });
});

describe("mkdir, mv and rm", () => {
  it("make, rename, move and remove", async () => {
    const dir = `${ftp}/tree%20%C3%BC`;
    expectDone(await longshore(["mkdir", dir]));
    expectDone(await longshore(["mkdir", `${dir}/sub/`]));
    expectDone(await longshore(["put", "-", `${dir}/a`], { input: "a" }));
    expectDone(await longshore(["mv", `${dir}/a`, "tree ü/b c"]));
    expectDone(await longshore(["mv", `${dir}/b%20c`, "tree ü/sub/"]));
    expect(served("tree ü/sub/b c")).toBe("a");
    expectDone(await longshore(["mv", `${dir}/sub/`, "/moved"]));
    expectFailed(await longshore(["rm", `${ftp}/moved/`]), /RMD moved with "5.* not empty/);
    expectFailed(await longshore(["rm", `${ftp}/moved`]), /DELE moved with "5/);
    expectDone(await longshore(["rm", `${ftp}/moved/b c`]));
    expectDone(await longshore(["rm", `${ftp}/moved/`]));
    expectDone(await longshore(["rm", `${dir}/`]));
    expect(existsSync(join(root, "moved"))).toBe(false);
    expect(existsSync(join(root, "tree ü"))).toBe(false);
  });

  it("tell a refusal in one line", async () => {
    expectFailed(await longshore(["mkdir", `${ftp}/pub`]), /MKD pub with "5.* exists/);
    expectFailed(await longshore(["mv", `${ftp}/missing`, "x"]), /RNFR missing with "5/);
    expectFailed(await longshore(["rm", `${ftp}/missing`]), /DELE missing with "5/);
  });
});

describe("users and passwords", () => {
  it("come from the URL and from the environment", async () => {
    expectDone(await longshore(["ls", as("ada:se%3Acret", ftp)]));
    expectDone(await longshore(["ls", as("ada", ftp)], { env: { LONGSHORE_PASSWORD: "se:cret" } }));
    expectDone(await longshore(["ls", as("anonymous", ftp)]));
    const wrong = await longshore(["ls", as("ada", ftp)], { env: { LONGSHORE_PASSWORD: "wrong" } });
    expectFailed(wrong, /"530 .*check the user and the password/);
    expect(wrong.stderr).not.toContain("wrong");
  });

  it("decide what may be done", async () => {
    expectDone(await longshore(["put", "-", `${as("ada:se:cret", ftp)}/adas`], { input: "x" }));
    expectFailed(await longshore(["put", "-", `${as("bob:pw", ftp)}/bobs`], { input: "x" }), /"55\d /);
  });

  it("stay out of what is printed", async () => {
    const url = `${as("ada:se:cret", ftp)}/hello.txt`;
    const { stdout } = await longshore(["get", "--json", url, "/dev/null"]);
    expect(JSON.parse(stdout)).toMatchObject({ url: `${as("ada", ftp)}/hello.txt` });
  });
});

describe("TLS", () => {
  it("explicit and implicit, with a certificate to trust", async () => {
    const explicit = await longshore(["get", "--tls", "--ca", certificate, `${ftp}/big.bin`, "-"]);
    expectDone(explicit);
    expect(explicit.bytes.equals(big)).toBe(true);
    const implicit = await longshore(["get", "--ca", certificate, `${ftps}/big.bin`, "-"]);
    expectDone(implicit);
    expect(implicit.bytes.equals(big)).toBe(true);
    expectDone(await longshore(["put", "--tls", "--insecure", "-", `${ftp}/encrypted`], { input: big }));
    expect(readFileSync(join(root, "encrypted")).equals(big)).toBe(true);
    expectDone(await longshore(["ls", "--insecure", `${ftps}/`]));
  });

  it("trusts nobody unasked", async () => {
    const says = /TLS failed: .*certificate.*; trust its certificate with --ca FILE, or any with --insecure/;
    expectFailed(await longshore(["ls", "--tls", `${ftp}/`]), says);
    expectFailed(await longshore(["ls", `${ftps}/`]), says);
  });

  it("says which kind is wanted", async () => {
    expectFailed(
      await longshore(["ls", "--insecure", `${ftp.replace("ftp:", "ftps:")}/`]),
      /TLS failed: wrong version number; the server does not begin with TLS there/,
    );
  });
});

it("a store that nobody may write into is told of", async () => {
  const cwd = place();
  chmodSync(cwd, 0o555);
  const ran = await longshore(["get", `${ftp}/hello.txt`], { cwd });
  chmodSync(cwd, 0o755);
  // Root may write everywhere.
  if (process.getuid?.() === 0) expectDone(ran);
  else expectFailed(ran, /on this side: EACCES/);
});
