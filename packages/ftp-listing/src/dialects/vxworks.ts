import { parseClock } from "../clock.ts";
import { parseCount } from "../count.ts";
import { namedDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry, SkippedLine } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

/** VxWorks dosFs, in Nortel routers and others: size, `Feb-28-1998`, time, name, `<DIR>` behind a directory's. */
export const vxworks: Dialect = {
  name: "vxworks",
  from: "Wind River VxWorks (Nortel routers)",
  recognise: (line) => /^ *\d+ +\p{L}{3}-\d\d-\d{4} /u.test(line.slice(0, 64)),
  parse: readVxworks,
  skip: skipVxworks,
};

function readVxworks(line: string): ListingEntry | undefined {
  const [size, date, clock, name] = splitFields(line, 0, 4);
  const bytes = parseCount(size?.text ?? "");
  if (bytes === undefined || date === undefined || clock === undefined || name === undefined)
    return undefined;
  const time = parseClock(clock.text);
  if (time === undefined || !/^\p{L}/u.test(date.text)) return undefined;
  const modified = timeOf(namedDates(date.text), time, line.slice(date.start, clock.end));
  if (modified === undefined) return undefined;
  // The name's column is padded so that the `<DIR>` behind it stand below each other.
  const text = line.slice(name.start).trimEnd();
  const isDirectory = text.endsWith(" <DIR>");
  return makeEntry("vxworks", line, isDirectory ? text.slice(0, -6).trimEnd() : text, {
    type: isDirectory ? "dir" : "file",
    size: bytes,
    modified,
  });
}

function skipVxworks(line: string): SkippedLine["reason"] | undefined {
  if (/^ *size +date +time +name *$/i.test(line)) return "header";
  return /^[ -]*-{3}[ -]*$/.test(line) ? "header" : undefined;
}
