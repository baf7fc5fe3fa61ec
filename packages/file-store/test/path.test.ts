import {
  childPath,
  FileStoreError,
  isName,
  isVirtualPath,
  isWithin,
  nameOf,
  type PathLimits,
  parentPath,
  parsePath,
  rebasePath,
  rootPath,
  samePath,
  toPath,
  type VirtualPath,
} from "@longshore/file-store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** Pieces that paths are broken with, so that random texts meet them often. */
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("/", "//", ".", "..", "/../", "/./", "a", "b", " ", "...", "~") },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom("\\", "..\\", "\0", "\r\n", "\u007f", "é", "\u{1f480}") },
  { weight: 1, arbitrary: fc.constantFrom("\udc80", "\udcff", "\udcc3\udca9", "\ud800", "\udc00", "\ufeff") },
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter(isName);
const names = fc.array(name, { maxLength: 6 });
const path = names.map((segments) => segments.reduce(childPath, rootPath));

const parsed = (source: string, base?: VirtualPath, limits?: PathLimits): VirtualPath | undefined => {
  const result = parsePath(source, base, limits);
  return result.ok ? result.path : undefined;
};
const refusal = (source: string, limits?: PathLimits): string => {
  const result = parsePath(source, rootPath, limits);
  return result.ok ? `accepted as ${result.path.text}` : result.error.code;
};

describe("parsePath", () => {
  it.each([
    ["", "/", "/"],
    ["", "/a/b", "/a/b"],
    [".", "/a/b", "/a/b"],
    ["..", "/a/b", "/a"],
    ["../..", "/a/b", "/"],
    ["../../../..", "/a/b", "/"],
    ["/", "/a/b", "/"],
    ["///", "/a/b", "/"],
    ["/../../etc/passwd", "/a", "/etc/passwd"],
    ["../../etc/passwd", "/a", "/etc/passwd"],
    ["c//d/", "/a/b", "/a/b/c/d"],
    ["/c/./d/../e", "/a", "/c/e"],
    ["...", "/", "/..."],
    [".. ", "/a", "/a/.. "],
    [" ", "/a", "/a/ "],
    ["~root", "/a", "/a/~root"],
    ["-la", "/a", "/a/-la"],
    ["a\\..\\b", "/", "/a\\..\\b"],
    ["/caf\u00e9/\u{1f480}", "/", "/caf\u00e9/\u{1f480}"],
    ["/raw\udce9", "/", "/raw\udce9"],
    // Look-alikes of dot and slash are ordinary characters; nothing folds them.
    [
      "/\u2024\u2024/\uff0e\uff0e/\u2215etc\uff0fpasswd",
      "/",
      "/\u2024\u2024/\uff0e\uff0e/\u2215etc\uff0fpasswd",
    ],
    ["%2e%2e/%2fetc", "/", "/%2e%2e/%2fetc"],
  ])("reads %j below %j as %j (RFC 3659 §6.1)", (source, base, expected) => {
    expect(parsed(source, toPath(base))?.text).toBe(expected);
  });

  it.each([
    ["a NUL", "/a\0b", {}],
    ["a NUL, also where control characters are allowed", "/a\0b", { allowControlCharacters: true }],
    ["CR LF", "/a\r\nDELE b", {}],
    ["an escape", "/\u001b[2J", {}],
    ["DEL", "/a\u007f", {}],
    ["a backslash, when refused", "/a\\b", { backslash: "refuse" }],
    ["a text that is too long", `/${"a/".repeat(2048)}`, {}],
    ["a name of 256 bytes", `/${"a".repeat(256)}`, {}],
    ["a name of 256 bytes in 128 characters", `/${"é".repeat(128)}`, {}],
    ["a name of 256 bytes in 64 pairs", `/${"\u{1f480}".repeat(64)}`, {}],
    ["a name of 256 raw bytes", `/${"\udc80".repeat(256)}`, {}],
    ["a surrogate that stands for no byte", "/\ud800", {}],
    ["a surrogate that stands for an ASCII byte: a hidden slash", "/..\udc2fetc", {}],
    ["raw bytes that are UTF-8: a second text for one name", "/caf\udcc3\udca9", {}],
    ["raw bytes that are U+FFFD in UTF-8", "/\udcef\udcbf\udcbd", {}],
    ["raw bytes that are UTF-8 among others that are not", "/\udcff\udcc3\udca9\udcff", {}],
  ] as const)("refuses %s", (_, source, limits) => {
    expect(refusal(source, limits)).toBe("name-not-allowed");
  });

  it("holds names of exactly 255 bytes, in every width", () => {
    for (const unit of ["a", "é", "\u20ac", "\u{1f480}", "\udc80"]) {
      const width = unit === "\udc80" ? 1 : new TextEncoder().encode(unit).length;
      const full = unit.repeat(Math.floor(255 / width)) + "a".repeat(255 % width);
      expect(parsed(full)?.segments).toEqual([full]);
      expect(refusal(`${full}a`)).toBe("name-not-allowed");
    }
  });

  it("takes the limits from its options", () => {
    expect(refusal("/abcd", { maxLength: 4 })).toBe("name-not-allowed");
    expect(parsed("bcd", toPath("/a"), { maxLength: 4 })).toBeUndefined();
    expect(parsed("bc", toPath("/a"), { maxLength: 5 })?.text).toBe("/a/bc");
    expect(refusal("/abcd", { maxNameBytes: 3 })).toBe("name-not-allowed");
    expect(parsed("/a\tb", rootPath, { allowControlCharacters: true })?.segments).toEqual(["a\tb"]);
    expect(parsed("..\\..\\c", toPath("/a"), { backslash: "separator" })?.text).toBe("/c");
    expect(parsed("\\boot\\x", toPath("/a"), { backslash: "separator" })?.text).toBe("/boot/x");
  });

  it("answers any text with a normal path or a refusal, and never throws", () => {
    fc.assert(
      fc.property(
        text,
        path,
        fc.constantFrom("name", "separator", "refuse") as fc.Arbitrary<"name" | "separator" | "refuse">,
        (source, base, backslash) => {
          const result = parsePath(source, base, { backslash });
          if (!result.ok) return FileStoreError.isInstance(result.error);
          const { segments } = result.path;
          expect(segments.every(isName)).toBe(true);
          expect(result.path.text).toBe(`/${segments.join("/")}`);
          expect(Object.isFrozen(segments) && Object.isFrozen(result.path)).toBe(true);
          return true;
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("reads its own text back", () => {
    fc.assert(
      fc.property(text, (source) => {
        const once = parsed(source, rootPath, { allowControlCharacters: true });
        if (once === undefined) return;
        const again = parsed(once.text, toPath("/elsewhere"), { allowControlCharacters: true });
        expect(again?.segments).toEqual(once.segments);
      }),
    );
  });

  it("goes from a base as the joined text would", () => {
    fc.assert(
      fc.property(path, text, (base, source) => {
        if (source.startsWith("/")) return;
        const limits = { allowControlCharacters: true, maxNameBytes: 10_000 };
        expect(parsed(source, base, limits)?.text).toBe(
          parsed(`${base.text}/${source}`, rootPath, limits)?.text,
        );
      }),
    );
  });

  it("gives one byte string one text: whatever is accepted decodes back from its bytes", () => {
    const raw = fc.string({
      unit: fc.constantFrom(
        "\udcc3",
        "\udca9",
        "\udce2",
        "\udc82",
        "\udcac",
        "\udcff",
        "é",
        "a",
        "\u{1f480}",
      ),
      minLength: 1,
      maxLength: 6,
    });
    const byBytes = new Map<string, string>();
    fc.assert(
      fc.property(raw, (source) => {
        if (parsed(source) === undefined) return;
        const bytes = [...source].flatMap((character) => {
          const unit = character.charCodeAt(0);
          return character.length === 1 && unit >= 0xdc80 && unit < 0xdd00
            ? [unit & 0xff]
            : [...new TextEncoder().encode(character)];
        });
        const known = byBytes.get(bytes.join()) ?? source;
        byBytes.set(bytes.join(), known);
        expect(source).toBe(known);
      }),
      { numRuns: 5000 },
    );
  });

  it("never throws on 100,000 hostile texts, and stays linear", () => {
    let seed = 0x5eed;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % below;
    };
    const alphabet = [
      "/",
      ".",
      "..",
      "\\",
      "\0",
      "\n",
      "a",
      "\udc80",
      "\ud83d",
      "\udcc3",
      "\udca9",
      "é",
      "%2e",
    ];
    for (let run = 0; run < 100_000; run++) {
      let source = "";
      for (let index = random(10); index > 0; index--) source += alphabet[random(alphabet.length)] ?? "";
      const result = parsePath(source);
      if (result.ok && result.path.segments.some((segment) => !isName(segment)))
        expect.fail(`${JSON.stringify(source)} gave ${JSON.stringify(result.path.segments)}`);
    }
    // Far longer than any limit: answered at once, because the length is looked at first.
    expect(refusal("../".repeat(10_000_000))).toBe("name-not-allowed");
    expect(refusal("\udc80".repeat(2_000_000), { maxLength: 1e9 })).toBe("name-not-allowed");
    expect(parsed("a/../".repeat(200_000), rootPath, { maxLength: 1e9 })?.text).toBe("/");
  });
});

describe("the algebra of paths", () => {
  it("parent undoes child, and nameOf names it", () => {
    fc.assert(
      fc.property(path, name, (directory, last) => {
        const child = childPath(directory, last);
        expect(samePath(parentPath(child), directory)).toBe(true);
        expect(nameOf(child)).toBe(last);
        expect(isWithin(child, directory)).toBe(true);
        expect(isWithin(directory, child)).toBe(false);
      }),
    );
  });

  it("the root is its own parent and has no name (RFC 959 §4.1.1)", () => {
    expect(parentPath(rootPath)).toBe(rootPath);
    expect(nameOf(rootPath)).toBe("");
    expect(`${rootPath}`).toBe("/");
  });

  it("within is an order: reflexive, antisymmetric, transitive", () => {
    fc.assert(
      fc.property(path, names, names, (a, down, further) => {
        const b = down.reduce(childPath, a);
        const c = further.reduce(childPath, b);
        expect(isWithin(a, a)).toBe(true);
        expect(isWithin(b, a) && isWithin(c, b) && isWithin(c, a)).toBe(true);
        expect(isWithin(a, b)).toBe(samePath(a, b));
      }),
    );
  });

  it("within goes by names, not by text", () => {
    expect(isWithin(toPath("/pub2"), toPath("/pub"))).toBe(false);
    expect(isWithin(toPath("/pub/2"), toPath("/pub"))).toBe(true);
  });

  it("rebasing there and back is the identity, and nothing outside is rebased", () => {
    fc.assert(
      fc.property(path, path, names, path, (from, to, down, other) => {
        const inside = down.reduce(childPath, from);
        const moved = rebasePath(inside, from, to);
        expect(moved && isWithin(moved, to)).toBe(true);
        expect(moved && rebasePath(moved, to, from)?.text).toBe(inside.text);
        if (!isWithin(other, from)) expect(rebasePath(other, from, to)).toBeUndefined();
      }),
    );
  });

  it.each(["", ".", "..", "a/b", "/", "a\0", "\ud800", "\udcc3\udca9"])("%j cannot be a child", (bad) => {
    expect(isName(bad)).toBe(false);
    expect(() => childPath(rootPath, bad)).toThrowError(
      expect.objectContaining({ code: "name-not-allowed", name: "FileStoreError" }),
    );
  });

  it("toPath throws what parsePath answers", () => {
    expect(toPath("/pub/read me.txt").segments).toEqual(["pub", "read me.txt"]);
    expect(() => toPath("a\0b")).toThrowError(expect.objectContaining({ code: "name-not-allowed" }));
  });

  it("knows its own values from look-alikes", () => {
    expect(isVirtualPath(toPath("/a"))).toBe(true);
    for (const other of [{ segments: [], text: "/" }, "/", null, undefined, 1])
      expect(isVirtualPath(other)).toBe(false);
  });
});
