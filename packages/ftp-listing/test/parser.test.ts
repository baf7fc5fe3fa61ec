import {
  createListingParser,
  type ListingItem,
  type ListingParserOptions,
  parseListingLine,
} from "@longshore/ftp-listing";
import { encodeText } from "@longshore/nvt";
import { describe, expect, it } from "vitest";

function read(chunks: readonly Uint8Array[], options: ListingParserOptions = {}): ListingItem[] {
  const parser = createListingParser(options);
  return [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()];
}

function readText(text: string, options: ListingParserOptions = {}): ListingItem[] {
  return read([encodeText(text)], options);
}

function names(items: readonly ListingItem[]): string[] {
  return items.map((item) => (item.kind === "entry" ? item.name : `(${item.kind}: ${item.reason})`));
}

const unixListing = [
  "total 8",
  "drwxr-xr-x   2 ftp      ftp          4096 Jan  4 00:03 .",
  "-rw-r--r--   1 ftp      ftp             5 Jan 29  2003  naïve \udce9 😀",
  "nonsense",
  "lrwxrwxrwx   1 ftp      ftp             7 Jan 25 00:17 link -> usr/bin",
].join("\r\n");

const vmsListing = [
  "",
  "Directory DISK$A:[PUB]",
  "",
  "A.TXT;1              9/9           2-JUN-1998 07:32:04  [GROUP,OWNER]    (RWED,RWED,RWED,RE)",
  "A_VERY_LONG_NAME_INDEED.TXT;17",
  "                     3/9           2-JUN-1998 07:32:04  [GROUP,OWNER]    (RWED,RWED,RWED,RE)",
  "LONELY.TXT;2",
  "B.DIR;1              1/9           2-JUN-1998 07:32:04  [GROUP,OWNER]    (RWED,RWED,RWED,RE)",
  "LAST.TXT;2",
  "",
  "Total of 5 files, 13/27 blocks.",
  "",
].join("\r\n");

const factListing =
  "type=cdir; /pub\r\ntype=file;size=5; naïve \udce9 😀\r\ntype=file;broken; x\r\n  lead\r\n";

describe("a listing", () => {
  it("becomes one item a line, in their order", () => {
    expect(names(readText(unixListing))).toEqual([
      "(skipped: header)",
      ".",
      " naïve \udce9 😀",
      "(unparsed: unknown-form)",
      "link",
    ]);
  });

  it("joins the two lines of a long OpenVMS name, and lets a name without a second line stand alone", () => {
    expect(names(readText(vmsListing))).toEqual([
      "(skipped: empty)",
      "(skipped: header)",
      "(skipped: empty)",
      "A.TXT",
      "A_VERY_LONG_NAME_INDEED.TXT",
      "LONELY.TXT",
      "B",
      "LAST.TXT",
      "(skipped: empty)",
      "(skipped: trailer)",
    ]);
  });

  it.each([
    ["Unix", unixListing, {}],
    ["OpenVMS", vmsListing, {}],
    ["MLSD", factListing, { dialect: "mlsx" }],
    [
      "too long lines",
      `${unixListing}\r\n${"x".repeat(300)}\r\n${unixListing}\r\n${"é".repeat(90)}`,
      { maxLineLength: 100 },
    ],
  ] as const)("of %s is the same however it is cut", (_, text, options) => {
    const bytes = encodeText(text);
    const whole = read([bytes], options);
    expect(
      read(
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
        options,
      ),
    ).toEqual(whole);
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)], options)).toEqual(whole);
    // What was read does not depend on what follows.
    const parser = createListingParser(options);
    const before = parser.push(bytes);
    expect([...before, ...parser.push(encodeText("\r\nmore"))].slice(0, before.length)).toEqual(before);
  });

  it("keeps the bytes given to it to itself", () => {
    const bytes = encodeText("-rw-r--r-- 1 a b 5 Jan 29 03:26 name");
    const parser = createListingParser();
    parser.push(bytes);
    bytes.fill(0);
    expect(names(parser.end())).toEqual(["name"]);
  });

  it("ends its lines with CRLF or LF, and a CR before either belongs to the name", () => {
    const line = "-rw-r--r-- 1 a b 5 Jan 29 03:26 a";
    expect(names(readText(`${line}\n${line}\r\n${line}\r\r\n${line}`))).toEqual(["a", "a", "a\r", "a"]);
  });

  it("reports a line beyond the limit with its beginning, once, and goes on behind it", () => {
    const line = "-rw-r--r-- 1 a b 5 Jan 29 03:26 ";
    const items = readText(`${line}${"x".repeat(1000)}\r\n${line}ok\r\n`, { maxLineLength: 500 });
    expect(names(items)).toEqual(["(unparsed: too-long)", "ok"]);
    expect(items[0]?.raw).toBe(`${line}${"x".repeat(256 - line.length)}`);
  });

  it("counts the limit in bytes", () => {
    const name = "é".repeat(10);
    const line = `-rw-r--r-- 1 a b 5 Jan 29 03:26 ${name}`;
    expect(names(readText(`${line}\n`, { maxLineLength: 52 }))).toEqual([name]);
    expect(names(readText(`${line}\n`, { maxLineLength: 51 }))).toEqual(["(unparsed: too-long)"]);
  });

  it("of MLSD is read as nothing else", () => {
    const items = readText(`${factListing}-rw-r--r-- 1 a b 5 Jan 29 03:26 a\r\n`, { dialect: "mlsx" });
    expect(names(items)).toEqual([
      "/pub",
      "naïve \udce9 😀",
      "(unparsed: malformed)",
      " lead",
      "(unparsed: malformed)",
    ]);
  });

  it("of members begins with a title that makes bare names entries", () => {
    const text =
      " Name     VV.MM   Created       Changed      Size  Init   Mod   Id\r\nMEMBER1\r\nMEMBER2   \r\n";
    expect(names(readText(text))).toEqual(["(skipped: header)", "MEMBER1", "MEMBER2"]);
    expect(names(readText("MEMBER1\r\n"))).toEqual(["(unparsed: unknown-form)"]);
  });

  it("may go down into directories", () => {
    const file = "-rw-r--r-- 1 a b 5 Jan 29 03:26 a";
    expect(names(readText(`.:\ntotal 1\n${file}\n\nsub:\ntotal 1\n${file}\n`))).toEqual([
      "(unparsed: unknown-form)",
      "(skipped: header)",
      "a",
      "(skipped: empty)",
      "(skipped: heading)",
      "(skipped: header)",
      "a",
    ]);
  });

  it("may change its form on the way", () => {
    const unix = "-rw-r--r-- 1 a b 5 Jan 29 03:26 a";
    const dos = "04-27-00  12:09PM       <DIR>          b";
    const parser = createListingParser();
    expect(names(parser.push(encodeText(`${unix}\n${dos}\n${unix}\n`)))).toEqual(["a", "b", "a"]);
    expect(parser.dialect).toBe("unix");
  });

  it("holds two lines at most, whatever comes", () => {
    const parser = createListingParser({ maxLineLength: 1000 });
    const block = new Uint8Array(65_536).fill(0x61);
    let items = 0;
    for (let count = 0; count < 100; count++) items += parser.push(block).length;
    expect(items).toBe(1);
    expect(parser.end()).toEqual([]);
  });
});

describe("parseListingLine", () => {
  it.each([["\n"], ["\r\n"]])("takes an entry over two lines joined by %j", (end) => {
    expect(parseListingLine(`A.TXT;1${end}   3  2-JUL-2003 10:30`)).toMatchObject({
      kind: "entry",
      name: "A.TXT",
    });
  });

  it("answers for the empty line", () => {
    expect(parseListingLine("")).toEqual({ kind: "skipped", raw: "", reason: "empty" });
  });
});
