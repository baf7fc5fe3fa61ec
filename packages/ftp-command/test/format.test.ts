import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CommandEncodeError,
  type CommandEncodeErrorCode,
  createSecret,
  type FtpCommand,
  formatCommand,
  parseCommand,
  verbs,
} from "../src/index.ts";
import { anyCommand, commandOf } from "./arbitrary.ts";
import { cases } from "./cases.ts";
import { plain } from "./plain.ts";

/** The code of the error that formatting ends in. */
function refusal(command: FtpCommand): CommandEncodeErrorCode | undefined {
  try {
    formatCommand(command);
    return undefined;
  } catch (error) {
    if (!CommandEncodeError.isInstance(error)) throw error;
    return error.code;
  }
}

describe.each(verbs)("%s", (verb) => {
  test("parse(format(c)) is c, for every c that the row allows", () => {
    let ambiguous = 0;
    fc.assert(
      fc.property(commandOf(verb), (command) => {
        if (refusal(command) === "ambiguous") {
          ambiguous += 1;
          return;
        }
        const line = formatCommand(command);
        expect(line).not.toMatch(/[\r\n\0]/);
        const again = parseCommand(line);
        expect(again.ok && plain(again.command)).toEqual(plain(command));
      }),
      { numRuns: 200 },
    );
    // Only what is documented as such may be ambiguous, and of texts that were not made for it none is.
    expect(ambiguous).toBe(0);
  });

  test("what was parsed is formatted, and parsed to the same", () => {
    for (const [argument] of cases[verb].valid) {
      const first = parseCommand(`${verb.toLowerCase()} ${argument}`);
      if (!first.ok) throw first.error;
      const second = parseCommand(formatCommand(first.command));
      expect(second.ok && plain(second.command)).toEqual(plain(first.command));
    }
  });
});

test.each<[FtpCommand, string]>([
  [{ verb: "USER", username: "anonymous" }, "USER anonymous"],
  [{ verb: "PASS", password: createSecret("a b") }, "PASS a b"],
  [{ verb: "PASS", password: createSecret("") }, "PASS "],
  [{ verb: "PWD" }, "PWD"],
  [{ verb: "PWD", alias: "XPWD" }, "XPWD"],
  [{ verb: "RETR", path: " a file " }, "RETR  a file "],
  [{ verb: "LIST" }, "LIST"],
  [{ verb: "TYPE", type: "A" }, "TYPE A"],
  [{ verb: "TYPE", type: "A", form: "N" }, "TYPE A N"],
  [{ verb: "TYPE", type: "L", byteSize: 8 }, "TYPE L 8"],
  [{ verb: "REST", offset: 0 }, "REST 0"],
  [{ verb: "REST", offset: 2n ** 60n }, "REST 1152921504606846976"],
  [{ verb: "REST", offset: 7n }, "REST 7"],
  [{ verb: "ALLO", size: 10, recordSize: 80 }, "ALLO 10 R 80"],
  [{ verb: "EPSV", protocol: "ALL" }, "EPSV ALL"],
  [{ verb: "OPTS UTF8", state: "ON" }, "OPTS UTF8 ON"],
  [{ verb: "OPTS MLST", facts: ["type", "size"] }, "OPTS MLST type;size;"],
  [{ verb: "OPTS MODE", mode: "Z", level: 6 }, "OPTS MODE Z LEVEL 6"],
  [{ verb: "MDTM", path: "x", time: "20261121030405" }, "MDTM 20261121030405 x"],
  [
    { verb: "MFF", facts: [{ name: "Modify", value: "20261121030405" }], path: "x" },
    "MFF Modify=20261121030405; x",
  ],
  [{ verb: "XCRC", path: "my file", start: 0, end: 9 }, 'XCRC "my file" 0 9'],
  [{ verb: "XCRC", path: "my file" }, "XCRC my file"],
  [{ verb: "XCRC", path: "file 1" }, 'XCRC "file 1"'],
  [{ verb: "COMB", target: "a b", parts: ["c", 'd"e'] }, 'COMB "a b" c d"e'],
  [{ verb: "SITE CHMOD", permissions: 0o44, path: "x" }, "SITE CHMOD 044 x"],
  [{ verb: "SITE UTIME", path: "x", modified: "20261121030405" }, "SITE UTIME 20261121030405 x"],
  [{ verb: "SITE", text: "QUOTA" }, "SITE QUOTA"],
])("%o", (command, line) => {
  expect(formatCommand(command)).toBe(line);
});

describe("the caller's mistakes are thrown", () => {
  test.each<[FtpCommand, CommandEncodeErrorCode]>([
    [{ verb: "RETR", path: "a\r\nDELE b" }, "forbidden-character"],
    [{ verb: "RETR", path: "a\n" }, "forbidden-character"],
    [{ verb: "RETR", path: "a\0" }, "forbidden-character"],
    [{ verb: "PASS", password: createSecret("a\r\nQUIT") }, "forbidden-character"],
    [{ verb: "SITE", text: "x\r\nQUIT" }, "forbidden-character"],
    [{ verb: "OPTS", name: "X", parameters: "\n" }, "forbidden-character"],
    [{ verb: "RETR", path: "" }, "missing-argument"],
    [{ verb: "LIST", path: "" }, "missing-argument"],
    [{ verb: "ACCT", account: createSecret("") }, "missing-argument"],
    [{ verb: "COMB", target: "a", parts: [] }, "missing-argument"],
    [{ verb: "TYPE", type: "L", byteSize: 256 }, "bad-argument"],
    [{ verb: "TYPE", type: "L", byteSize: 1.5 }, "bad-argument"],
    [{ verb: "PBSZ", size: -1 }, "bad-argument"],
    [{ verb: "ALLO", size: -1n }, "bad-argument"],
    [{ verb: "MFMT", time: "20261321000000", path: "x" }, "bad-argument"],
    [{ verb: "SITE CHMOD", permissions: 0o10000, path: "x" }, "bad-argument"],
    [{ verb: "SITE CHMOD", permissions: Number.NaN, path: "x" }, "bad-argument"],
    [{ verb: "RANG", start: 5, end: 4 }, "bad-argument"],
    [{ verb: "HOST", host: "a b" }, "bad-argument"],
    [{ verb: "OPTS MLST", facts: ["a;b c"] }, "bad-argument"],
    [{ verb: "ADAT", data: createSecret("not base64") }, "bad-argument"],
    // Each of these would reach the peer as something else.
    [{ verb: "REST", offset: -1 }, "ambiguous"],
    [{ verb: "REST", offset: 1.5 }, "ambiguous"],
    [{ verb: "REST", offset: Number.NaN }, "ambiguous"],
    [{ verb: "REST", marker: "12" }, "ambiguous"],
    [{ verb: "MDTM", path: "20261121030405 x" }, "ambiguous"],
    [{ verb: "SITE", text: "chmod 644 x" }, "ambiguous"],
    [{ verb: "OPTS", name: "mlst", parameters: "type;" }, "ambiguous"],
    [{ verb: "OPTS", name: "A B" }, "ambiguous"],
    [{ verb: "OPTS MLST", facts: ["a;b"] }, "ambiguous"],
    [{ verb: "AUTH", mechanism: "tls" }, "ambiguous"],
    [
      {
        verb: "SITE UTIME",
        path: "x 20260101000000 20260101000000 20260101000000 UTC",
        modified: "20261121030405",
      },
      "ambiguous",
    ],
    [{ verb: "MFF", facts: [{ name: "X.a", value: "b;X.c=d" }], path: "x" }, "ambiguous"],
    [{ verb: "MFF", facts: [{ name: "X.a", value: "b c" }], path: "x" }, "bad-argument"],
  ])("%o: %s", (command, code) => {
    expect(refusal(command)).toBe(code);
  });

  test("what the types rule out is refused too", () => {
    const wrong: readonly [object, CommandEncodeErrorCode][] = [
      [{ verb: "NONE" }, "unknown-verb"],
      [{ verb: "XPWD" }, "unknown-verb"],
      [{ verb: "__proto__" }, "unknown-verb"],
      [{ verb: "PWD", alias: "XCWD" }, "ambiguous"],
      [{ verb: "PWD", alias: "NONE" }, "unknown-verb"],
      [{ verb: "PWD", alias: "QUIT\r\nDELE" }, "forbidden-character"],
      [{ verb: "PWD", path: "x" }, "ambiguous"],
      [{ verb: "RETR" }, "ambiguous"],
      [{ verb: "PROT", level: "p" }, "ambiguous"],
      [{ verb: "PROT", level: "X" }, "unsupported-parameter"],
    ];
    for (const [command, code] of wrong)
      expect(refusal(command as FtpCommand), JSON.stringify(command)).toBe(code);
  });

  test("no message tells a secret", () => {
    const secret = "hunter2";
    for (const command of [
      { verb: "PASS", password: createSecret(`${secret}\n`) },
      { verb: "ADAT", data: createSecret(`${secret} !`) },
    ] as const) {
      let message = "";
      try {
        formatCommand(command);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain(command.verb);
      expect(message).not.toContain(secret);
    }
  });

  test("an error is known by its marker", () => {
    expect(CommandEncodeError.isInstance(new CommandEncodeError("ambiguous", "x"))).toBe(true);
    expect(CommandEncodeError.isInstance(new Error("x"))).toBe(false);
    expect(CommandEncodeError.isInstance(undefined)).toBe(false);
  });
});

test("no text of a caller makes two lines of one", () => {
  const inject = fc.constantFrom("\r\nDELE x", "\nDELE x", "\rDELE x", "\0");
  fc.assert(
    fc.property(anyCommand, inject, (command, injected) => {
      const key = Object.entries(command).find(
        ([name, value]) => name !== "verb" && typeof value === "string",
      )?.[0];
      if (key === undefined) return;
      const bad = { ...command, [key]: `${String(Object(command)[key])}${injected}` };
      expect(refusal(bad as FtpCommand)).toBe("forbidden-character");
    }),
    { numRuns: 2000 },
  );
});
