import { describe, expect, test } from "vitest";
import {
  CommandDecodeError,
  type CommandQuirk,
  commandTable,
  helpText,
  parseCommand,
  verbs,
} from "../src/index.ts";
import { cases } from "./cases.ts";
import { plain } from "./plain.ts";
import { createRandom } from "./random.ts";

const replies = {
  "missing-argument": 501,
  "unexpected-argument": 501,
  "bad-argument": 501,
  "unsupported-parameter": 504,
} as const;

/** The command's fields, or its error as data. */
function read(line: string): unknown {
  const result = parseCommand(line);
  if (result.ok) return plain(result.command);
  const { code, reply, verb } = result.error;
  return { code, reply, ...(verb === undefined ? {} : { verb }) };
}

describe.each(verbs)("%s", (verb) => {
  const { bare, valid, wrong } = cases[verb];
  const expected =
    typeof bare === "string"
      ? { code: bare, reply: replies[bare as keyof typeof replies], verb }
      : { verb, ...(plain(bare) as object) };

  test("alone, and with a space that has nothing behind it", () => {
    expect(read(verb)).toEqual(expected);
    expect(read(`${verb} `)).toEqual(expected);
  });

  test("in any case", () => {
    expect(read(verb.toLowerCase())).toEqual(expected);
    expect(read(verb.replace(/[A-Z]/g, (letter, at) => (at % 2 ? letter.toLowerCase() : letter)))).toEqual(
      expected,
    );
  });

  test("with what it takes", () => {
    for (const [argument, fields] of valid) {
      expect(read(`${verb} ${argument}`), argument).toEqual({ verb, ...(plain(fields) as object) });
    }
  });

  test("with what it does not take", () => {
    for (const [argument, code] of wrong) {
      expect(read(`${verb} ${argument}`), argument).toEqual({ code, reply: replies[code], verb });
    }
  });

  test("hostile arguments give a command or an error that answers, and no echo", () => {
    const hostile = [
      "%s%s%n",
      "A".repeat(100_000),
      " ".repeat(10_000),
      "9".repeat(10_000),
      '"'.repeat(9999),
      "a=b;".repeat(5000),
      "../".repeat(5000),
      "\ud800",
      "\u202egpj.exe",
      "\xff\xf4\xff\xf2",
      "__proto__",
      "constructor",
    ];
    for (const argument of hostile) {
      const result = parseCommand(`${verb} ${argument}`);
      if (result.ok) {
        expect(result.command.verb).toBe(verb);
      } else {
        expect([501, 504]).toContain(result.error.reply);
        expect(result.error.message).toBe(`${result.error.code}: the syntax is: ${helpText(verb)}`);
      }
    }
  });

  test("CR, LF and NUL are refused wherever they stand behind the verb", () => {
    const [argument] = valid[0] ?? [""];
    for (const character of ["\r", "\n", "\0", "\r\0", "\r\nDELE x"]) {
      for (const line of [`${verb} ${character}${argument}`, `${verb} ${argument}${character}`]) {
        expect(read(line)).toEqual({ code: "forbidden-character", reply: 501, verb: verb.split(" ")[0] });
      }
    }
  });
});

test("other names give the same command, and stay readable", () => {
  expect(read("XCWD a b")).toEqual({ verb: "CWD", path: "a b", alias: "XCWD" });
  expect(read("xpwd")).toEqual({ verb: "PWD", alias: "XPWD" });
  expect(read("XCUP")).toEqual({ verb: "CDUP", alias: "XCUP" });
  expect(read("XMKD d")).toEqual({ verb: "MKD", path: "d", alias: "XMKD" });
  expect(read("XRMD d")).toEqual({ verb: "RMD", path: "d", alias: "XRMD" });
  expect(read("XSHA f 1")).toEqual({ verb: "XSHA1", path: "f", start: 1, alias: "XSHA" });
  expect(read("opts utf-8 on")).toEqual({ verb: "OPTS UTF8", state: "ON", alias: "OPTS UTF-8" });
  expect(read("XMKD")).toEqual({ code: "missing-argument", reply: 501, verb: "MKD" });
});

test("what is no command", () => {
  expect(read("")).toEqual({ code: "empty", reply: 500 });
  for (const line of [
    "NONE",
    "RETRX f",
    "RE",
    " USER a",
    "USER\ta",
    "USER,a",
    "\xff\xf4ABOR",
    "ſITE HELP",
    "ſTAT",
    "PAſV",
    "PWD\r",
    "PASV\0",
    "GET / HTTP/1.1",
    "SSH-2.0-x",
    "constructor",
    "__proto__",
    "hasOwnProperty x",
    "toString",
    "CHMOD 644 x",
    "SITE\tCHMOD",
  ]) {
    expect(read(line), line).toEqual({ code: "unknown-verb", reply: 500 });
  }
});

test("a subcommand stands one space behind its command", () => {
  expect(read("SITE CHMODX 644 x")).toEqual({ verb: "SITE", text: "CHMODX 644 x" });
  expect(read("SITE  CHMOD 644 x")).toEqual({ verb: "SITE", text: " CHMOD 644 x" });
  expect(read("SITE __proto__")).toEqual({ verb: "SITE", text: "__proto__" });
  expect(read("site chmod 644 x")).toEqual({ verb: "SITE CHMOD", permissions: 0o644, path: "x" });
});

test("an error is a value of its class, by its marker too", () => {
  const result = parseCommand("TYPE");
  if (result.ok) throw new Error("TYPE alone was taken for a command");
  expect(result.error).toBeInstanceOf(CommandDecodeError);
  expect(CommandDecodeError.isInstance(result.error)).toBe(true);
  expect(CommandDecodeError.isInstance(new Error("missing-argument"))).toBe(false);
  expect(CommandDecodeError.isInstance(null)).toBe(false);
  expect(result.error.message).toBe(
    "missing-argument: the syntax is: TYPE A [N|T|C] | E [N|T|C] | I | L byte-size",
  );
});

describe("each leniency can be switched off", () => {
  const lines: { readonly [Q in CommandQuirk]: readonly [line: string, code: string] } = {
    acceptNoopArgument: ["NOOP x", "unexpected-argument"],
    acceptBareCwd: ["CWD", "missing-argument"],
    acceptBarePass: ["PASS ", "missing-argument"],
    acceptStouName: ["STOU name", "unexpected-argument"],
  };
  test.each(Object.entries(lines))("%s", (quirk, [line, code]) => {
    expect(parseCommand(line).ok).toBe(true);
    expect(parseCommand(line, { quirks: { [quirk]: true } }).ok).toBe(true);
    const strict = parseCommand(line, { quirks: { [quirk]: false } });
    expect(strict.ok ? undefined : strict.error.code).toBe(code);
    const other = Object.fromEntries(
      Object.keys(lines)
        .filter((name) => name !== quirk)
        .map((name) => [name, false]),
    );
    expect(parseCommand(line, { quirks: other }).ok).toBe(true);
  });
});

test("more than a hundred thousand random lines: a command or a typed error, never a throw", () => {
  const random = createRandom(0x2545f491);
  const names = [...Object.keys(commandTable), "NONE", "", "SITE", "OPTS"];
  const pieces = [
    ...["\r", "\n", "\0", " ", "  ", '"', '""', ";", "=", ".", "/", "-", "|", ","],
    ...["A", "N", "L", "8", "R", "ON", "UTC", "ALL", "Z", "LEVEL", "0", "1", "644", "type;", "a=b;"],
    ...["20261121030405", "202611210304", "99999999999999999999", "\u017f", "\ud800", "\xff", "é", "[::1]"],
  ];
  const good = verbs.flatMap((verb) => cases[verb].valid.map(([argument]) => `${verb} ${argument}`));
  const codes = new Set(["empty", "unknown-verb", "forbidden-character", ...Object.keys(replies)]);
  const seen = new Set<string>();
  let wrong = 0;
  for (let i = 0; i < 120_000; i++) {
    let line = random(2) === 0 ? (names[random(names.length)] ?? "") : (good[random(good.length)] ?? "");
    if (random(3) > 0) line += " ";
    for (let n = random(6); n > 0; n--) line += pieces[random(pieces.length)] ?? "";
    // One octet of some lines is another.
    if (random(8) === 0) {
      const at = random(line.length + 1);
      line = line.slice(0, at) + String.fromCharCode(random(256)) + line.slice(at + 1);
    }
    const result = parseCommand(line);
    if (result.ok) {
      seen.add(result.command.verb);
      if (/[\r\n\0]/.test(line)) wrong += 1;
    } else {
      seen.add(result.error.code);
      if (!codes.has(result.error.code)) wrong += 1;
    }
  }
  expect(wrong).toBe(0);
  // The lines reach every command and every error.
  expect([...verbs, ...codes].filter((name) => !seen.has(name))).toEqual([]);
});

test("work grows with the line: a megabyte of the worst takes seconds at the very most", () => {
  const worst = [
    '"',
    '""',
    " ",
    "a ",
    "9",
    "0",
    ";",
    "a=b;",
    "20261121030405 ",
    " 20261121030405",
    "-a ",
    "[",
    "a.",
  ];
  const began = Date.now();
  for (const verb of verbs) {
    for (const piece of worst) {
      const line = `${verb} ${piece.repeat(Math.ceil(50_000 / piece.length))}`;
      const result = parseCommand(line);
      if (result.ok) expect(result.command.verb).toBe(verb);
    }
  }
  for (const piece of worst) parseCommand(`XCRC ${piece.repeat(Math.ceil(1_000_000 / piece.length))}`);
  expect(Date.now() - began).toBeLessThan(30_000);
});
