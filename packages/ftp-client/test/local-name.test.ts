import {
  createLocalNames,
  type LocalNameHazard,
  type LocalNamePolicy,
  localNameHazard,
} from "@longshore/ftp-client";
import { describe, expect, it } from "vitest";

const onWindows: LocalNamePolicy = { system: "windows", caseSensitive: false };
const onPosix: LocalNamePolicy = { system: "posix", caseSensitive: true };

describe("a name in a listing is not a path", () => {
  const everywhere: readonly [sentence: string, name: string, hazard: LocalNameHazard][] = [
    ["/", "a/b", "separator"],
    ["/ at the beginning", "/etc/passwd", "separator"],
    ["\\", "..\\..\\evil", "backslash"],
    ["..", "..", "parent"],
    [".", ".", "self"],
    ["nothing at all", "", "empty"],
    ["NUL", "a.txt\0.exe", "nul"],
    ["a control character", "a\u001b[2Jb", "control"],
    ["a line separator", "a\u2028b", "control"],
    ["a bidirectional character", "gpj.\u202eexe", "bidirectional"],
    ["more than 255 bytes", "é".repeat(128), "too-long"],
    ["half a surrogate pair", "a\ud800", "encoding"],
  ];
  for (const [sentence, name, hazard] of everywhere) {
    it(`${sentence} is refused on every system`, () => {
      expect(localNameHazard(name, onPosix)).toBe(hazard);
      expect(localNameHazard(name, onWindows)).toBe(hazard);
    });
  }

  it("bytes that are not UTF-8 are a name like any other", () => {
    expect(localNameHazard("caf\udce9", onPosix)).toBeUndefined();
    expect(localNameHazard("\udce9".repeat(255), onPosix)).toBeUndefined();
  });

  it("Windows reserved names are refused on Windows", () => {
    const reserved = ["CON", "con", "Nul.txt", "aux.c", "COM1", "lpt9.tar.gz", "COM¹", "CONIN$", "prn "];
    for (const name of reserved) expect(localNameHazard(name, onWindows), name).toBe("reserved");
    for (const name of reserved) expect(localNameHazard(name, onPosix), name).toBeUndefined();
    for (const name of ["CONSOLE", "com10", "xcon"]) expect(localNameHazard(name, onWindows)).toBeUndefined();
  });

  it("trailing dots and spaces are refused on Windows", () => {
    for (const name of ["a.", "a ", "...", ".. "]) expect(localNameHazard(name, onWindows)).toBe("trailing");
    expect(localNameHazard("a.", onPosix)).toBeUndefined();
  });

  it("drives, streams and wild cards are refused on Windows", () => {
    for (const name of ["C:evil", "a.txt:stream", "a*", "a?", "<a>", "a|b", 'a"b'])
      expect(localNameHazard(name, onWindows), name).toBe("character");
  });

  it("case collisions are refused where the disk does not tell case apart", () => {
    const folded = createLocalNames(onWindows);
    expect(folded("Read.me")).toEqual({ ok: true, name: "Read.me" });
    expect(folded("README")).toEqual({ ok: true, name: "README" });
    expect(folded("rEAD.ME")).toEqual({ ok: false, hazard: "collision" });
    expect(folded("e\u0301")).toEqual({ ok: true, name: "e\u0301" });
    expect(folded("\u00c9")).toEqual({ ok: false, hazard: "collision" });
    const exact = createLocalNames(onPosix);
    expect([exact("a").ok, exact("A").ok, exact("a").ok]).toEqual([true, true, false]);
  });

  it("encoded where the policy says so, unless it is a path or no name", () => {
    const names = createLocalNames({ ...onWindows, unsafe: "encode" });
    const name = (text: string): unknown => {
      const result = names(text);
      return result.ok ? result.name : result.hazard;
    };
    expect(name("..\\evil")).toBe("..%5Cevil");
    expect(name("aux.c")).toBe("%61ux.c");
    expect(name("end.")).toBe("end%2E");
    expect(name("a\u202eb")).toBe("a%E2%80%AEb");
    expect(name("C:x")).toBe("C%3Ax");
    expect(name("..")).toBe("parent");
    expect(name("a/b")).toBe("separator");
    expect(name("a\0")).toBe("nul");
    // What an encoded name comes to may stand already.
    expect(name("c%3ax")).toBe("collision");
  });

  it("is judged in linear time", () => {
    const long = "a".repeat(1_000_000);
    expect(localNameHazard(long, onWindows)).toBe("too-long");
  });
});
