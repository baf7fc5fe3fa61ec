import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../src/index.ts";
import { buildCommand, longshore, type Ran, removeCommand } from "./command.ts";

beforeAll(buildCommand);
afterAll(removeCommand);

/** The same without a process of its own, for what needs none. */
async function here(args: readonly string[]): Promise<Omit<Ran, "bytes">> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      said[name] += text;
      return true;
    }),
  );
  try {
    return { code: await run(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Arguments, and what the one line on stderr has to say. */
const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
  [["lss"], /unknown command 'lss'; did you mean ls\? see longshore --help/],
  [["--color"], /unknown option '--color'; see longshore --help/],
  [
    ["help", "nope"],
    /unknown command 'nope'; there are: serve, ls, get, put, mirror, cat, stat, rm, mkdir, mv, chmod/,
  ],
  [["ls"], /missing required argument 'URL'; see longshore ls --help/],
  [["ls", "--bar", "ftp://h/"], /unknown option '--bar'; see longshore ls --help/],
  [["ls", "ftp://h/", "more"], /^longshore: more: a URL that begins with/],
  [["put", "file"], /missing required argument 'URL'/],
  [["mv", "ftp://h/x"], /missing required argument 'NEWPATH'/],

  [["ls", "pub"], /begins with ftp:\/\/, ftps:\/\/ or tftp:\/\//],
  [["ls", "http://h/"], /begins with ftp:\/\//],
  [["ls", "ftp://"], /there is no host in it/],
  [["ls", "ftp://u:se@cr:et@h:99999/"], /^longshore: ftp:\/\/u@h:99999\/: .*99999 is no port/],
  [["ls", "ftp://h/%zz"], /without two hexadecimal digits/],
  [["ls", "tftp://h/x"], /TFTP cannot list: .*use an ftp:\/\/ URL/],
  [["rm", "tftp://h/x"], /TFTP cannot remove/],
  [["mkdir", "tftp://h/x"], /TFTP cannot make directories/],
  [["mv", "tftp://h/x", "y"], /TFTP cannot rename/],
  [["get", "tftp://h"], /no TFTP URL/],
  [["get", "tftp://h/x;mode=mail"], /neither octet nor netascii/],
  [["get", "--tls", "tftp://h/x"], /TFTP cannot encrypt/],
  [["get", "ftp://h/d/"], /names a directory: .*longshore ls/],
  [["get", "ftp://h"], /names a directory/],
  [["get", "ftp://h/x;type=d"], /names a directory/],
  [["get", "ftp://h/..", "-"], /names a directory/],
  [["get", "ftp://h/x", "/nowhere/x"], /\/nowhere is no directory; make it first/],
  [["get", "ftp://h/x", "/nowhere/"], /\/nowhere\/ is no directory/],
  [["get", "--json", "ftp://h/x", "-"], /--json and - both want standard output/],
  [["put", "/nofile", "ftp://h/"], /\/nofile cannot be read \(ENOENT/],
  [["put", "/", "ftp://h/x"], /is a directory; -r puts it with everything below/],
  [["put", "-", "ftp://h/"], /standard input has no name/],
  [["put", "/etc/hostname", "ftp://h/x;type=d"], /;type=d lists a directory/],
  [["rm", "ftp://h/"], /names no file/],
  [["mv", "ftp://h/x", "ftp://u:secret@h/y"], /NEWPATH is a path on the same server, .*ftp:\/\/u@h\/y/],
  [["mv", "ftp://h/x", ""], /NEWPATH is empty/],
  [["ls", "--tls", "ftps://h/"], /take away one of them/],
  [["ls", "--insecure", "ftp://h/"], /add --tls, or use an ftps:\/\/ URL/],
  [["ls", "--tls", "--ca", "/nofile", "ftp://h/"], /--ca: \/nofile cannot be read/],
  [["ls", "--tls", "--ca", "/etc/hostname", "ftp://h/"], /holds no certificate in PEM form/],
  [["probe", "--family", "4", "ftp://[::1]:1/"], /::1 is an address of IPv6: it cannot be reached over IPv4/],
  [
    ["probe", "--family", "6", "ftp://127.0.0.1:1/"],
    /127\.0\.0\.1 is an address of IPv4: it cannot be reached over IPv6/,
  ],

  [["serve", "/nowhere"], /\/nowhere cannot be served \(ENOENT/],
  [["serve", "/etc/hostname"], /is no directory/],
  [["serve", "--ftp-port", "70000"], /a port is a number from 0 to 65535; see longshore serve --help/],
  [["serve", "--ftp-port"], /argument missing/],
  [["serve", "--log", "loud"], /Allowed choices are pretty, json, off/],
  [["serve", "--passive-ports", "9-3"], /such as 50000-50100/],
  [["serve", "--public-address", "::1"], /write an IPv4 address/],
  [["serve", "--idle-timeout", "soon"], /whole seconds/],
  [["serve", "--max-sessions", "-1"], /a whole number/],
  [["serve", "--no-ftp", "--no-tftp"], /nothing is left to serve/],
  [["serve", "--no-anonymous"], /nobody who could log in/],
  [
    ["serve", "--user", ":secret"],
    /^longshore: --user: write NAME:PASSWORD, NAME:PASSWORD:ro or NAME:PASSWORD:rw$/m,
  ],
  [
    ["serve", "--user", "a:secret", "--user", "a:other"],
    /^longshore: --user: a comes twice; name each user once$/m,
  ],
  [["serve", "--require-tls"], /--require-tls needs --tls-cert and --tls-key/],
  [["serve", "--tls-cert", "/x"], /go together/],
  [["serve", "--tls-cert", "/x", "--tls-key", "/x"], /--tls-cert: \/x cannot be read/],
  [["serve", "--tls-cert", "/etc/hostname", "--tls-key", "/etc/hostname"], /cannot be used together/],
  [["serve", "--tls-self-signed", "--tls-key", "/x"], /take away --tls-cert and --tls-key/],
  [["serve", "--ftps-port", "0"], /--ftps-port needs --tls-cert/],
];

describe("wrong usage", () => {
  it.each(wrong)("%j", async (args, says) => {
    const { code, stdout, stderr } = await here(args);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toMatch(/secret|se@cr/);
  });

  it("is what a process ends with, too", async () => {
    for (const [args, says] of [
      [["ls", "ftp://ada@h/"], /set LONGSHORE_PASSWORD, there is no terminal to ask at/],
      [["serve", "--user", "ada"], /set LONGSHORE_PASSWORD/],
      [["lss"], /did you mean ls\?/],
    ] as const) {
      const { code, stdout, stderr } = await longshore(args);
      expect(stderr).toMatch(says);
      expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    }
  });

  it("without a command shows the help, and is wrong all the same", async () => {
    const { code, stdout, stderr } = await here([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: longshore");
  });
});

describe("what cannot be reached", () => {
  it.each([
    ["ftp://127.0.0.1:1/x", /ECONNREFUSED 127\.0\.0\.1:1; check the host, the port and the network/],
    ["ftp://nowhere.invalid/x", /ENOTFOUND nowhere\.invalid; check the host/],
    ["tftp://nowhere.invalid/x", /nowhere\.invalid has no address.*; check the host/],
  ])("%s", async (url, says) => {
    const { code, stdout, stderr } = await here(["get", url, "-"]);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });

  it("a host that is not this machine's cannot be listened on", async () => {
    const { code, stdout, stderr } = await here(["serve", "--host", "192.0.2.77", "--log", "json"]);
    expect(stderr).toMatch(
      /^longshore: cannot serve ftp on 192\.0\.2\.77: .*; give --host an address of this machine\n$/,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});

describe("help", () => {
  it.each([
    [["--help"], ["serve [options] [DIR]", "Exit codes", "longshore get tftp://"]],
    [["help"], ["Commands:"]],
    [["help", "get"], ["Usage: longshore get [options] <URL...> [LOCAL]"]],
    [
      ["serve", "--help"],
      ["--passive-ports", "--public-address", "--max-sessions-per-address", "SIGINT", "Examples:"],
    ],
    [
      ["ls", "--help"],
      ["--json", "--tls", "--ca", "--insecure", "LONGSHORE_PASSWORD", "Examples:"],
    ],
    [
      ["get", "--help"],
      ["LOCAL is a file", "- for standard output", ";type=a", "Examples:"],
    ],
    [
      ["put", "--help"],
      ["- for standard input", "Examples:"],
    ],
    [
      ["rm", "--help"],
      ["a slash at the URL's end", "Examples:"],
    ],
    [
      ["mkdir", "--help"],
      ["--parents", "Examples:"],
    ],
    [
      ["mv", "--help"],
      ["NEWPATH", "Examples:"],
    ],
  ] as const)("%j", async (args, parts) => {
    const { code, stdout, stderr } = await here(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const part of parts) expect(stdout).toContain(part);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("--version is a version", async () => {
    const { code, stdout } = await longshore(["--version"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
