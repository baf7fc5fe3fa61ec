import { parseClock } from "../clock.ts";
import { parseCount } from "../count.ts";
import { numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

/** OS/2: size, [attributes], [`DIR`], month-day-year, time, name; years of three digits count from 1900. */
export const os2: Dialect = {
  name: "os2",
  from: "IBM TCP/IP for OS/2",
  recognise: (line) =>
    /^ *\d+ +(?:[RSHA]{1,4} +)?(?:DIR +)?(?:[RSHA]{1,4} +)?\d\d-\d\d-\d/.test(line.slice(0, 96)),
  parse: readOs2,
};

function readOs2(line: string): ListingEntry | undefined {
  const fields = splitFields(line, 0, 6);
  const size = parseCount(fields[0]?.text ?? "");
  if (size === undefined) return undefined;
  let at = 1;
  let attributes: string | undefined;
  let isDirectory = false;
  for (; at < 3; at++) {
    const text = fields[at]?.text ?? "";
    if (text === "DIR" && !isDirectory) isDirectory = true;
    else if (/^[RSHA]{1,4}$/.test(text) && attributes === undefined) attributes = text;
    else break;
  }
  const [date, clock, name] = fields.slice(at);
  if (date === undefined || clock === undefined || name === undefined) return undefined;
  if (!/^\d{1,2}-\d{1,2}-\d{2,4}$/.test(date.text)) return undefined;
  const time = parseClock(clock.text);
  const modified = time && timeOf(numericDates(date.text, ["mdy"]), time, line.slice(date.start, clock.end));
  if (modified === undefined) return undefined;
  return makeEntry("os2", line, line.slice(name.start), {
    type: isDirectory ? "dir" : "file",
    size,
    modified,
    ...(attributes !== undefined && { details: { attributes } }),
  });
}
