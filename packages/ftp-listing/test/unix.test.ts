import { createListingParser, parseListingLine } from "@longshore/ftp-listing";
import { encodeText } from "@longshore/nvt";
import { describe, expect, it } from "vitest";
import { type Form, seen } from "./forms.ts";

const forms: readonly (readonly [string, Form])[] = [
  // Columns.
  [
    "-rw-r--r--    1 ftp      ftp            12 Jan 29 03:26 a",
    { owner: "ftp", group: "ftp", links: 1, size: 12 },
  ],
  ["-rw-r--r--  FTP  User      10439 Apr 20 05:29 a.zip", { owner: "FTP", group: "User", links: undefined }],
  ["-rw-r--r-- 1 root 5 Jan 29 03:26 a", { owner: "root", group: undefined, size: 5, confidence: "likely" }],
  ["-rw-r--r--    5 Jan 29 03:26 a", { owner: undefined, links: undefined, size: 5 }],
  ["-rw-r--r-- 1 ann Domain Users 5 Jan 29 03:26 a", { owner: "ann", group: "Domain Users" }],
  ["-rw-r--r--   1 ann lee    users        5 Jan 29 03:26 a", { owner: "ann lee", group: "users" }],
  [
    "-rw-r--r-- 1 CO\\ann lee CO\\Domain Users 5 Jan 29 03:26 a",
    { owner: "CO\\ann lee", group: "CO\\Domain Users" },
  ],
  ["  4711   8 -rw-r--r-- 1 ann users 5 Jan 29 03:26 a", { owner: "ann", links: 1, size: 5 }],
  ["-rw-r--r--.  1 ann users 5 Jan 29 03:26 a", { permissions: "-rw-r--r--.", links: 1 }],
  ["-rw-r--r--@  1 ann users 5 Jan 29 03:26 a", { permissions: "-rw-r--r--@" }],
  ["-rwxr-sr-T+7 ann users 5 Jan 29 03:26 a", { permissions: "-rwxr-sr-T+", links: 7 }],
  [
    "d????????? ? ? ? ?            ? locked",
    { type: "dir", name: "locked", size: undefined, when: undefined },
  ],
  ["drwxr-xr-x 3 ann dev 512 no-date", { name: "no-date", size: 512, when: undefined, confidence: "guess" }],
  [
    "-rwxr-x--- verylonguser verylonggroup4711 Feb 12 17:20 a",
    { group: "verylonggroup", size: 4711, confidence: "guess" },
  ],
  ["drwxr-xr-x1732 266      111        90112 Jun 21  2001 a", { links: 1732, owner: "266" }],
  ["drwxr-x--- -1 ann users 5 Jan 29 03:26 a", { name: "a", size: 5 }],
  ["drwxrwx   2       10     4096 Jul 28 02:41 tmp", { type: "dir", permissions: "drwxrwx", size: 4096 }],
  ["drwxrwxrwx    1    1    1      1024   a  b", { name: "a  b", size: 1024, when: undefined }],
  // Types.
  [
    "crw-rw-rw- 1 root wheel   14, 0x0000001 Jan 29 03:26 urandom",
    { type: "char", major: 14, minor: 1, size: undefined },
  ],
  ["brw-r----- 1 root disk    8,17 Jan 29 03:26 sdb1", { type: "block", major: 8, minor: 17 }],
  ["srwxrwxrwx 1 root root 0 Jan 29 03:26 log", { type: "socket" }],
  ["prw-r--r-- 1 root root 0 Jan 29 03:26 pipe", { type: "fifo" }],
  ["Drw-r--r-- 1 root root 0 Jan 29 03:26 door", { type: undefined, name: "door" }],
  // Sizes.
  ["-rw-r--r-- 1 a b 1,234,567 Jan 29 03:26 a", { size: 1234567, sizeText: undefined }],
  ["-rw-r--r-- 1 a b 1.234.567 Jan 29 03:26 a", { size: 1234567 }],
  ["-rw-r--r-- 1 a b 33.5k Jan 29 03:26 a", { size: 34304, sizeText: "33.5k" }],
  ["-rw-r--r-- 1 a b 4,0K Jan 29 03:26 a", { size: 4096, sizeText: "4,0K" }],
  ["-rw-r--r-- 1 a b 9007199254740993 Jan 29 03:26 a", { size: 9007199254740993n }],
  ["-rw-r--r-- 1 ftp ftp -528 Nov 01  2007 a", { size: undefined, when: "2007-11-01" }],
  // Dates.
  ["-rw-r--r-- 1 a b 5 Oct 01 2007  x", { name: "x" }],
  ["-rw-r--r-- 1 a b 5 Oct  1  2007  x", { name: " x" }],
  ["-rw-r--r-- 1 a b 5 Jan  1  1601 a", { when: "1601-01-01" }],
  ["-rw-r--r-- 1 a b 5 11月 6日 14時21分 a", { when: "--11-06T14:21" }],
  ["-rw-r--r-- 1 a b 5 11/ 6 14:21 a", { when: "--11-06T14:21", name: "a" }],
  ["-rw-r--r-- 1 a b 5 3 29 03:26 a", { when: "--03-29T03:26", size: 5 }],
  [
    "-rw-r--r-- 1 a b 5 2005-06-07 21:22:33.123456789 +0200 a",
    { when: "2005-06-07T21:22:33.123456789+02:00", name: "a" },
  ],
  ["-rw-r--r-- 1 a b 5 2004-06-07  a", { when: "2004-06-07", name: "a" }],
  ["-rw-r--r-- 1 a b 5 Jan  1 12:34:56 2014 a", { when: "2014-01-01T12:34:56", name: "a" }],
  ["-rw-r--r-- 1 a b 5 04/05/2014 12:34 a", { when: "2014-04-05T12:34", or: ["2014-05-04T12:34"] }],
  ["-rw-r--r-- 1 a b 5 12. tammi 13.24 a", { when: "--01-12T13:24" }],
  ["-rw-r--r-- 1 a b 5 12 déc. 13:24 a", { when: "--12-12T13:24" }],
  ["-rw-r--r-- 1 a b 5 lis 7 2014 a", { when: "2014-11-07", or: ["2014-10-07"] }],
  ["-rw-r--r-- 1 a b 5 2005년  1월  6일 a", { when: "2005-01-06", name: "a" }],
  ["-rw-r--r-- 1 500 500 2003 8月 17 20:10 a", { when: "--08-17T20:10", size: 2003, group: "500" }],
  ["-rw-r--r-- 1 500 500 2003 2001年8月17日 a", { when: "2001-08-17", size: 2003 }],
  ["-rw-r--r-- 1 a b 5 Dec 31 24:00 a", { when: "--01-01T00:00" }],
  ["-rw-r--r-- 1 a b 5 Feb 28 24:00 a", { when: "--03-01T00:00" }],
  // Names.
  ["-rw-r--r-- 1 a b 5 Jan 29 03:26  two  blanks ", { name: " two  blanks ", hazard: undefined }],
  ["-rw-r--r-- 1 a b 5 Jan 29  2003  lead", { name: " lead" }],
  ["-rw-r--r-- 1 a b 5 Jan 29 2003  padded", { name: "padded" }],
  ["-rw-r--r-- 1 a b 5 Jan 29 03:26 x -> y", { name: "x -> y", target: undefined }],
  ["lrwxrwxrwx 1 a b 1 Jan 29 03:26 x -> y", { name: "x", target: "y" }],
  ["lrwxrwxrwx 1 a b 1 Jan 29 03:26 x -> y -> z", { name: "x -> y", target: "z" }],
  ["lrwxrwxrwx 1 a b 6 Jan 29 03:26 x -> y -> z", { name: "x", target: "y -> z" }],
  ["lrwxrwxrwx 1 a b 4 Jan 29 03:26 x -> é -> 😀", { name: "x -> é", target: "😀" }],
  ["lrwxrwxrwx 1 a b 7 Jan 29 03:26 x", { type: "link", name: "x", target: undefined }],
  ["drwxr-xr-x 1 a b 5 Jan 29 03:26 sub/", { type: "dir", name: "sub" }],
  ["drwxr-xr-x 1 a b 5 Jan 29 03:26 .", { hazard: "self" }],
  ["drwxr-xr-x 1 a b 5 Jan 29 03:26 ..", { hazard: "parent" }],
  ["-rw-r--r-- 1 a b 5 Jan 29 03:26 ../../etc/passwd", { hazard: "separator" }],
  ["-rw-r--r-- 1 a b 5 Jan 29 03:26 a\0b", { hazard: "nul" }],
  [
    "-rw-r--r-- 1 a b 5 Jan 29 03:26 03:27 Feb 2 2003 4",
    { name: "03:27 Feb 2 2003 4", when: "--01-29T03:26" },
  ],
  // Kin of `ls`.
  [
    "0100644   500  101   12345    123456789       a b",
    { dialect: "unix-numeric", when: "1973-11-29T21:33:09Z", name: "a b" },
  ],
  ["0040755   500  101   12345    0   a", { type: "dir", when: "1970-01-01T00:00:00Z" }],
  [
    "-r--r--r--           0       49       49 Sep  5 15:42 a b.ram",
    { dialect: "netpresenz", size: 49, owner: undefined, name: "a b.ram" },
  ],
  [
    "dr--r--r--               folder       14 Apr 17 14:52 wav",
    { dialect: "netpresenz", type: "dir", size: undefined },
  ],
  [
    "d [RWCEAFMS] ann                      512 Apr 13 23:12 VOL2",
    { dialect: "netware", owner: "ann", permissions: "d [RWCEAFMS]" },
  ],
  [
    "-[RWCEMFA]  1 ann           512 Jul 01 11:49 a b",
    { dialect: "netware", links: 1, owner: "ann", name: "a b" },
  ],
];

describe("Unix", () => {
  it.each(forms)("%s", (line, form) => {
    expect(seen(parseListingLine(line), form)).toEqual(form);
  });

  it.each([
    ["-rw-r--r-- 1 a b 5 Jan 29 03:26"],
    ["-rw-r--r-- 1 a b 5 Jan 29 03:26 "],
    ["-rw-r--r-- 1 a b 5 Jan 29 24:01 a"],
    ["-rw-r--r-- 1 a b 5 Jan 32 03:26 a"],
    ["-rw-r--r-- 1 a b 5 Jan 29 1600 a"],
    ["-rw-r--r-- 1 a b x5 Jan 29 03:26 a"],
    ["-rw-r--r-- 1 a b 1,23 Jan 29 03:26 a"],
    ["-rw-r--r-- 1 a b 5 Foo 29 03:26 a"],
  ])("reports %s as malformed", (line) => {
    expect(parseListingLine(line)).toMatchObject({ kind: "unparsed", reason: "malformed", dialect: "unix" });
  });

  it.each([
    ["total 12"],
    ["total 1,2M"],
    ["итого 12"],
    ["合計 8"],
    ["i alt 8"],
    ["insgesamt 4K"],
    ["\udcb9\udce7 8"],
  ])("passes over %s", (line) => {
    expect(parseListingLine(line)).toMatchObject({ kind: "skipped", reason: "header" });
  });

  describe("agrees with itself whichever of its two ways reads a line", () => {
    // Only what follows a line of the dialect may go the short way.
    const first = "-rw-r--r-- 1 ann users 5 Jan 29 03:26 first";
    const names = [
      ...["a", ".", "..", ".profile", "...", "a/b", "/a", "dir/", "/", "../a", "a\0b", "\0"],
      ...[" a", "a ", "a b", "a -> b", "a -> ../b", "a -> ", "é", "日本", "\udcff", "a\rb", "a\r", "\r", ""],
    ];
    const dates = [
      "Jan 29 03:26",
      "Jan 29  2003",
      "Jan 29 2003",
      "Feb 30 2003",
      "Jan  9 24:00",
      "Jan 29 03:26:07",
    ];
    const lines = [
      ...forms.map(([line]) => line).filter((line) => /^[-dl]\S{9}/.test(line)),
      ...["-rw-r--r--", "drwxr-xr-x", "lrwxrwxrwx", "-rw-r--r--+"].flatMap((mode) =>
        names.map((name) => `${mode} 1 ann users 5 Jan 29 03:26 ${name}`),
      ),
      ...dates.map((date) => `-rw-r--r-- 1 ann users 5 ${date} a`),
      ...[
        "-rw-r--r-- 1 ann",
        "-rw-r--r-- 1 ann users",
        "-rw-r--r-- 1 ann users 5 Jan 29 03:26",
        "-rw-r--r-- 1",
      ],
    ];

    it.each(["\n", "\r\n", ""])("with %j behind it", (end) => {
      for (const line of lines) {
        const patient = parseListingLine(line);
        // What it takes for another dialect's while it knows nothing is none of these lines.
        if (!("dialect" in patient) || patient.dialect !== "unix") continue;
        if (end !== "\r\n" && line.endsWith("\r")) continue;
        const parser = createListingParser();
        const bytes = encodeText(`${first}\n${line}${end}`);
        const [, short, ...others] = [...parser.push(bytes), ...parser.end()];
        expect(others).toEqual([]);
        expect(short, JSON.stringify(line)).toEqual(patient);
      }
    });
  });
});

describe("lines that begin like the one before", () => {
  const beginnings = [
    "-rw-r--r--   1 ada      staff    ",
    "-rw-r--r--   1 ada      staf ",
    "-rw-r--r--   1 ada      staff 1",
    "-rw-r--r--  12 ada      staff    ",
    "-rw-r--r--.  1 ada      staff    ",
    "drwxr-xr-x   2 ada      staff    ",
    "drwxr-xr-x   3 ada      staff    ",
    "lrwxrwxrwx   1 ada      staff    ",
    "-rw-r--r--   1 ada      staff",
    `-rw-r--r--   1 ${"a".repeat(40)} ${"staff".repeat(9)} `,
  ];
  const lines = beginnings.flatMap((beginning, at) =>
    beginnings.flatMap((other) => [`${beginning}${at} Jan 29 03:26 a`, `${other}12 Jan 29  2003 b`]),
  );

  it("are read as if they stood alone", () => {
    const alone = lines.map((line) => parseListingLine(line, { dialect: "unix" }));
    const parser = createListingParser({ dialect: "unix" });
    expect(parser.push(new TextEncoder().encode(`${lines.join("\n")}\n`))).toEqual(alone);
  });

  it("are so, too, where all chunks come in the same memory", () => {
    const alone = lines.map((line) => parseListingLine(line, { dialect: "unix" }));
    const parser = createListingParser({ dialect: "unix" });
    const memory = new Uint8Array(256);
    const items = lines.flatMap((line) => {
      memory.fill(0x0a);
      const { written } = new TextEncoder().encodeInto(line, memory);
      return parser.push(memory.subarray(0, written + 1));
    });
    expect(items).toEqual(alone);
  });
});
