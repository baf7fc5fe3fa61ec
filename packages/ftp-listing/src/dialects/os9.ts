import { parseCount } from "../count.ts";
import { numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

/** Microware OS-9 `dir -e`: owner `group.user`, year/month/day, time as `1026`, attributes, sector, bytes, name. */
export const os9: Dialect = {
  name: "os9",
  from: "Microware OS-9",
  recognise: (line) => /^ *\d+\.\d+ +\d\d\/\d\d\/\d\d +\d{4} /.test(line.slice(0, 64)),
  parse: readOs9,
  skip: (line) => {
    if (/^ *Owner +Last modified +Attributes\b/i.test(line)) return "header";
    return /^ *Directory of .+ \d\d:\d\d(?::\d\d)?$/i.test(line) ? "header" : undefined;
  },
};

function readOs9(line: string): ListingEntry | undefined {
  const fields = splitFields(line, 0, 7);
  const [owner, date, clock, attributes, sector, size, name] = fields;
  if (owner === undefined || date === undefined || clock === undefined || name === undefined)
    return undefined;
  if (!/^\d{1,5}\.\d{1,5}$/.test(owner.text) || !/^\d{4}$/.test(clock.text)) return undefined;
  if (!/^[-dsewr]{8}$/.test(attributes?.text ?? "") || !/^[\da-f]+$/i.test(sector?.text ?? ""))
    return undefined;
  const bytes = parseCount(size?.text ?? "");
  const [hour, minute] = [Number(clock.text.slice(0, 2)), Number(clock.text.slice(2))];
  if (bytes === undefined || hour > 23 || minute > 59) return undefined;
  const text = line.slice(date.start, clock.end);
  const modified = timeOf(
    numericDates(date.text, ["ymd"]),
    { hour, minute, second: undefined, fraction: undefined },
    text,
  );
  if (modified === undefined) return undefined;
  return makeEntry("os9", line, line.slice(name.start), {
    type: attributes?.text.startsWith("d") ? "dir" : "file",
    size: bytes,
    modified,
    permissions: attributes?.text,
    owner: owner.text,
  });
}
