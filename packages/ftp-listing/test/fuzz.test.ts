import { readFileSync } from "node:fs";
import {
  createListingParser,
  dialectNames,
  type ListingItem,
  parseFactLine,
  parseListingLine,
} from "@longshore/ftp-listing";
import { encodeText } from "@longshore/nvt";
import { describe, expect, it } from "vitest";
import type { ListingSample } from "./vectors.ts";

const file = new URL("../../../vectors/listing-samples.json", import.meta.url);
const { samples } = JSON.parse(readFileSync(file, "utf8")) as { readonly samples: readonly ListingSample[] };
const lines = samples.map(({ line }) => line);

/** The same numbers for the same seed, 0 to 2^32 − 1 (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const odd = " \t;:,.-+/\\[](){}<>=*?\"'0123456789AZaz\0\r\u0085é月年\udc8c\udcff\ud83d😀";

/** A sample with some of its characters removed, doubled, swapped or replaced, or two samples spliced. */
function mutate(random: (below: number) => number): string {
  let line = lines[random(lines.length)] ?? "";
  for (let count = random(5); count > 0; count--) {
    const at = random(line.length + 1);
    const other = lines[random(lines.length)] ?? "";
    const kind = random(6);
    if (kind === 0) line = line.slice(0, at) + line.slice(at + 1 + random(4));
    else if (kind === 1) line = line.slice(0, at) + (odd[random(odd.length)] ?? "") + line.slice(at);
    else if (kind === 2) line = line.slice(0, at) + (odd[random(odd.length)] ?? "") + line.slice(at + 1);
    else if (kind === 3) line = line.slice(0, at) + line.slice(Math.max(0, at - random(12)));
    else if (kind === 4) line = line.slice(0, at) + other.slice(random(other.length + 1));
    else line = line.slice(0, at) + " ".repeat(random(12)) + line.slice(at);
  }
  return line;
}

function check(item: ListingItem, line: string): void {
  const sound =
    item.kind !== "entry"
      ? item.raw.length > 0 || line === ""
      : item.name !== "" &&
        (typeof item.size === "number" ? Number.isSafeInteger(item.size) && item.size >= 0 : true) &&
        (item.modified === undefined || isSound(item.modified));
  if (!sound) throw new Error(`${JSON.stringify(line)} reads ${JSON.stringify(item)}`);
}

function isSound(time: {
  readonly month: number;
  readonly day: number;
  readonly hour: number | undefined;
  readonly minute: number | undefined;
}): boolean {
  const { month, day, hour = 0, minute = 0 } = time;
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60
  );
}

describe("hostile input", () => {
  it("gives each of 10,000 broken lines that stand alone one sound answer", () => {
    const random = createRandom(959);
    for (let count = 0; count < 10_000; count++) {
      const line = mutate(random);
      check(parseListingLine(line), line);
    }
  });

  it("gives each of 100,000 broken fact lines one sound answer", () => {
    const random = createRandom(3659);
    for (let count = 0; count < 100_000; count++) {
      const line = mutate(random);
      check(parseFactLine(line), line);
    }
  });

  it("gives every line of 100,000 that come in pieces a sound answer, whatever dialect is expected", () => {
    const random = createRandom(2428);
    let left = 100_000;
    while (left > 0) {
      const count = Math.min(left, 1 + random(60));
      left -= count;
      const text = Array.from({ length: count }, () => mutate(random).replace(/[\r\n]+/g, " ")).join("\r\n");
      const dialect = random(3) === 0 ? { dialect: dialectNames[random(dialectNames.length)] ?? "unix" } : {};
      const parser = createListingParser(dialect);
      const bytes = encodeText(`${text}\r\n`);
      const items: ListingItem[] = [];
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + random(200);
        items.push(...parser.push(bytes.subarray(at, at + size)));
        at += size;
      }
      items.push(...parser.end());
      for (const item of items) check(item, item.raw);
      const told = items.reduce((sum, { raw }) => sum + raw.split("\n").length, 0);
      if (told !== count) throw new Error(`${told} of ${count} lines told in ${JSON.stringify(text)}`);
    }
  }, 120_000);

  it("takes random bytes", () => {
    const random = createRandom(854);
    for (let count = 0; count < 2_000; count++) {
      const bytes = Uint8Array.from({ length: random(400) }, () => random(256));
      const parser = createListingParser();
      const items = [...parser.push(bytes), ...parser.end()];
      const ends =
        bytes.filter((byte) => byte === 10).length + (bytes.length > 0 && bytes.at(-1) !== 10 ? 1 : 0);
      expect(items.reduce((sum, { raw }) => sum + raw.split("\n").length, 0)).toBe(ends);
    }
  });

  // Each beginning is followed by many repetitions; the bound is a hundred times what a linear reader needs.
  const beginnings = [
    "",
    "-rw-r--r-- 1 a b 5 Jan 29 03:26 ",
    "lrwxrwxrwx 1 a b 5 Jan 29 03:26 ",
    "A.TXT;1 ",
    "+",
    "type=file;",
  ]
    .concat([
      "Directory ",
      "-rw-r--r-- ",
      "d [RWCEAFMS] ",
      "04-27-00  12:09PM ",
      "VOL001 3390 2011/08/25 ",
      "a ",
    ])
    .concat(["JOB JOB00042 USER OUTPUT A ", "MODULE1   0001F0   000009 ", "sub/                  =  "]);
  const repeated = [
    " ",
    "1",
    "1 ",
    "a",
    "a ",
    ":",
    ";",
    ",",
    "=",
    "a=b;",
    "1;",
    "^",
    "[",
    "(",
    "-> ",
    " -> ",
    "/",
    "\t",
    "1月",
    "\udcff",
  ].concat([
    "\udcff ",
    "1月 ",
    "1 Jan ",
    "1 spool files ",
    "<DIR> ",
    "Jan 29 03:26 ",
    "é",
    "?",
    "? ",
    "12:34 ",
  ]);

  it.each(beginnings)("after %j costs time in step with its length", (beginning) => {
    const length = 100_000;
    for (const piece of repeated) {
      const line = beginning + piece.repeat(Math.ceil(length / piece.length));
      const started = performance.now();
      parseListingLine(line);
      parseFactLine(line);
      expect(performance.now() - started, `${beginning}${piece}…`).toBeLessThan(2000);
    }
  });
});
