import { parseClock } from "../clock.ts";
import { parseCount, parseSmall } from "../count.ts";
import { fullYear, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { type DateFound, readDate } from "../list-date.ts";
import { makeEntry } from "../make-entry.ts";
import { monthsOf } from "../month.ts";
import { type Field, skipBlanks, splitFields } from "../scan.ts";

const mode = /^([-d]) ?\[[-RWCEMFASO]{6,10}\]/;

/**
 * Novell NetWare: `d`, trustee rights in brackets, owner, size, date, name; HellSoft's server sets no blank before
 * the bracket and has a link count.
 */
export const netware: Dialect = {
  name: "netware",
  from: "Novell NetWare, HellSoft FTP server",
  recognise: (line) => mode.test(line),
  parse: readNetware,
};

function readNetware(line: string): ListingEntry | undefined {
  const match = mode.exec(line);
  if (match === null) return undefined;
  const permissions = match[0];
  const fields = splitFields(line, permissions.length, 12);
  // [links] owner size date: the date must be a month by its name, so that an owner's number is none.
  const counted = !permissions.includes(" ");
  const sizeAt = counted ? 2 : 1;
  const [owner, size] = [fields[sizeAt - 1], fields[sizeAt]];
  const bytes = parseCount(size?.text ?? "");
  if (owner === undefined || bytes === undefined || !/^\p{L}/u.test(fields[sizeAt + 1]?.text ?? ""))
    return undefined;
  const date = readShortYear(line, fields, sizeAt + 1) ?? readDate(line, fields, sizeAt + 1);
  if (date === undefined) return undefined;
  const start = skipBlanks(line, date.end);
  if (start >= line.length) return undefined;
  return makeEntry("netware", line, line.slice(start), {
    type: match[1] === "d" ? "dir" : "file",
    size: bytes,
    modified: date.time,
    permissions,
    owner: owner.text,
    links: counted ? parseSmall(fields[0]?.text ?? "") : undefined,
  });
}

/** `Feb  3 93 12:00`, of old servers. */
function readShortYear(line: string, fields: readonly Field[], at: number): DateFound | undefined {
  const [name, day, year, last] = fields.slice(at, at + 4);
  if (name === undefined || last === undefined || !/^\d\d$/.test(year?.text ?? "")) return undefined;
  const clock = parseClock(last.text);
  if (clock === undefined || !/^\d{1,2}$/.test(day?.text ?? "")) return undefined;
  const readings = monthsOf(name.text).map((month) => ({
    year: fullYear(year?.text ?? ""),
    month,
    day: Number(day?.text),
  }));
  const time = timeOf(readings, clock, line.slice(name.start, last.end));
  return time && { time, next: at + 4, end: last.end, padded: false, bare: false };
}
