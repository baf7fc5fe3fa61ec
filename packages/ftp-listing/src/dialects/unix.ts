import { parseCount, parseSize, parseSmall } from "../count.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryDetails, EntryType, ListingEntry } from "../entry.ts";
import { type DateFound, readDate, readNumberedDate } from "../list-date.ts";
import { makeEntry } from "../make-entry.ts";
import { modeLength, typeLetters } from "../mode.ts";
import { type Field, isDigits, skipBlanks, splitFields } from "../scan.ts";
import { splitTarget } from "../target.ts";
import { readPlainUnix } from "./unix-plain.ts";

/**
 * `ls -l` of any Unix, locale and option, and of the many servers that print like it: mode, [links], [owner],
 * [group], size, date, name. Columns may be missing or run together, owners and groups may hold blanks; the size
 * and the date behind it are what is looked for, from the left.
 */
export const unix: Dialect = {
  name: "unix",
  from: "ls -l; most servers on any system",
  recognise: (line) => modeStart(line) !== undefined,
  parse: readUnix,
  parsePlain: readPlainUnix,
};

/** What stands before the name, however it was found. */
interface Columns {
  /** The fields between mode and size. */
  readonly middle: readonly Field[];
  readonly size: number | bigint | undefined;
  readonly sizeText?: string | undefined;
  readonly details?: EntryDetails;
  readonly date: DateFound | undefined;
  readonly nameStart: number;
  readonly confidence: ListingEntry["confidence"];
}

function readUnix(line: string): ListingEntry | undefined {
  const start = modeStart(line);
  if (start === undefined) return undefined;
  const permissions = line.slice(start, start + modeLength(line, start));
  const type = typeLetters.get(permissions[0] ?? "");
  const fields = splitFields(line, start + permissions.length);
  const columns =
    sized(line, fields, type, readDate) ??
    joined(line, fields) ??
    guessed(sized(line, fields, type, readNumberedDate)) ??
    unlookable(fields) ??
    dateless(fields);
  if (columns === undefined || columns.nameStart >= line.length) return undefined;
  const { date, size, sizeText, details } = columns;
  const { links, owner, group, certain } = ownership(line, columns.middle);
  const full = line.slice(columns.nameStart);
  const { name, target } = type === "link" ? splitTarget(full, size) : { name: full, target: undefined };
  const bare = type === "dir" && name.length > 1 && name.endsWith("/") ? name.slice(0, -1) : name;
  const confidence = columns.confidence === "certain" && !certain ? "likely" : columns.confidence;
  return makeEntry("unix", line, bare, {
    type,
    size,
    sizeText,
    modified: date?.time,
    permissions,
    owner,
    group,
    links,
    target,
    details,
    confidence,
  });
}

/** Where the mode begins: behind blanks, and behind the inode and block counts of `ls -is`. */
function modeStart(line: string): number | undefined {
  let at = skipBlanks(line, 0);
  for (let count = 0; count < 3; count++) {
    if (modeLength(line, at) > 0) return at;
    const digits = /^\d+ +/.exec(line.slice(at, at + 32));
    if (digits === null) return undefined;
    at += digits[0].length;
  }
  return undefined;
}

/** The leftmost size with a date behind it. */
function sized(
  line: string,
  fields: readonly Field[],
  type: EntryType | undefined,
  read: (line: string, fields: readonly Field[], at: number) => DateFound | undefined,
): Columns | undefined {
  const device = type === "char" || type === "block";
  for (let index = 0; index + 1 < fields.length; index++) {
    const text = fields[index]?.text ?? "";
    if (!/^-?\d/.test(text)) continue;
    const pair = device ? deviceNumbers(text, fields[index + 1]?.text ?? "") : undefined;
    const size = pair === undefined ? parseSize(text) : undefined;
    if (pair === undefined && size === undefined && !overflowed.test(text)) continue;
    const date = read(line, fields, index + (pair?.fields ?? 1));
    if (date === undefined) continue;
    return {
      middle: fields.slice(0, index),
      size: size?.size,
      sizeText: size?.sizeText,
      ...(pair && { details: { major: pair.major, minor: pair.minor } }),
      date,
      nameStart: nameStart(line, date),
      confidence: "certain",
    };
  }
  return undefined;
}

/** What servers whose sizes are too narrow print for a larger one, or for one unknown. */
const overflowed = /^-\d{1,19}$/;

function guessed(columns: Columns | undefined): Columns | undefined {
  return columns && { ...columns, confidence: "guess" };
}

/** `0, 27`, `109,767`, `14, 0x00000001`: device numbers in the place of the size. */
function deviceNumbers(
  text: string,
  next: string,
): { readonly major: number; readonly minor: number; readonly fields: number } | undefined {
  const apart = text.endsWith(",");
  const match = /^(\d{1,9}),(\d{1,9}|0x[\da-f]{1,8})$/i.exec(apart ? text + next : text);
  return match === null
    ? undefined
    : { major: Number(match[1]), minor: Number(match[2]), fields: apart ? 2 : 1 };
}

/** A size that has run into the group before it, `longgroup123456`, in place of a group. */
function joined(line: string, fields: readonly Field[]): Columns | undefined {
  const first = isDigits(fields[0]?.text ?? "") ? 1 : 0;
  const index = first + 1;
  const field = fields[index];
  const match = /^(\D*[^\d.,])(\d{1,20})$/.exec(field?.text ?? "");
  if (field === undefined || match === null) return undefined;
  const date = readDate(line, fields, index + 1);
  if (date === undefined) return undefined;
  const [, text = "", digits = ""] = match;
  const group = { text, start: field.start, end: field.start + text.length };
  return {
    middle: [...fields.slice(0, index), group],
    size: parseCount(digits),
    date,
    nameStart: nameStart(line, date),
    confidence: "guess",
  };
}

/** `d????????? ? ? ? ?            ? name`: `ls` was not allowed to look. */
function unlookable(fields: readonly Field[]): Columns | undefined {
  let marks = 0;
  while (fields[marks]?.text === "?") marks++;
  if (marks < 4) return undefined;
  const end = fields[marks - 1]?.end ?? 0;
  return { middle: [], size: undefined, date: undefined, nameStart: end + 1, confidence: "certain" };
}

/** links, owner, group, size and then the name, where nothing looks like the remains of a date. */
function dateless(fields: readonly Field[]): Columns | undefined {
  const [links, , , size, name, next, third] = fields;
  if (size === undefined || name === undefined || !isDigits(links?.text ?? "")) return undefined;
  const count = parseCount(size.text);
  const dated = [name, next, third].some(
    (field, place) => /^-?\d/.test(field?.text ?? "") && (place > 0 || next),
  );
  if (count === undefined || dated) return undefined;
  const columns = { middle: fields.slice(0, 3), size: count, date: undefined };
  return { ...columns, nameStart: name.start, confidence: "guess" };
}

/** One blank parts the date from the name; all others belong to the name, unless they fill the date's column. */
function nameStart(line: string, date: DateFound): number {
  if (date.bare) return skipBlanks(line, date.end);
  const padding = date.padded && line[date.end + 1] === " " && line[date.end + 2] !== undefined ? 1 : 0;
  return date.end + 1 + padding;
}

interface Ownership {
  readonly links: number | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly certain: boolean;
}

/**
 * Tells links, owner and group apart: a number first is the link count. With more words than two, the widest gap
 * parts owner and group, because only the columns are padded; without one, the first word is the owner.
 */
function ownership(line: string, middle: readonly Field[]): Ownership {
  const counted = isDigits(middle[0]?.text ?? "");
  const links = counted ? parseSmall(middle[0]?.text ?? "") : undefined;
  const names = counted ? middle.slice(1) : middle;
  const first = names[0];
  const last = names.at(-1);
  if (first === undefined || last === undefined)
    return { links, owner: undefined, group: undefined, certain: false };
  if (names.length === 1) return { links, owner: first.text, group: undefined, certain: false };
  // `DOMAIN\\user name DOMAIN\\Domain Users`: a domain begins a name.
  const domain = names.findIndex(({ text }, index) => index > 0 && text.includes("\\"));
  let split = Math.max(domain, 1);
  for (let index = 1; index < names.length; index++)
    if (gapBefore(names, index) > gapBefore(names, split)) split = index;
  const owner = line.slice(first.start, names[split - 1]?.end);
  const group = line.slice(names[split]?.start, last.end);
  return { links, owner, group, certain: counted && names.length === 2 };
}

function gapBefore(names: readonly Field[], index: number): number {
  return (names[index]?.start ?? 0) - (names[index - 1]?.end ?? 0);
}
