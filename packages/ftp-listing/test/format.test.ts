import type { DirectoryEntry } from "@longshore/file-store";
import {
  encodeListing,
  encodeListingPieces,
  factNames,
  formatFactFeature,
  formatFactLine,
  formatFactSelection,
  formatListLine,
  formatMode,
  formatNameLine,
  inferYear,
  parseFactLine,
  parseFactSelection,
  parseListingLine,
  toInstant,
} from "@longshore/ftp-listing";
import { decodeText, encodeText } from "@longshore/nvt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const now = Date.parse("2026-11-21T12:00:00Z");
const minute = 60_000;
const day = 86_400_000;

const names = fc
  .string({ minLength: 1, maxLength: 40, unit: "binary" })
  .filter((name) => !/[\u0000-\u001f\u007f]/.test(name));
const words = fc.stringMatching(/^[a-z][a-z0-9_-]{0,11}$/);
const modes = fc.integer({ min: 0, max: 0o7777 });
const sizes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const times = fc.integer({ min: Date.UTC(1970, 0), max: now });

const files: fc.Arbitrary<DirectoryEntry> = fc.record({
  name: names.filter((name) => !name.endsWith("/")),
  type: fc.constantFrom("file" as const, "directory" as const),
  size: sizes,
  modified: times,
  mode: modes,
  owner: words,
  group: words,
  links: fc.integer({ min: 0, max: 99_999 }),
});

describe("formatListLine", () => {
  it("prints the form of ls -l, and no total line", () => {
    const entry: DirectoryEntry = { name: "a  b", type: "file", size: 531, modified: now - day, mode: 0o640 };
    expect(formatListLine(entry, { now })).toBe(
      "-rw-r-----   1 ftp      ftp               531 Nov 20 12:00 a  b",
    );
    expect(
      formatListLine({ ...entry, type: "directory", mode: 0o1777, owner: "ann", group: "users" }, { now }),
    ).toBe("drwxrwxrwt   1 ann      users             531 Nov 20 12:00 a  b");
  });

  it.each([
    ["now", 0, "Nov 21 12:00"],
    ["a moment ahead", 1, "Nov 21  2026"],
    ["half a year ago, less a minute", -182.62125 * day + minute, "May 22 21:06"],
    ["half a year ago", -182.62125 * day, "May 22  2026"],
    ["long ago", -now, "Jan  1  1970"],
  ])("prints time or year of a file changed %s", (_, age, date) => {
    const line = formatListLine({ name: "a", type: "file", size: 0, modified: now + age }, { now });
    expect(line.slice(46, 58)).toBe(date);
  });

  it("prints times in the zone that is told", () => {
    const entry: DirectoryEntry = {
      name: "a",
      type: "file",
      size: 0,
      modified: Date.parse("2026-11-20T23:30:00Z"),
    };
    expect(formatListLine(entry, { now, zoneOffset: 60 })).toContain("Nov 21 00:30 a");
    expect(formatListLine(entry, { now, zoneOffset: () => -90 })).toContain("Nov 20 22:00 a");
  });

  it("prints where a symbolic link points, when it is known", () => {
    const entry: DirectoryEntry = { name: "a", type: "symlink", size: 3, modified: now, target: "b c" };
    expect(formatListLine(entry, { now })).toMatch(/^lrwxrwxrwx .* a -> b c$/);
    const { target, ...hidden } = entry;
    expect(target).toBe("b c");
    expect(formatListLine(hidden, { now })).toMatch(/^lrwxrwxrwx .* a -> \?$/);
  });

  it.each([
    [Number.MIN_SAFE_INTEGER, "Jan  1  1601"],
    [Number.MAX_SAFE_INTEGER, "Dec 31  9999"],
  ])("prints a year of four digits for %s", (modified, date) => {
    expect(formatListLine({ name: "a", type: "file", size: 0, modified }, { now })).toContain(` ${date} a`);
  });

  it("is one line of whole columns whatever names hold", () => {
    const entry: DirectoryEntry = {
      name: "a\r\n-rw-r--r-- x\0\u007f",
      type: "symlink",
      size: 3,
      target: "b\nc",
    };
    const line = formatListLine({ ...entry, owner: "Ann\nLee", group: "" }, { now });
    expect(line).toMatch(/ Ann\?Lee +- +3 .* a\?\?-rw-r--r-- x\?\? -> b\?c$/);
    const spaced = formatListLine(
      { name: "a", type: "file", size: 3, owner: "Ann Lee", group: "\t" },
      { now },
    );
    expect(spaced).toContain(" Ann_Lee  ? ");
    const wide = formatListLine(
      { name: "a", type: "file", size: 3, owner: "Ann\u00a0Lee", group: "\u3000" },
      { now },
    );
    expect(wide).toContain(" Ann_Lee  _ ");
  });

  it("is inverted by the parser, as far as its form goes", () => {
    fc.assert(
      fc.property(files, (entry) => {
        const item = parseListingLine(formatListLine(entry, { now }));
        expect(item).toMatchObject({
          kind: "entry",
          dialect: "unix",
          confidence: "certain",
          name: entry.name,
          type: entry.type === "directory" ? "dir" : "file",
          size: entry.size,
          owner: entry.owner,
          group: entry.group,
          links: entry.links,
          permissions: formatMode(entry.type, entry.mode ?? 0),
        });
        if (item.kind !== "entry" || item.modified === undefined || entry.modified === undefined) return;
        const instant = toInstant(inferYear(item.modified, now)) ?? Number.NaN;
        const lost = entry.modified - instant;
        expect(lost).toBeGreaterThanOrEqual(0);
        expect(lost).toBeLessThan(item.modified.hour === undefined ? day : minute);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a symbolic link", () => {
  const parts = fc
    .array(fc.constantFrom("a", " ", "->", " -> ", "é", "\u{1f600}", "\udce9", "/"), {
      minLength: 1,
      maxLength: 6,
    })
    .map((words) => words.join(""));

  it("is read back whatever stands in name and target, as its size is the length of the target", () => {
    fc.assert(
      fc.property(parts, parts, (name, target) => {
        const size = encodeText(target).length;
        const line = formatListLine({ name, type: "symlink", size, target }, { now });
        expect(parseListingLine(line)).toMatchObject({ name, target, type: "link" });
      }),
      { numRuns: 2000 },
    );
  });
});

describe("formatFactLine", () => {
  it("ends each fact with a semicolon and puts one blank before the name (RFC 3659 §7.2)", () => {
    const entry: DirectoryEntry = {
      name: " a b",
      type: "file",
      size: 3,
      modified: 0,
      created: 1000,
      mode: 0o4755,
      owner: "0",
      group: "users",
      id: "8g3",
    };
    expect(formatFactLine(entry, factNames, { perm: "adfrw" })).toBe(
      "type=file;size=3;modify=19700101000000;create=19700101000001;perm=adfrw;unique=8g3;UNIX.mode=04755;UNIX.owner=0;UNIX.group=users;  a b",
    );
    expect(formatFactLine(entry, [])).toBe("  a b");
  });

  it("leaves out what does not apply (RFC 3659 §7.9)", () => {
    const entry: DirectoryEntry = { name: "a", type: "directory", size: 4096 };
    expect(formatFactLine(entry, factNames)).toBe("type=dir; a");
    expect(formatFactLine(entry, factNames, { type: "cdir", perm: "" })).toBe("type=cdir;perm=; a");
  });

  it.each([
    ["x/y", "type=OS.unix=slink:x/y; a"],
    ["x y", "type=OS.unix=symlink; a"],
    ["x;y", "type=OS.unix=symlink; a"],
    ["x\ny", "type=OS.unix=symlink; a"],
  ])("prints the target %j only where the grammar has room for it", (target, line) => {
    expect(formatFactLine({ name: "a", type: "symlink", size: 3, target }, ["type"])).toBe(line);
  });

  it("is one line whatever a name holds", () => {
    expect(formatFactLine({ name: "a\r\nb", type: "file", size: 3 }, ["type"])).toBe("type=file; a??b");
  });

  it("is inverted by the parser", () => {
    fc.assert(
      fc.property(files, (entry) => {
        const item = parseFactLine(formatFactLine(entry, factNames, { perm: "r" }));
        expect(item).toMatchObject({
          kind: "entry",
          name: entry.name,
          type: entry.type === "directory" ? "dir" : "file",
          size: entry.type === "directory" ? undefined : entry.size,
          permissions: `0${(entry.mode ?? 0).toString(8).padStart(3, "0")}`,
          owner: entry.owner,
          group: entry.group,
        });
        if (item.kind !== "entry" || item.modified === undefined) return;
        expect(toInstant(item.modified)).toBe(Math.floor((entry.modified ?? 0) / 1000) * 1000);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("facts that a peer names like parts of the language", () => {
  it("are facts like any other", () => {
    const item = parseFactLine("__proto__=1;constructor=2;toString=3; a");
    if (item.kind !== "entry") throw new Error("no entry");
    expect(Object.entries(item.facts ?? {})).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
      ["tostring", "3"],
    ]);
    expect(item.facts?.hasOwnProperty).toBeUndefined();
  });
});

describe("OPTS MLST and FEAT (RFC 3659 §7.8, §7.9)", () => {
  const available = ["type", "size", "modify", "perm", "unique", "UNIX.mode"] as const;

  it.each([
    ["Type;UNIX.mode;Perm;", ["type", "perm", "UNIX.mode"]],
    ["lang;type;charset;create;", ["type"]],
    ["size;frogs;", ["size"]],
    ["", []],
    ["unique type;", undefined],
  ] as const)("of %j selects %j", (text, selected) => {
    expect(parseFactSelection(text, available)).toEqual(selected);
  });

  it("show what is selected", () => {
    expect(formatFactFeature(available, ["type", "perm", "UNIX.mode"])).toBe(
      "MLST type*;size;modify;perm*;unique;UNIX.mode*;",
    );
    expect(formatFactFeature([], [])).toBe("MLST");
    expect(formatFactSelection(["type", "size"])).toBe("MLST OPTS type;size;");
    expect(formatFactSelection([])).toBe("MLST OPTS");
  });
});

describe("NLST and batches", () => {
  it("prints the name alone", () => {
    expect(formatNameLine({ name: " a b " })).toBe(" a b ");
    expect(formatNameLine({ name: "a\nb" })).toBe("a?b");
  });

  it("ends each line with CRLF and turns lone bytes back into themselves", () => {
    const entries = [{ name: "é" }, { name: "\udce9" }];
    expect(encodeListing(entries, formatNameLine)).toEqual(Uint8Array.of(0xc3, 0xa9, 13, 10, 0xe9, 13, 10));
    expect(encodeListing([], formatNameLine)).toEqual(new Uint8Array());
  });

  it("leaves nothing out of a large batch", () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => ({ name: `name ${index}` }));
    const text = decodeText(encodeListing(entries, formatNameLine));
    expect(text).toBe(entries.map(({ name }) => `${name}\r\n`).join(""));
  });

  it("comes in pieces that end with whole lines, however long those are", () => {
    const entries = Array.from({ length: 100 }, (_, index) => ({ name: "n".repeat(index * 10 + 1) }));
    const pieces = [...encodeListingPieces(entries, formatNameLine, 600)];
    expect(pieces.map(decodeText).join("")).toBe(decodeText(encodeListing(entries, formatNameLine)));
    for (const piece of pieces.map(decodeText)) {
      expect(piece.endsWith("\r\n")).toBe(true);
      expect(piece.lastIndexOf("\r\n", piece.length - 3)).toBeLessThan(600);
    }
    expect([...encodeListingPieces([], formatNameLine, 600)]).toEqual([]);
  });
});
