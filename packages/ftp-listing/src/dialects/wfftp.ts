import { parseClock } from "../clock.ts";
import { parseCount } from "../count.ts";
import { numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

/** Nortel (Bay Networks) wfFtp: name, size, month/day/year, day of the week, time. */
export const wfftp: Dialect = {
  name: "wfftp",
  from: "Nortel wfFtp (Bay Networks routers)",
  recognise: (line) => /^\S+ +\d+ +\d\d\/\d\d\/\d\d +\p{L}{2,5}\. /u.test(line.slice(0, 160)),
  parse: readWfftp,
};

function readWfftp(line: string): ListingEntry | undefined {
  const fields = splitFields(line, 0, 6);
  const [name, size, date, weekday, clock] = fields;
  if (fields.length !== 5 || name === undefined || date === undefined || clock === undefined)
    return undefined;
  const bytes = parseCount(size?.text ?? "");
  if (bytes === undefined || !/^(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\.?$/i.test(weekday?.text ?? ""))
    return undefined;
  const time = parseClock(clock.text);
  const modified = time && timeOf(numericDates(date.text, ["mdy"]), time, line.slice(date.start, clock.end));
  if (modified === undefined) return undefined;
  return makeEntry("wfftp", line, name.text, { type: "file", size: bytes, modified });
}
