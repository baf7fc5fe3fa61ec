import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { historyFile, historySize, memorable, openHistory } from "../src/shell/history.ts";
import { shellCommands } from "../src/shell/table.ts";

const root = mkdtempSync(join(tmpdir(), "longshore-history-"));
afterAll(() => rmSync(root, { recursive: true }));

const keep = (line: string): string | undefined => memorable(line, shellCommands);
const fail = (message: string): never => {
  throw new Error(message);
};

describe("what is kept of a line", () => {
  it.each([
    "ls",
    "cd a; get 'b c'",
    "!date",
    "open ftp://ada@h/",
    "quote NOOP",
    "site help",
    "ge x",
    "open h 2121",
  ])("%j as it is", (line) => expect(keep(line)).toBe(line));

  it.each([
    ["user ada secret", "user ada"],
    ["us ada secret account", "us ada"],
    ["open ftp://ada:secret@h/pub", "open ftp://ada@h/pub"],
    ["open ada:secret@h 2121", "open ada@h 2121"],
    ["ope 'ftp://ada:se cret@h/'", "ope ftp://ada@h/"],
    ["cd a; user ada secret; get 'b c'", "cd a; user ada; get b\\ c"],
  ])("%j without its password", (line, kept) => expect(keep(line)).toBe(kept));

  it.each([
    "quote PASS secret",
    "quote pass secret",
    "literal ACCT secret",
    "site pswd old secret",
    // Slips of the pen, which may be worth hiding.
    "usr ada secret",
    'user ada "secret',
    " get x",
    "",
    "  ",
  ])("nothing of %j", (line) => expect(keep(line)).toBeUndefined());
});

describe("the history", () => {
  it("is below XDG_STATE_HOME, which has to be absolute", () => {
    expect(historyFile({ XDG_STATE_HOME: "/x" })).toBe("/x/longshore/ftp-history");
    const usual = join(homedir(), ".local/state/longshore/ftp-history");
    for (const environment of [{}, { XDG_STATE_HOME: "" }, { XDG_STATE_HOME: "x" }])
      expect(historyFile(environment)).toBe(usual);
  });

  it("is there again, and its owner alone can read it", () => {
    const file = join(root, "new/longshore/ftp-history");
    const first = openHistory(file, fail);
    for (const line of ["ls", "ls", "pwd"]) first.add(line);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, "new/longshore")).mode & 0o777).toBe(0o700);
    expect(openHistory(file, fail).lines).toEqual(["ls", "pwd"]);
  });

  it("takes what others could read back", () => {
    const file = join(root, "open-to-all");
    writeFileSync(file, "ls\n");
    chmodSync(file, 0o644);
    expect(openHistory(file, fail).lines).toEqual(["ls"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("keeps the latest lines", () => {
    const file = join(root, "long");
    const lines = Array.from({ length: 3 * historySize }, (_, index) => `get ${index}`);
    writeFileSync(file, `${lines.join("\n")}\n`);
    const history = openHistory(file, fail);
    expect(history.lines).toEqual(lines.slice(-historySize));
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(historySize + 1);
    history.add("one more");
    expect(history.lines).toHaveLength(historySize);
    expect(history.lines.at(-1)).toBe("one more");
  });

  it("is kept for the session where it cannot be written, and says so once", () => {
    const file = join(root, "directory");
    mkdirSync(file);
    const told: string[] = [];
    const history = openHistory(file, (message) => told.push(message));
    history.add("ls");
    history.add("pwd");
    expect(history.lines).toEqual(["ls", "pwd"]);
    expect(told).toEqual([expect.stringMatching(/^the history is not kept: EISDIR/)]);
  });
});
