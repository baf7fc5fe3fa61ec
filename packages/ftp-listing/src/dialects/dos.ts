import { isHalfOfDay, parseClock } from "../clock.ts";
import { parseSize } from "../count.ts";
import { type DateOrder, numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry, SkippedLine } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { type Field, skipBlanks, splitFields } from "../scan.ts";
import type { ListingTime } from "../time.ts";

/**
 * `dir` of DOS and Windows, as IIS and many others print it: date, time, `<DIR>` or a size, name. IIS prints the
 * month first and two digits of the year unless told otherwise; other servers print what their locale has.
 */
export const dos: Dialect = {
  name: "dos",
  from: "IIS and other servers on Windows; dir of Windows and DOS",
  recognise: (line) => /^ *\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} +\d{1,2}:\d\d/.test(line.slice(0, 64)),
  parse: (line) => readDos(line, splitFields(line, 0, 5)),
  skip: skipDos,
};

function readDos(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [date, clock, third] = fields;
  if (date === undefined || clock === undefined || third === undefined) return undefined;
  const half = isHalfOfDay(third.text);
  const what = half ? fields[3] : third;
  const timeText = half ? clock.text + third.text : clock.text;
  const modified = readTime(date.text, timeText, line.slice(date.start, half ? third.end : clock.end));
  if (modified === undefined || what === undefined) return undefined;

  const mark = /^<(\p{L}{2,12})>$/u.exec(what.text)?.[1];
  const size = mark === undefined ? parseSize(what.text) : undefined;
  if ((mark === undefined && size === undefined) || size?.sizeText !== undefined) return undefined;
  const start = nameStart(line, date, what);
  if (start >= line.length) return undefined;
  const text = line.slice(start);
  if (mark === undefined || !/^(?:JUNCTION|SYMLINKD?)$/i.test(mark))
    return makeEntry("dos", line, text, {
      type: mark === undefined ? "file" : "dir",
      size: size?.size,
      modified,
    });
  // `<SYMLINKD>     name [C:\target]`
  const open = text.endsWith("]") ? text.lastIndexOf(" [") : -1;
  if (open <= 0) return makeEntry("dos", line, text, { type: "link", modified });
  return makeEntry("dos", line, text.slice(0, open), {
    type: "link",
    target: text.slice(open + 2, -1),
    modified,
  });
}

function readTime(date: string, clockText: string, text: string): ListingTime | undefined {
  const clock = parseClock(clockText);
  if (clock === undefined) return undefined;
  const orders: readonly DateOrder[] = /^\d{4}/.test(date)
    ? ["ymd"]
    : date.includes(".")
      ? ["dmy", "mdy"]
      : ["mdy", "dmy"];
  return timeOf(numericDates(date, orders), clock, text);
}

/**
 * In the columns of IIS a size ends in column 38 (40 with a year of four digits) and one blank follows, so that
 * more of them begin the name. Elsewhere, and behind `<DIR>`, they are padding.
 */
function nameStart(line: string, date: Field, what: Field): number {
  const columns = date.start === 0 && what.end === (date.text.length === 10 ? 40 : 38);
  return columns && !what.text.startsWith("<") ? what.end + 1 : skipBlanks(line, what.end);
}

/** Titles and sums of `dir`. */
function skipDos(line: string): SkippedLine["reason"] | undefined {
  if (/^ {1,2}(?:Volume (?:in drive|Serial Number)|Directory of) /i.test(line)) return "header";
  if (/^ *\d+ (?:files?|dirs?|file\(s\)|dir\(s\)) +[\d.,]+ bytes\b/i.test(line.slice(0, 96)))
    return "trailer";
  return undefined;
}
