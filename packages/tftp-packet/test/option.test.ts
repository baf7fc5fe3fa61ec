import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatOption,
  type KnownOptionName,
  type KnownOptions,
  PacketEncodeError,
  parseMode,
  parseOptions,
  type RawOption,
} from "../src/index.ts";

describe("parseOptions", () => {
  it("gives the values beside what was sent", () => {
    const raw: RawOption[] = [
      ["TSIZE", "0"],
      ["blkSize", "1428"],
      ["rollover", "1"],
      ["timeout", "0"],
      ["BLKSIZE", "512"],
      ["rollover", "0"],
      ["windowsize", "16"],
      ["timeout", "5"],
    ];
    const { values, entries } = parseOptions(raw);
    expect(values).toEqual({ tsize: 0, blksize: 1428, windowsize: 16 });
    expect(entries.map((entry) => entry.raw)).toEqual(raw);
    expect(entries.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "tsize valid",
      "blksize valid",
      "rollover unknown",
      "timeout invalid",
      "blksize repeated",
      "rollover repeated",
      "windowsize valid",
      "timeout repeated",
    ]);
  });

  it.each([
    ["blksize", 8, 65464],
    ["timeout", 1, 255],
    ["windowsize", 1, 65535],
    ["tsize", 0, Number.MAX_SAFE_INTEGER],
  ] as const)("%s goes from %d to %d", (name, min, max) => {
    expect(parse(name, String(min))).toBe(min);
    expect(parse(name, String(max))).toBe(max);
    if (min > 0) expect(parse(name, String(min - 1))).toBeUndefined();
    if (name !== "tsize") expect(parse(name, String(max + 1))).toBeUndefined();
  });

  it("tsize is exact beyond 2^53, and a number where that is", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 64n - 1n }), (size) => {
        const value = parse("tsize", String(size));
        expect(value).toBe(size <= Number.MAX_SAFE_INTEGER ? Number(size) : size);
      }),
    );
    expect(parse("tsize", "9007199254740993")).toBe(9007199254740993n);
    expect(parse("tsize", "18446744073709551616")).toBe(1n << 64n);
    expect(parse("tsize", "1".repeat(65))).toBeUndefined();
  });

  it.each([
    "",
    " 512",
    "512 ",
    "+512",
    "-512",
    "0x200",
    "5e2",
    "512.0",
    "5_12",
    "５１２",
    "512\n",
    "Infinity",
    "NaN",
  ])("a number is plain decimal, which %j is not", (text) => {
    for (const name of ["blksize", "timeout", "tsize", "windowsize"] as const)
      expect(parse(name, text)).toBeUndefined();
  });

  it("leading zeros do not make it octal", () => {
    expect(parse("blksize", "0512")).toBe(512);
  });

  it("names are folded as ASCII alone: a Kelvin sign is no K", () => {
    expect(parseOptions([["BL\u212aSIZE", "512"]]).entries[0]?.status).toBe("unknown");
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("%s is no option", (name) => {
    const { values, entries } = parseOptions([[name, "512"]]);
    expect(entries[0]?.status).toBe("unknown");
    expect(Object.keys(values)).toEqual([]);
  });
});

describe("multicast (RFC 2090)", () => {
  it("is empty in a request", () => {
    expect(parseOptions([["multicast", ""]], "request").values).toEqual({ multicast: "" });
    expect(parseOptions([["multicast", ""]], "oack").entries[0]?.status).toBe("invalid");
    expect(parseOptions([["multicast", ",,1"]], "request").entries[0]?.status).toBe("invalid");
    expect(parseOptions([["multicast", ""]]).values).toEqual({ multicast: "" });
  });

  it.each([
    ["224.100.100.100,1758,1", "224.100.100.100", 1758, true],
    ["239.255.255.255,65535,0", "239.255.255.255", 65535, false],
    [",,1", undefined, undefined, true],
    [",1758,0", undefined, 1758, false],
    ["224.0.0.1,,0", "224.0.0.1", undefined, false],
  ])("%s is a grant", (text, address, port, master) => {
    expect(parseOptions([["multicast", text]], "oack").values).toEqual({
      multicast: { address, port, master },
    });
    expect(formatOption("multicast", { address, port, master })).toBe(text);
  });

  it.each([
    ["10.0.0.1,1758,1", "no multicast address"],
    ["223.255.255.255,1758,1", "below the multicast addresses"],
    ["240.0.0.0,1758,1", "above the multicast addresses"],
    ["224.0.0.256,1758,1", "no address"],
    ["224.0.0.01,1758,1", "octal to some"],
    ["224.0.0,1758,1", "three numbers"],
    ["host.example,1758,1", "a name"],
    ["224.0.0.1,0,1", "port 0"],
    ["224.0.0.1,65536,1", "port 65536"],
    ["224.0.0.1,1758,2", "neither 0 nor 1"],
    ["224.0.0.1,1758,", "no mc"],
    ["224.0.0.1,1758", "two fields"],
    ["224.0.0.1,1758,1,", "four fields"],
    [" 224.0.0.1,1758,1", "a blank"],
  ])("%s is none: %s", (text) => {
    expect(parseOptions([["multicast", text]], "oack").entries[0]?.status).toBe("invalid");
  });
});

describe("formatOption", () => {
  it("writes what parseOptions reads", () => {
    expect(formatOption("blksize", 1428)).toBe("1428");
    expect(formatOption("tsize", 1n << 64n)).toBe("18446744073709551616");
    expect(formatOption("multicast", "")).toBe("");
  });

  it("throws for what the standards do not allow", () => {
    const cases: readonly (() => string)[] = [
      () => formatOption("blksize", 7),
      () => formatOption("blksize", 65465),
      () => formatOption("timeout", 0),
      () => formatOption("timeout", 1.5),
      () => formatOption("windowsize", 65536),
      () => formatOption("tsize", -1),
      () => formatOption("tsize", -1n),
      () => formatOption("tsize", Number.NaN),
      () => formatOption("tsize", 1e21),
      () => formatOption("multicast", { address: "10.0.0.1", port: 1, master: true }),
    ];
    for (const format of cases) expect(format).toThrow(PacketEncodeError);
    expect(() => formatOption("blksize", 7)).toThrow("out-of-range: blksize 7");
  });
});

describe("parseMode", () => {
  it("knows the three of RFC 1350 in any case", () => {
    expect(["netascii", "NETASCII", "octet", "OcTeT", "Mail"].map(parseMode)).toEqual([
      "netascii",
      "netascii",
      "octet",
      "octet",
      "mail",
    ]);
    for (const text of ["", "octet ", "binary", "netasci", "oc\u0442et", "octet\0"])
      expect(parseMode(text)).toBeUndefined();
  });
});

function parse<Name extends KnownOptionName>(name: Name, text: string): KnownOptions[Name] {
  return parseOptions([[name, text]]).values[name];
}
