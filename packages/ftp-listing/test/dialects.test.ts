import { type DialectName, dialectNames, dialectsOfSystem, parseListingLine } from "@longshore/ftp-listing";
import { describe, expect, it } from "vitest";
import { dialects } from "../src/dialect.ts";
import { type Form, seen } from "./forms.ts";

const forms: readonly (readonly [line: string, form: Form, dialect?: DialectName])[] = [
  // DOS and Windows.
  [
    "04-27-00  12:09PM       <DIR>          a b",
    { dialect: "dos", type: "dir", name: "a b", when: "2000-04-27T12:09" },
  ],
  ["04-27-00  12:09AM                  589  lead", { name: " lead", size: 589, when: "2000-04-27T00:09" }],
  ["25.12.2013  14:05         1.234.567 a b", { size: 1234567, when: "2013-12-25T14:05", or: undefined }],
  ["12/06/2013  14:05    <DIR>          a", { when: "2013-12-06T14:05", or: ["2013-06-12T14:05"] }],
  [
    "2014-05-06  03:04 PM    <SYMLINKD>     link [C:\\target]",
    { type: "link", name: "link", target: "C:\\target" },
  ],
  ["2014-05-06  03:04 PM    <JUNCTION>     link [C:\\a b]", { type: "link", target: "C:\\a b" }],
  ["2014-05-06  15:04    <REP>          sous", { type: "dir", name: "sous" }],
  ["06/05/2014  15:04    12\u00a0345\u00a0678 a", { size: 12345678 }],
  ["97-10-14  03:34p        12   test.txt", { when: "1997-10-14T15:34" }],
  ["04-27-00  12:09PM       <JUNCTION>     a => b", { type: "link", name: "a", target: "b" }],
  // EPLF.
  [
    "+i8.4,m-86400,/,up755\t a\tb",
    { dialect: "eplf", type: "dir", name: " a\tb", when: "1969-12-31T00:00:00Z", id: "8.4" },
  ],
  ["+r,s18446744073709551615\ta", { size: 18446744073709551615n }],
  // OpenVMS.
  [
    "A^ B.TXT;12 3/9 2-JUL-2003 10:30:13.64 [G,O] (RWED,RWED,RE,)",
    {
      dialect: "vms",
      name: "A^ B.TXT",
      version: 12,
      blocks: 3,
      allocated: 9,
      size: 1536,
      when: "2003-07-02T10:30:13.64",
    },
  ],
  ["a.b.c;1 2KB 23-SEP-2005 14:57:07.27", { size: 2048, sizeText: "2KB" }],
  [
    "LONG.TXT;1\n   3  2-JUL-2003 10:30 [O] (RWED,,,)",
    { name: "LONG.TXT", owner: "O", permissions: "RWED,,," },
  ],
  [
    "CORE.DIR;1  %RMS-E-PRV, insufficient privilege or file protection violation",
    { type: "dir", name: "CORE", confidence: "likely" },
  ],
  ["A.TXT;1", { name: "A.TXT", version: 1, confidence: "guess" }],
  // OS/400.
  [
    "QSYS 77824 13/02/00 15:09:55 *DIR       a b/",
    { dialect: "os400", type: "dir", name: "a b", when: "2000-02-13T15:09:55", objectType: "*DIR" },
  ],
  [
    "QSYS 77824 01.02.03 15:09:55 *STMF      a",
    { type: "file", when: "2003-02-01T15:09:55", or: ["2001-02-03T15:09:55"] },
  ],
  ["QSYS *MEM A.FILE/B.MBR", { name: "A.FILE/B.MBR", hazard: "separator", size: undefined }],
  // z/OS.
  [
    "VOL001 3390   **NONE**    1   15  NONE     0     0  PO  A.B",
    { dialect: "zos-dataset", type: "dir", name: "A.B", when: undefined, volume: "VOL001" },
  ],
  [
    "VOL001 3390   2011/08/25  2 ++++  FB     904 18080  PS  A.B",
    { extents: 2, lrecl: 904, blksize: 18080, size: undefined },
  ],
  ["VOL001 3390   VSAM A.B", { dsorg: "VSAM", name: "A.B" }],
  [
    "CPDLB4 2008/10/31  1                1  VB      256  6233  PS  FIFO.DEMO",
    { dialect: "zos-dataset", name: "FIFO.DEMO", volume: "CPDLB4", unit: undefined, when: "2008-10-31" },
  ],
  ["Migrated                A.B", { dialect: "zos-dataset", name: "A.B" }],
  ["Pseudo Directory        A", { type: "dir", name: "A" }],
  [
    "MEMBER1   01.02 2002/09/12 2002/10/11 09:37    11    11     0",
    { dialect: "zos-member", records: 11, version: "01.02", id: undefined },
  ],
  ["MEMBER1", { dialect: "zos-member", name: "MEMBER1", confidence: "guess" }, "zos-member"],
  [
    "MODULE1   0001F0   000009 REALNAME 00 FO             RN RU            31    ANY",
    { dialect: "zos-loadlib", size: 496, aliasOf: "REALNAME" },
  ],
  [
    "USER1    JOB00042 USER     OUTPUT A        ABEND=806  4 spool files",
    {
      dialect: "zos-jes",
      name: "JOB00042",
      completion: "ABEND=806",
      spoolFiles: 4,
      jobClass: "A",
      owner: "USER",
    },
  ],
  ["USER1    STC00042 USER     ACTIVE STC", { status: "ACTIVE", jobClass: "STC", spoolFiles: undefined }],
  // Other IBM systems.
  [
    "PROFILE  EXEC     V         71         26          1 1997-04-02 12:33:20 MAINT",
    { dialect: "zvm", name: "PROFILE.EXEC", lrecl: 71, records: 26 },
  ],
  [
    "SUBDIR            DIR        -          -          - 1997-02-12 15:33:28 -",
    { dialect: "zvm", type: "dir" },
  ],
  [
    "PROFILE  EXEC     A1 V      41     21     1       9/16/91   15:10:32",
    { dialect: "cms", minidisk: "A1", when: "1991-09-16T15:10:32" },
  ],
  [
    "  1123 DIR  A    10-05-100  23:38  a b",
    { dialect: "os2", type: "dir", name: "a b", when: "2000-10-05T23:38" },
  ],
  // Others.
  [
    'A 101 528 6-Apr-07 14:21:18 255, 0 "oo-o"',
    { dialect: "nonstop", owner: "255, 0", permissions: "oo-o", code: 101 },
  ],
  ['A O 101 528 6-Apr-07 14:21:18 255,255 "oooo"', { dialect: "nonstop", name: "A", size: 528 }],
  [
    "1.2 07/03/29 1026 --ewrewr 2f 85920 a b",
    { dialect: "os9", type: "file", when: "2007-03-29T10:26", name: "a b" },
  ],
  ["0  Dec 12, 2002 02:13 a b/", { dialect: "vshell", type: "dir", name: "a b" }],
  ["2048    Feb-28-1998  05:23:30   a b", { dialect: "vxworks", type: "file", name: "a b" }],
  ["a       1014196  06/03/04  Thur.   10:20:03", { dialect: "wfftp", when: "2004-06-03T10:20:03" }],
  [
    "A.DOC     11264      May 11 1995 14:20   RHA",
    { dialect: "supertcp", attributes: "RHA", when: "1995-05-11T14:20" },
  ],
  [
    "sub/                  =  Jul 11 21:04  Public area",
    { dialect: "dls", type: "dir", name: "sub", description: "Public area" },
  ],
  [
    "-C--E-----FTP B ANN1         7670  1294495 Jan 13 07:42 a b",
    { dialect: "connect-enterprise", name: "a b", owner: "ANN1" },
  ],
  [" a b", { dialect: "hprc", name: "a b" }, "hprc"],
  ["type=file;size=3; a b", { dialect: "mlsx", name: "a b", size: 3 }],
  ["    Type=file;Size=3; a b", { dialect: "mlsx", name: "a b", size: 3 }, "mlsx"],
  [" type=file;size=3; a b", { name: "type=file;size=3; a b", size: undefined }, "mlsx"],
  ["  a=b; c", { name: " a=b; c", size: undefined }, "mlsx"],
];

describe("dialects", () => {
  it.each(forms.map(([line, form, dialect]) => ({ line, form, dialect })))(
    "$line",
    ({ line, form, dialect }) => {
      expect(seen(parseListingLine(line, dialect === undefined ? {} : { dialect }), form)).toEqual(form);
    },
  );

  it("stand in the table once each", () => {
    expect(dialects.map(({ name }) => name).sort()).toEqual([...dialectNames].sort());
  });

  it.each([
    ["4.27.00"],
    ["MEMBER1"],
    [" a"],
    ["ls: cannot access 'x': No such file or directory"],
    ["425 Can't open data connection."],
    ["<html><body>"],
  ])("none takes %s for an entry", (line) => {
    expect(parseListingLine(line).kind).toBe("unparsed");
  });

  it.each([
    ["Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname"],
    ["Directory DISK$A:[PUB]"],
    [" Directory of C:\\pub"],
    ["               2 File(s)         12,345 bytes"],
    ["               3 Dir(s)  1,234,567 bytes free"],
    ["Total of 3 files, 28/117 blocks."],
    ["  size          date       time       name"],
    ["--------       ------     ------    --------"],
    ["   "],
  ])("pass over %s", (line) => {
    expect(parseListingLine(line).kind).toBe("skipped");
  });

  it("are told by the answer to SYST", () => {
    expect(dialectsOfSystem("MVS is the operating system of this server.")).toContain("zos-member");
    expect(dialectsOfSystem("OpenVMS V8.4")).toEqual(["vms"]);
    expect(dialectsOfSystem("UNIX Type: L8")).toEqual([]);
  });
});
