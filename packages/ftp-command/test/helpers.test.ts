import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  commandRow,
  createSecret,
  isSecret,
  isTimeVal,
  millisecondsToTimeVal,
  parseCommand,
  redactCommand,
  redactLine,
  splitListFlags,
  timeValToMilliseconds,
  verbs,
} from "../src/index.ts";
import { cases } from "./cases.ts";

describe("a secret", () => {
  const secret = createSecret("hunter2");

  test("is told only by reveal", () => {
    expect(secret.reveal()).toBe("hunter2");
    const shown = [
      String(secret),
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [{ secret }] }, { depth: 9, showHidden: true }),
      inspect(secret, { customInspect: false, showHidden: true }),
      Object.entries(secret).join(),
      Reflect.ownKeys(secret).map(String).join(),
      JSON.stringify(structuredClone({ ...secret })),
    ];
    for (const text of shown) expect(text).not.toContain("hunter2");
    expect(shown.slice(0, 4)).toEqual(["***", "***", '{"secret":"***"}', "***"]);
  });

  test("is known by its marker", () => {
    expect(isSecret(secret)).toBe(true);
    expect(isSecret("hunter2")).toBe(false);
    expect(isSecret(null)).toBe(false);
    expect(isSecret({ reveal: () => "x" })).toBe(false);
  });

  test("a command that holds one does not print it", () => {
    const result = parseCommand("PASS hunter2");
    expect(inspect(result, { depth: 9 })).not.toContain("hunter2");
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });
});

describe("redaction", () => {
  const secretGrammars = ["password", "account", "securityData"];
  const secretVerbs = verbs.filter((verb) => secretGrammars.includes(commandRow(verb).grammar));

  test("covers each verb whose argument is a secret, and no other", () => {
    expect(secretVerbs).toEqual(["PASS", "ACCT", "ADAT", "MIC", "CONF", "ENC"]);
    for (const verb of verbs) {
      for (const [argument] of cases[verb].valid) {
        const line = `${verb} ${argument}`;
        expect(redactLine(line)).toBe(secretVerbs.includes(verb) ? `${verb} ***` : line);
      }
    }
  });

  test("of a command", () => {
    expect(redactCommand({ verb: "PASS", password: createSecret("hunter2") })).toBe("PASS ***");
    expect(redactCommand({ verb: "RETR", path: "PASS x" })).toBe("RETR PASS x");
    expect(redactCommand({ verb: "PWD", alias: "XPWD" })).toBe("XPWD");
    // A log must not fail where sending would.
    expect(redactCommand({ verb: "PASS", password: createSecret("hunter2\r\n") })).toBe("PASS ***");
  });

  test.each([
    "PASS hunter2",
    "pass hunter2",
    "PaSs",
    "PASS  hunter2",
    "PASS\thunter2",
    "PASShunter2",
    "PASS:hunter2",
    " PASS hunter2",
    "\xff\xf4\xff\xf2PASS hunter2",
    "\r\nPASS hunter2\r\n",
    "PASSWORD hunter2",
    "\0PASS hunter2",
  ])("of a line: %j", (line) => {
    expect(redactLine(line)).toBe("PASS ***");
  });

  test("leaves other lines", () => {
    for (const line of ["PASV", "RETR PASS", "USER hunter2", "", "   ", "HELP PASS", "ſITE x"]) {
      expect(redactLine(line)).toBe(line);
    }
  });
});

test.each([
  ["", { flags: "" }],
  ["-la", { flags: "la" }],
  ["-la ", { flags: "la" }],
  ["-aln sub dir", { flags: "aln", path: "sub dir" }],
  ["-a -l dir", { flags: "al", path: "dir" }],
  ["-1 -- x", { flags: "1", path: "-- x" }],
  ["-a  x", { flags: "a", path: " x" }],
  ["dir -la", { flags: "", path: "dir -la" }],
  ["-", { flags: "", path: "-" }],
  ["-a/b", { flags: "", path: "-a/b" }],
  [" -a", { flags: "", path: " -a" }],
  ["-é", { flags: "", path: "-é" }],
])("the flags of %j", (text, expected) => {
  expect(splitListFlags(text)).toEqual(expected);
});

test("a hundred thousand flags take no longer than that", () => {
  const began = Date.now();
  expect(splitListFlags("-a ".repeat(100_000)).flags).toHaveLength(100_000);
  expect(splitListFlags(`${"-a ".repeat(100_000)}-é`).path).toBe("-é");
  expect(Date.now() - began).toBeLessThan(10_000);
});

describe("a time-val", () => {
  test.each([
    ["19700101000000", 0],
    ["19700101000000.5", 500],
    ["19700101000000.1239", 123],
    ["20000229000000", Date.UTC(2000, 1, 29)],
    ["20261121030405.007", Date.UTC(2026, 10, 21, 3, 4, 5, 7)],
    ["20161231235960", Date.UTC(2017, 0, 1)],
    ["00010101000000", -62135596800000],
    ["99991231235959", Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])("%s", (text, milliseconds) => {
    expect(isTimeVal(text)).toBe(true);
    expect(timeValToMilliseconds(text)).toBe(milliseconds);
  });

  test.each([
    "",
    "2026112103040",
    "202611210304055",
    "20261121030405.",
    "20261121030405,5",
    "20261121030405Z",
    " 20261121030405",
    "20260001000000",
    "20260100000000",
    "20260431000000",
    "21000229000000",
    "20260101240000",
    "20260101006000",
    "20260101000061",
    "٢٠٢٦١١٢١٠٣٠٤٠٥",
    `20261121030405.${"0".repeat(100_000)}`,
  ])("%j is none", (text) => {
    expect(isTimeVal(text)).toBe(false);
    expect(timeValToMilliseconds(text)).toBeUndefined();
  });

  test("there and back", () => {
    expect(millisecondsToTimeVal(0)).toBe("19700101000000");
    expect(millisecondsToTimeVal(500)).toBe("19700101000000.5");
    expect(millisecondsToTimeVal(1)).toBe("19700101000000.001");
    for (let i = 0; i < 2000; i++) {
      const moment = Math.floor(i * 127_234_567_891.37) % 253_402_300_799_999;
      expect(timeValToMilliseconds(millisecondsToTimeVal(moment))).toBe(moment);
    }
    expect(() => millisecondsToTimeVal(Number.NaN)).toThrow(RangeError);
    expect(() => millisecondsToTimeVal(253_402_300_800_000)).toThrow(RangeError);
    expect(() => millisecondsToTimeVal(-62_200_000_000_000)).toThrow(RangeError);
  });
});
