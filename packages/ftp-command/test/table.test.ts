import { readFileSync } from "node:fs";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AliasRow,
  type CommandRow,
  canonicalVerb,
  commandRow,
  commandTable,
  type GrammarName,
  helpText,
  isVerb,
  parseCommand,
  type Verb,
  verbs,
} from "../src/index.ts";

/** RFC 959 §5.3.1, in its order. */
const base = (
  "USER PASS ACCT CWD CDUP SMNT QUIT REIN PORT PASV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR " +
  "DELE RMD MKD PWD LIST NLST SITE SYST STAT HELP NOOP"
).split(" ");

test("RFC 959 has 33 commands, and all are here", () => {
  expect(base).toHaveLength(33);
  expect(base.filter((verb) => !isVerb(verb))).toEqual([]);
});

test("every verb that the reference names stands in the table", () => {
  const page = readFileSync(new URL("../../../../shared/reference/ftp-server.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("## 1. Commands"), page.indexOf("Only ProFTPD comes near"));
  const named = [...new Set(section.match(/\b[A-Z][A-Z0-9]{2,}\b/g))];
  // Documents, and what stands in an argument or a FEAT line.
  const others = ["RFC", "TLS", "SSL", "ALL", "TVFS", "STREAM"];
  const site: readonly string[] = section.slice(section.indexOf("SITE CHMOD")).match(/[A-Z]{3,}/g) ?? [];
  const missing = named.filter(
    (name) =>
      !others.includes(name) &&
      canonicalVerb(name) === undefined &&
      canonicalVerb(`OPTS ${name}`) === undefined &&
      !(site.includes(name) && canonicalVerb(`SITE ${name}`) !== undefined),
  );
  expect(missing).toEqual([]);
  expect(named.length).toBeGreaterThan(90);
});

describe("rows", () => {
  type AnyRow = (typeof commandTable)[keyof typeof commandTable];
  type Keys<T> = T extends unknown ? keyof T : never;

  test("say nothing that a row does not know", () => {
    expectTypeOf<Keys<AnyRow>>().toEqualTypeOf<keyof CommandRow | keyof AliasRow>();
    expectTypeOf<AnyRow>().toExtend<CommandRow | AliasRow>();
  });

  test("every other name stands for a verb", () => {
    for (const [name, row] of Object.entries(commandTable)) {
      expect(row.source).not.toBe("");
      expect(name).toBe(name.toUpperCase());
      if ("aliasOf" in row) {
        expect(isVerb(row.aliasOf)).toBe(true);
        expect(isVerb(name)).toBe(false);
        expect(canonicalVerb(name)).toBe(row.aliasOf);
      } else {
        expect(canonicalVerb(name)).toBe(name);
      }
    }
  });

  test("a full row has the defaults that were left out", () => {
    expect(commandRow("RETR")).toEqual({
      grammar: "path",
      when: "logged-in",
      during: "queued",
      data: "to-client",
      source: "RFC 959 §4.1.3",
    });
    expect(commandRow("QUIT")).toMatchObject({ when: "any", during: "deferred" });
  });

  const where = (test: (verb: Verb) => boolean): Verb[] => verbs.filter(test).sort();

  test("what opens a data connection, and which way", () => {
    expect(where((verb) => commandRow(verb).data === "to-client")).toEqual(["LIST", "MLSD", "NLST", "RETR"]);
    expect(where((verb) => commandRow(verb).data === "to-server")).toEqual(["APPE", "STOR", "STOU"]);
  });

  test("what may come while data moves", () => {
    expect(where((verb) => commandRow(verb).during === "at-once")).toEqual(["ABOR", "NOOP", "STAT"]);
    expect(where((verb) => commandRow(verb).during === "deferred")).toEqual(["QUIT", "REIN", "USER"]);
  });

  test("nothing that touches files may come before the login", () => {
    const before = where((verb) => ["any", "before-user"].includes(commandRow(verb).when));
    const grammars = new Set<GrammarName>(before.map((verb) => commandRow(verb).grammar));
    for (const grammar of [
      "path",
      "optionalPath",
      "rangeOfPath",
      "timeOfPath",
      "factsOfPath",
      "link",
    ] as const) {
      expect(grammars.has(grammar)).toBe(false);
    }
  });

  test("what needs another command first", () => {
    expect(commandRow("PASS").when).toBe("after-user");
    expect(commandRow("RNTO").when).toBe("after-rename-from");
    expect(commandRow("SITE CPTO").when).toBe("after-copy-from");
    expect(commandRow("ADAT").when).toBe("after-auth");
    expect(commandRow("PBSZ").when).toBe("secured");
    expect(commandRow("PROT").when).toBe("after-buffer-size");
    expect(commandRow("HOST").when).toBe("before-user");
  });

  test("FEAT's lines are distinct, and none is of RFC 959 but for its extensions", () => {
    const features = verbs.flatMap((verb) => commandRow(verb).feature ?? []);
    expect(new Set(features).size).toBe(features.length);
    expect(base.filter((verb) => isVerb(verb) && commandRow(verb).feature !== undefined)).toEqual(["REST"]);
    expect(features).toEqual(expect.arrayContaining(["UTF8", "MLST", "REST STREAM", "EPSV", "MODE Z"]));
  });
});

test("the name of a property that objects have is no verb", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", ""]) {
    expect(isVerb(name)).toBe(false);
    expect(canonicalVerb(name)).toBeUndefined();
  }
  expect(isVerb("retr")).toBe(false);
});

test("help is the verb and its syntax, in one line", () => {
  expect(helpText("RETR")).toBe("RETR path");
  expect(helpText("PASV")).toBe("PASV");
  expect(helpText("LIST")).toBe("LIST [path]");
  expect(helpText("SITE CHMOD")).toBe("SITE CHMOD octal-mode path");
  for (const verb of verbs) {
    expect(helpText(verb)).toMatch(/^[\x20-\x7e]+$/);
    // What HELP calls optional or no argument may be left out; the password alone may though it is shown.
    const bare = parseCommand(verb).ok;
    const shown = helpText(verb).slice(verb.length + 1);
    if (verb !== "PASS") expect(bare, verb).toBe(shown === "" || /^\[[^\]]*\]$/.test(shown));
  }
});
