import { parseClock } from "../clock.ts";
import { parseCount } from "../count.ts";
import { numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { monthsOf } from "../month.ts";
import { type Field, splitFields } from "../scan.ts";
import type { ListingTime } from "../time.ts";

/** 16-bit Windows: 8.3 name, size or `<DIR>`, `Nov 16 1994 17:17` or `11-16-94 17:17`, [attributes]. */
export const supertcp: Dialect = {
  name: "supertcp",
  from: "SuperTCP and NetManage Chameleon for 16-bit Windows",
  recognise: (line) => /^\S{1,12} +(?:\d+|<DIR>) +(?:\p{L}{3} +\d\d|\d\d[-/]\d\d)/u.test(line.slice(0, 80)),
  parse: (line) => readSupertcp(line, splitFields(line, 0, 8)),
};

function readSupertcp(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [name, size] = fields;
  const isDirectory = size?.text === "<DIR>";
  const bytes = isDirectory ? undefined : parseCount(size?.text ?? "");
  if (name === undefined || name.start !== 0 || (!isDirectory && bytes === undefined)) return undefined;
  const named = fields.length >= 6 ? readNamed(line, fields) : undefined;
  const modified = named ?? readNumeric(line, fields);
  const attributes = fields[named === undefined ? 4 : 6];
  if (modified === undefined || fields.length > (named === undefined ? 5 : 7)) return undefined;
  if (attributes !== undefined && !/^[-RWHSAD]{1,5}$/i.test(attributes.text)) return undefined;
  return makeEntry("supertcp", line, name.text, {
    type: isDirectory ? "dir" : "file",
    size: bytes,
    modified,
    ...(attributes !== undefined && { details: { attributes: attributes.text } }),
  });
}

function readNamed(line: string, fields: readonly Field[]): ListingTime | undefined {
  const [month, day, year, clock] = fields.slice(2);
  if (month === undefined || clock === undefined || !/^\d{1,2}$/.test(day?.text ?? "")) return undefined;
  const time = parseClock(clock.text);
  if (time === undefined || !/^\d{4}$/.test(year?.text ?? "")) return undefined;
  const readings = monthsOf(month.text).map((number) => ({
    year: Number(year?.text),
    month: number,
    day: Number(day?.text),
  }));
  return timeOf(readings, time, line.slice(month.start, clock.end));
}

function readNumeric(line: string, fields: readonly Field[]): ListingTime | undefined {
  const [date, clock] = fields.slice(2);
  if (date === undefined || clock === undefined) return undefined;
  const time = parseClock(clock.text);
  return time && timeOf(numericDates(date.text, ["mdy"]), time, line.slice(date.start, clock.end));
}
