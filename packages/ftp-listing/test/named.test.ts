// The forms of listing that a client must know, each by its name.
import { describe, expect, it } from "vitest";
import { dialectNames, parseListingLine } from "../src/index.ts";
import { type Form, seen } from "./forms.ts";

describe("Unix `ls -l` in its variants", () => {
  it.each<readonly [what: string, line: string, form: Form]>([
    ["no group", "-rw-r--r-- 1 ann 5 Jan  2  2020 a", { owner: "ann", group: undefined, size: 5, name: "a" }],
    ["no owner", "-rw-r--r-- 1 5 Jan  2  2020 a", { owner: undefined, size: 5, name: "a" }],
    ["ACL +", "-rw-r--r--+ 1 ann staff 5 Jan  2  2020 a", { permissions: "-rw-r--r--+", name: "a" }],
    ["devices", "brw-rw---- 1 root disk 8, 1 Jan  2  2020 sda1", { type: "block", name: "sda1" }],
    ["ISO dates", "-rw-r--r-- 1 a b 5 2020-01-02 03:04 f", { when: "2020-01-02T03:04", name: "f" }],
    ["localised months", "-rw-r--r-- 1 a b 5 янв  2  2020 f", { when: "2020-01-02", name: "f" }],
    ["CJK dates", "-rw-r--r-- 1 a b 5 1月  2日  2020年 f", { when: "2020-01-02", name: "f" }],
    ["names with spaces", "-rw-r--r-- 1 a b 5 Jan  2  2020 two  words", { name: "two  words" }],
    ["owners with spaces", "-rw-r--r-- 1 Domain Users b 5 Jan  2  2020 f", { size: 5, name: "f" }],
  ])("%s", (_, line, form) => {
    expect(seen(parseListingLine(line), form)).toEqual(form);
  });
});

describe("DOS and IIS", () => {
  it.each<readonly [what: string, line: string, form: Form]>([
    ["2-digit years", "04-27-00  12:09PM  589 a", { when: "2000-04-27T12:09", size: 589 }],
    ["4-digit years", "04-27-2000  12:09PM  589 a", { when: "2000-04-27T12:09", size: 589 }],
    ["24 h", "2014-05-06  15:04  1 a", { when: "2014-05-06T15:04" }],
    ["commas", "04-27-2000  12:09PM  1,234,567 a", { size: 1_234_567 }],
    ["<JUNCTION>", "04-27-2000  12:09PM  <JUNCTION> a [C:\\b]", { type: "link", target: "C:\\b" }],
    ["<SYMLINKD>", "04-27-2000  12:09PM  <SYMLINKD> a [C:\\b]", { type: "link", target: "C:\\b" }],
  ])("%s", (_, line, form) => {
    expect(seen(parseListingLine(line), { dialect: "dos", ...form })).toEqual({ dialect: "dos", ...form });
  });
});

it("every dialect that the client must know stands in the table", () => {
  const wanted = [
    ...[
      "unix",
      "unix-numeric",
      "dos",
      "mlsx",
      "eplf",
      "vms",
      "zos-dataset",
      "zos-member",
      "zos-jes",
      "os400",
    ],
    ...["zvm", "os2", "netware", "netpresenz", "nonstop", "vxworks", "vshell", "os9", "connect-enterprise"],
    ...["hprc", "dls"],
  ] as const;
  expect(dialectNames).toEqual(expect.arrayContaining([...wanted]));
});

describe("z/OS datasets: migrated, VSAM and tape", () => {
  it.each<readonly [what: string, line: string, form: Form]>([
    ["migrated", "Migrated                A.B", { name: "A.B" }],
    ["VSAM", "VOL001 3390   VSAM A.B", { name: "A.B", dsorg: "VSAM" }],
    ["tape", "123456 Tape                                             A.B", { name: "A.B" }],
  ])("%s", (_, line, form) => {
    const item = parseListingLine(line);
    expect(seen(item, { dialect: "zos-dataset", ...form })).toEqual({ dialect: "zos-dataset", ...form });
  });
});

it("each entry: name, type, exact size, modified with precision and zone, permissions, owner, group, link target, raw line, dialect, confidence", () => {
  const line =
    "type=OS.unix=slink:/target;size=9007199254740993;modify=20260102030405.5;unix.mode=0644;unix.owner=ann;unix.group=staff; caf\udce9";
  expect(parseListingLine(line, { dialect: "mlsx" })).toMatchObject({
    name: "caf\udce9",
    type: "link",
    size: 9007199254740993n,
    modified: { zone: "utc" },
    permissions: "0644",
    owner: "ann",
    group: "staff",
    target: "/target",
    raw: line,
    dialect: "mlsx",
    confidence: "certain",
  });
});
