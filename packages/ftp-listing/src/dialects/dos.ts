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

/** `DIR`, and what it is in other languages: `REP`, `KAT`, `VERZ`; they fit the column. */
const directoryMark = /^\p{L}{2,5}$/u;
/** Links, in English, German, French and Italian. */
const linkMarks: ReadonlySet<string> = new Set([
  "JUNCTION",
  "SYMLINK",
  "SYMLINKD",
  "VERBINDUNG",
  "JONCTION",
  "GIUNZIONE",
]);

function readDos(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [date, clock, third] = fields;
  if (date === undefined || clock === undefined || third === undefined) return undefined;
  const half = isHalfOfDay(third.text);
  const what = half ? fields[3] : third;
  const timeText = half ? clock.text + third.text : clock.text;
  const modified = readTime(date.text, timeText, line.slice(date.start, half ? third.end : clock.end));
  if (modified === undefined || what === undefined) return undefined;

  const mark = /^<([^<>]{2,12})>$/.exec(what.text)?.[1];
  const size = mark === undefined ? parseSize(what.text) : undefined;
  if (size === undefined ? mark === undefined : size.sizeText !== undefined) return undefined;
  const isLink = mark !== undefined && linkMarks.has(mark.toUpperCase());
  if (mark !== undefined && !isLink && !directoryMark.test(mark)) return undefined;
  const start = nameStart(line, date, what);
  if (start >= line.length) return undefined;
  const text = line.slice(start);
  if (!isLink)
    return makeEntry("dos", line, text, {
      type: mark === undefined ? "file" : "dir",
      size: size?.size,
      modified,
    });
  const { name, target } = splitJunction(text);
  return makeEntry("dos", line, name, { type: "link", target, modified });
}

/** `name [C:\target]` as `dir` prints it; `name -> target`, `name => target`. */
function splitJunction(text: string): { readonly name: string; readonly target: string | undefined } {
  const open = text.endsWith("]") ? text.lastIndexOf(" [") : -1;
  if (open > 0) return { name: text.slice(0, open), target: text.slice(open + 2, -1) };
  // Neither name nor target is empty.
  const arrow = text.slice(1, -1).search(/ [-=]> /);
  if (arrow < 0) return { name: text, target: undefined };
  return { name: text.slice(0, arrow + 1), target: text.slice(arrow + 5) };
}

function readTime(date: string, clockText: string, text: string): ListingTime | undefined {
  const clock = parseClock(clockText);
  if (clock === undefined) return undefined;
  const orders: readonly DateOrder[] = /^\d{4}/.test(date)
    ? ["ymd"]
    : date.includes(".")
      ? ["dmy", "mdy"]
      : ["mdy", "dmy", "ymd"];
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
  if (/^ *\d+ +[\p{L}.()]{3,24},? +[\d.,'\u00a0]+ +(?:bytes?|octets)\b/iu.test(line.slice(0, 96)))
    return "trailer";
  return undefined;
}
