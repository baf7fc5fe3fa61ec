import { daysInMonth, englishMonths } from "../calendar.ts";
import { firstYear } from "../date.ts";
import { type ListingEntry, nameHazard } from "../entry.ts";
import { splitTarget } from "../target.ts";

const space = 0x20;
const lineFeed = 0x0a;

/** What stands before the size: mostly the same in line after line of one listing. */
interface Columns {
  /** With one blank behind them. */
  readonly length: number;
  readonly type: "file" | "dir" | "link";
  readonly permissions: string;
  readonly links: number;
  readonly owner: string;
  readonly group: string;
}

/** The columns of a line before, which are not read again where a line begins the same. */
interface Memory {
  columns: Columns | undefined;
  /** What they were read from. */
  readonly units: Uint8Array;
  /** Lines in a row that began otherwise. */
  misses: number;
}

/** Directories stand between files, and look alike as those do. */
export interface PlainMemory {
  readonly directory: Memory;
  readonly other: Memory;
  /** Where the line of the latest entry ended: at its LF, or behind the text. */
  end: number;
}

export function createPlainMemory(): PlainMemory {
  return { directory: createMemory(), other: createMemory(), end: 0 };
}

/**
 * Reads a line that has the whole form of POSIX `ls -l` in the C locale, in one pass over its characters:
 * mode, links, owner, group, size, `Jan 29 03:26` or `Jan 29  2003`, one blank, name. Nearly all lines of nearly
 * all servers are so. `undefined` for all others, devices and missing columns among them, which the
 * dialect then looks at field by field. Where the line ends, with LF, CRLF or the text, is seen on the way.
 *
 * @param text holds the line from `start` on
 * @param units of `text`
 */
export function readPlainUnix(
  text: string,
  units: Uint8Array,
  start: number,
  lines: PlainMemory,
): ListingEntry | undefined {
  const { directory, other } = lines;
  const memory = unitAt(units, start) === 0x64 ? directory : other;
  let columns = recall(memory, units, start);
  if (columns !== undefined) memory.misses = 0;
  else {
    columns = readColumns(text, units, start);
    if (columns === undefined) return undefined;
    remember(memory, columns, units, start);
  }
  const sizeStart = blanks(units, start + columns.length);
  let at = sizeStart;
  let size = 0;
  for (; digit(units, at); at++) size = size * 10 + unitAt(units, at) - 48;
  if (at === sizeStart || at - sizeStart > 15 || unitAt(units, at) !== space) return undefined;

  const dateStart = blanks(units, at);
  const month = englishMonth(units, dateStart);
  if (month === 0 || unitAt(units, dateStart + 3) !== space) return undefined;
  const dayStart = blanks(units, dateStart + 3);
  at = dayStart;
  let day = 0;
  for (; digit(units, at); at++) day = day * 10 + unitAt(units, at) - 48;
  if (at === dayStart || at - dayStart > 2 || unitAt(units, at) !== space) return undefined;

  const dayEnd = at;
  const lastStart = blanks(units, at);
  at = lastStart;
  let first = 0;
  for (; digit(units, at); at++) first = first * 10 + unitAt(units, at) - 48;
  let year: number | undefined;
  let hour: number | undefined;
  let minute: number | undefined;
  if (unitAt(units, at) === 0x3a) {
    if (at - lastStart > 2 || at === lastStart || !digit(units, at + 1) || !digit(units, at + 2))
      return undefined;
    hour = first;
    minute = (unitAt(units, at + 1) - 48) * 10 + unitAt(units, at + 2) - 48;
    at += 3;
    if (hour > 23 || minute > 59) return undefined;
  } else {
    if (at - lastStart !== 4 || first < firstYear) return undefined;
    // A year at the left of its column leaves a second blank behind it, which is no part of the name.
    if (lastStart === dayEnd + 1 && unitAt(units, at + 1) === space) return undefined;
    year = first;
  }
  if (day < 1 || day > daysInMonth(year, month)) return undefined;
  if (unitAt(units, at) !== space) return undefined;

  const nameStart = at + 1;
  // Dots may be the directory itself or its parent.
  let isHarmless = unitAt(units, nameStart) !== 0x2e;
  let stop = nameStart;
  for (; stop < units.length; stop++) {
    const unit = unitAt(units, stop);
    if (unit === lineFeed) break;
    if (unit === 0x2f || unit === 0) isHarmless = false;
  }
  const end = unitAt(units, stop - 1) === 0x0d ? stop - 1 : stop;
  if (end <= nameStart) return undefined;
  lines.end = stop;

  let name = text.slice(nameStart, end);
  let target: string | undefined;
  const { type, permissions, owner, group, links } = columns;
  if (type === "link") ({ name, target } = splitTarget(name, size));
  else if (type === "dir" && name.length > 1 && name.endsWith("/")) name = name.slice(0, -1);
  return {
    kind: "entry",
    name,
    type,
    size,
    sizeText: undefined,
    modified: {
      year,
      month,
      day,
      hour,
      minute,
      second: undefined,
      fraction: undefined,
      zone: "local-to-server",
      text: text.slice(dateStart, at),
      alternatives: undefined,
    },
    permissions,
    owner,
    group,
    links,
    target,
    facts: undefined,
    details: undefined,
    hazard: isHarmless ? undefined : nameHazard(name),
    dialect: "unix",
    confidence: "certain",
    raw: text.slice(start, end),
  };
}

function createMemory(): Memory {
  return { columns: undefined, units: new Uint8Array(64), misses: 0 };
}

/** The columns, where the line at `start` begins as theirs did. */
function recall({ columns, units: known }: Memory, units: Uint8Array, start: number): Columns | undefined {
  if (columns === undefined) return undefined;
  const { length } = columns;
  for (let at = 0; at < length; at++) if (units[start + at] !== known[at]) return undefined;
  return columns;
}

/** The units are copied, since those of a chunk may be overwritten: which is worth it only where lines do repeat. */
function remember(memory: Memory, columns: Columns, units: Uint8Array, start: number): void {
  memory.misses++;
  const { length } = columns;
  if (length > memory.units.length || (memory.misses > 4 && memory.misses % 16 > 0)) return;
  for (let at = 0; at < length; at++) memory.units[at] = unitAt(units, start + at);
  memory.columns = columns;
}

function readColumns(text: string, units: Uint8Array, start: number): Columns | undefined {
  const letter = unitAt(units, start);
  // `-`, `d` and `l`; all else is rare.
  if (letter !== 0x2d && letter !== 0x64 && letter !== 0x6c) return undefined;
  for (let place = 0; place < 9; place++)
    if (!isModeLetter(unitAt(units, start + 1 + place), place % 3)) return undefined;
  let at = start + 10;
  const suffix = unitAt(units, at);
  if (suffix === 0x2b || suffix === 0x2e || suffix === 0x40) at++;
  const modeEnd = at;

  if (unitAt(units, at) !== space) return undefined;
  at = blanks(units, at);
  const linksStart = at;
  let links = 0;
  for (; digit(units, at); at++) links = links * 10 + unitAt(units, at) - 48;
  if (at === linksStart || at - linksStart > 9 || unitAt(units, at) !== space) return undefined;

  const ownerStart = blanks(units, at);
  const ownerEnd = wordEnd(units, ownerStart);
  const groupStart = blanks(units, ownerEnd);
  const groupEnd = wordEnd(units, groupStart);
  if (unitAt(units, groupEnd) !== space) return undefined;
  return {
    length: groupEnd + 1 - start,
    type: letter === 0x2d ? "file" : letter === 0x64 ? "dir" : "link",
    permissions: text.slice(start, modeEnd),
    links,
    owner: text.slice(ownerStart, ownerEnd),
    group: text.slice(groupStart, groupEnd),
  };
}

/** Behind the end nothing, which is none of what is looked for. */
function unitAt(units: Uint8Array, at: number): number {
  return units[at] as number;
}

function blanks(units: Uint8Array, start: number): number {
  let at = start;
  while (unitAt(units, at) === space) at++;
  return at;
}

function wordEnd(units: Uint8Array, start: number): number {
  let at = start;
  while (at < units.length && unitAt(units, at) !== space && unitAt(units, at) !== lineFeed) at++;
  return at;
}

function digit(units: Uint8Array, at: number): boolean {
  const unit = unitAt(units, at);
  return unit >= 48 && unit <= 57;
}

/** `-`, and in its place `r`, `w` or one of `xsStT`. */
function isModeLetter(unit: number, place: number): boolean {
  if (unit === 0x2d) return true;
  if (place === 0) return unit === 0x72;
  if (place === 1) return unit === 0x77;
  return unit === 0x78 || unit === 0x73 || unit === 0x53 || unit === 0x74 || unit === 0x54;
}

/** Three letters as one number, so that a month costs one comparison. */
function key(a: number, b: number, c: number): number {
  return (a << 16) | (b << 8) | c;
}

/** A place for each month among 32, which no other has: to ask a Map costs more than all else of a date. */
function placeOf(key: number): number {
  return ((key >> 8) + key) & 31;
}

/** At its place each month's key, and in the last four bits its number. */
function createMonths(): Int32Array {
  const months = new Int32Array(32);
  for (const [index, name] of englishMonths.entries()) {
    const month = key(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2));
    months[placeOf(month)] = (month << 4) | (index + 1);
  }
  return months;
}

const months = /* @__PURE__ */ createMonths();

/** 0 for what is none. */
function englishMonth(units: Uint8Array, at: number): number {
  const month = key(unitAt(units, at), unitAt(units, at + 1), unitAt(units, at + 2));
  const known = months[placeOf(month)] as number;
  return known >> 4 === month ? known & 15 : 0;
}
