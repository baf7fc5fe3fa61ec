import { parseClock } from "../clock.ts";
import { parseCount } from "../count.ts";
import { type DateOrder, numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryType, ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { type Field, isDigits, splitFields } from "../scan.ts";
import type { ListingTime } from "../time.ts";

/** Object types other than plain files. */
const types: ReadonlyMap<string, EntryType> = new Map<string, EntryType>([
  ["*DIR", "dir"],
  ["*DDIR", "dir"],
  ["*FLR", "dir"],
  ["*LIB", "dir"],
  ["*SYMLNK", "link"],
  ["*CHRSF", "char"],
  ["*BLKSF", "block"],
  ["*FIFO", "fifo"],
  ["*SOCKET", "socket"],
]);

/**
 * OS/400, now IBM i (list format 0): owner, size, date, time, `*TYPE`, name; a member of a physical file has
 * neither size nor time. The date has the order and the separator of the job's settings, which the line does not
 * tell.
 */
export const os400: Dialect = {
  name: "os400",
  from: "IBM OS/400, i5/OS, IBM i (SITE LISTFMT 0)",
  recognise: (line) => / \*[A-Z]{2,10} /.test(line.slice(0, 96)),
  parse: (line) => readObject(line, splitFields(line, 0, 6)),
};

function readObject(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const typeAt = fields.findIndex(({ text }) => /^\*[A-Z][A-Z0-9]{1,9}$/.test(text));
  const [owner, type, name] = [fields[0], fields[typeAt], fields[typeAt + 1]];
  if (typeAt < 1 || owner === undefined || type === undefined || name === undefined) return undefined;
  if (isDigits(owner.text) || (typeAt !== 1 && typeAt !== 4)) return undefined;
  const [size, date, clock] = typeAt === 4 ? [fields[1], fields[2], fields[3]] : [];
  const bytes = parseCount(size?.text ?? "");
  const modified = date && clock && readTime(line, date, clock);
  if (typeAt === 4 && (bytes === undefined || modified?.hour === undefined || type.text === "*MEM"))
    return undefined;
  const text = nameOf(line.slice(name.start));
  if (text === "") return undefined;
  return makeEntry("os400", line, text, {
    type: types.get(type.text) ?? "file",
    size: bytes,
    modified,
    owner: owner.text,
    details: { objectType: type.text },
  });
}

/** QDATSEP may be a comma, QTIMSEP a comma or a point. */
function readTime(line: string, date: Field, clock: Field): ListingTime | undefined {
  const readings = numericDates(date.text.replaceAll(",", "/"), ordersOf(date.text));
  return timeOf(readings, parseClock(clock.text.replace(/[.,]/g, ":")), line.slice(date.start, clock.end));
}

/** QDATFMT's orders for the separators of QDATSEP: `.` is European, `-` mostly begins with the year. */
function ordersOf(date: string): readonly DateOrder[] {
  if (date.includes(".")) return ["dmy", "ymd"];
  if (date.includes("-")) return ["ymd", "dmy", "mdy"];
  return ["mdy", "dmy", "ymd"];
}

/** A directory ends with `/`. A path from the root was what the listing was asked for: its last name counts. */
function nameOf(text: string): string {
  const bare = text.length > 1 && text.endsWith("/") ? text.slice(0, -1) : text;
  const slash = bare.startsWith("/") ? bare.lastIndexOf("/") : -1;
  return bare.slice(slash + 1);
}
