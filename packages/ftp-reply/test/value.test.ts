import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatFeatReply,
  formatMlstReply,
  formatPathReply,
  formatReply,
  formatTimeReply,
  innerLines,
  parseEntries,
  parseFeatures,
  parseNumber,
  parsePathReply,
  parseTime,
  parseWord,
  reply,
} from "../src/index.ts";
import { createRandom } from "./splits.ts";

describe("parseNumber", () => {
  it("reads a size exactly", () => {
    expect(parseNumber(reply(213, "1830"))).toBe(1830);
    expect(parseNumber(reply(213, "0"))).toBe(0);
    expect(parseNumber(reply(213, "9007199254740991"))).toBe(9007199254740991);
    expect(parseNumber(reply(213, "9007199254740993"))).toBe(9007199254740993n);
    expect(parseNumber(reply(213, "9".repeat(41)))).toBeUndefined();
  });

  it("passes over words around it", () => {
    expect(parseNumber(reply(213, "file: 213, Size =51"))).toBe(51);
    expect(parseNumber(reply(213, " 1830 bytes"))).toBe(1830);
    expect(parseNumber(reply(213, "no size"))).toBeUndefined();
    expect(parseNumber(reply(350, "Restart position accepted (802816)."))).toBe(802816);
    expect(parseNumber(reply(350, "File exists, ready for destination name"))).toBeUndefined();
    expect(parseNumber(reply(120, "Service ready in 005 minutes."))).toBe(5);
    expect(parseNumber(reply(200, "Okay, PBSZ=16384"))).toBe(16384);
    expect(parseNumber(reply(200, "Okay 5"))).toBeUndefined();
  });

  it("takes the hint in front of RETR's data from the end, for a name may look like one", () => {
    expect(parseNumber(reply(150, "Opening data connection for a (1 bytes).txt (1234 bytes)"))).toBe(1234);
    expect(parseNumber(reply(125, "x (0 bytes)."))).toBe(0);
    expect(parseNumber(reply(150, "Opening data connection for 1234"))).toBeUndefined();
    expect(parseNumber(reply(226, "(1234 bytes)"))).toBeUndefined();
  });
});

describe("parseWord", () => {
  it("reads what the code carries", () => {
    expect(parseWord(reply(215, "z/VM Version 4", "  CMS", "VM is the system"))).toBe("VM");
    expect(parseWord(reply(150, "FILE: a b.txt"))).toBe("a b.txt");
    expect(parseWord(reply(150, "Opening FILE: x"))).toBeUndefined();
    expect(parseWord(reply(334, "ADAT=Kys="))).toBe("Kys=");
    expect(parseWord(reply(235, "Done"))).toBeUndefined();
    expect(parseWord(reply(522, "Network protocol not supported, use (1,2)"))).toBe("1,2");
    expect(parseWord(reply(521, "data connection cannot be opened with this PROT setting"))).toBeUndefined();
    expect(parseWord(reply(200, "UNIX"))).toBeUndefined();
    expect(parseWord({ code: 215, lines: [] })).toBeUndefined();
  });
});

describe("the time of MDTM (RFC 3659 §2.3)", () => {
  it("keeps the digits that were sent", () => {
    expect(parseTime(reply(213, "19980615100045.014"))).toBe("1998-06-15T10:00:45.014Z");
    expect(parseTime(reply(213, "19700101000000"))).toBe("1970-01-01T00:00:00Z");
    expect(parseTime(reply(213, "20000229235959.5"))).toBe("2000-02-29T23:59:59.5Z");
    expect(parseTime(reply(213, "modified 20000229235959 UTC"))).toBe("2000-02-29T23:59:59Z");
    expect(parseTime(reply(213, "20161231235960"))).toBe("2016-12-31T23:59:59Z");
  });

  it("is none where there is no such moment", () => {
    const none = ["19990230000000", "19991301000000", "19990101240000", "19990101006000", "19990101000061"];
    for (const text of [...none, "1999010100000", "199901010000000", "", "no"])
      expect(parseTime(reply(213, text))).toBeUndefined();
    expect(parseTime(reply(200, "19980615100045"))).toBeUndefined();
  });

  it("is formatted with a fraction only where there is one, and read back", () => {
    expect(formatReply(formatTimeReply(Date.UTC(1998, 6, 5, 13, 23, 16)))).toBe("213 19980705132316\r\n");
    expect(formatTimeReply(Date.UTC(1998, 5, 15, 10, 0, 45, 14)).lines).toEqual(["19980615100045.014"]);
    const date = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (time) => {
        expect(Date.parse(parseTime(formatTimeReply(time.getTime())) ?? "")).toBe(time.getTime());
      }),
    );
  });
});

describe("the path of 257 (RFC 959 appendix II)", () => {
  it("is what formatPathReply quoted", () => {
    expect(formatReply(formatPathReply('/a "b"', "is current directory."))).toBe(
      '257 "/a ""b""" is current directory.\r\n',
    );
    expect(formatPathReply("/").lines).toEqual(['"/"']);
    const path = fc.string({ unit: fc.constantFrom('"', "/", " ", "a", "é") });
    const comment = fc.constantFrom("", "created", 'is "it"');
    fc.assert(
      fc.property(path, comment, (path, comment) => {
        expect(parsePathReply(formatPathReply(path, comment))).toBe(path);
      }),
    );
  });

  it("may stand without quotes, if it looks like one", () => {
    expect(parsePathReply(reply(257, "/a/b"))).toBe("/a/b");
    expect(parsePathReply(reply(257, "C:/a is current directory"))).toBe("C:/a");
    expect(parsePathReply(reply(257, "C:\\a"))).toBe("C:\\a");
    expect(parsePathReply(reply(257, "/a b"))).toBeUndefined();
    expect(parsePathReply(reply(257, "created"))).toBeUndefined();
  });

  it("is none without the closing quote, or with another code", () => {
    for (const text of ['"', '"/a', '"/a""', '"/a"" b'])
      expect(parsePathReply(reply(257, text))).toBeUndefined();
    expect(parsePathReply(reply(250, '"/a"'))).toBeUndefined();
  });
});

describe("lines between", () => {
  it("are features, indented or not, with the code repeated or not", () => {
    const lines = [" MDTM", "SIZE", "211-REST STREAM", "\tUTF8 ", "", " MLST type*;size*;", "End"];
    expect(parseFeatures(reply(211, "Features", ...lines))).toEqual([
      ["MDTM", ""],
      ["SIZE", ""],
      ["REST", "STREAM"],
      ["UTF8", ""],
      ["MLST", "type*;size*;"],
    ]);
    expect(parseFeatures(reply(211, "No features"))).toEqual([]);
    expect(parseFeatures(reply(500, "What?"))).toBeUndefined();
  });

  it("are read as formatFeatReply wrote them", () => {
    const features = [
      ["AUTH", "TLS"],
      ["SIZE", ""],
      ["LANG", "EN*;FR"],
    ] as const;
    expect(formatReply(formatFeatReply(features))).toBe(
      "211-Features:\r\n AUTH TLS\r\n SIZE\r\n LANG EN*;FR\r\n211 End\r\n",
    );
    expect(parseFeatures(formatFeatReply(features))).toEqual(features);
    expect(parseFeatures(formatFeatReply([]))).toEqual([]);
  });

  it("are the entries of MLST, with one blank in front taken away", () => {
    const entry = "type=file;size=1;  two blanks";
    expect(formatReply(formatMlstReply(entry))).toBe(`250-Listing:\r\n ${entry}\r\n250 End\r\n`);
    expect(parseEntries(formatMlstReply(entry))).toEqual([entry]);
    expect(parseEntries(reply(250, "Begin", "250- type=dir; /", "End"))).toEqual(["type=dir; /"]);
    expect(parseEntries(reply(550, "No"))).toBeUndefined();
  });

  it("are those of STAT without the code in front", () => {
    expect(innerLines(reply(211, "Status", "211-drwx a", " b", "End"))).toEqual(["drwx a", " b"]);
    expect(innerLines(reply(211, "Status"))).toEqual([]);
  });
});

describe("hostile texts", () => {
  it("give a value or undefined, never a throw (100,000 replies by seed)", () => {
    const random = createRandom(0x564c);
    const codes = [120, 125, 150, 200, 211, 213, 215, 235, 250, 257, 350, 522];
    const words = [
      "(",
      ")",
      " bytes",
      "1",
      "20150910161739",
      ".",
      '"',
      '""',
      "FILE: ",
      "PBSZ=",
      "\ud800",
      ",",
      " ",
    ];
    for (let round = 0; round < 100_000; round++) {
      let text = "";
      for (let length = random(10); length > 0; length--)
        text += random(4) === 0 ? String.fromCharCode(random(0x250)) : words[random(words.length)];
      const value = {
        code: codes[random(codes.length)] ?? 0,
        lines: random(20) === 0 ? [] : [text, text, text],
      };
      for (const parse of [parseNumber, parseWord, parseTime, parsePathReply, parseFeatures, parseEntries])
        parse(value);
    }
  });

  it("take work that grows with their length, not faster", () => {
    for (const unit of [
      "1",
      "(1",
      "(1 ",
      '"',
      '""',
      "1 ",
      ".",
      "/",
      " is ",
      "12345678901234.",
      "(1 bytes",
      "1a",
    ]) {
      for (const code of [150, 213, 215, 257, 350, 522]) {
        const value = { code, lines: [`${unit.repeat(100_000)}\n`] };
        const start = performance.now();
        for (const parse of [parseNumber, parseWord, parseTime, parsePathReply, parseFeatures]) parse(value);
        expect(performance.now() - start).toBeLessThan(10_000);
      }
    }
  });
});
