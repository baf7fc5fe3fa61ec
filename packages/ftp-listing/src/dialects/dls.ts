import { parseSize } from "../count.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryDetails, ListingEntry } from "../entry.ts";
import { type DateFound, readDate } from "../list-date.ts";
import { makeEntry } from "../make-entry.ts";
import { fieldEnd, skipBlanks, splitFields } from "../scan.ts";

/** The column that sizes end in, and that a name too long for it wraps at. */
const sizeEnd = 23;

/**
 * `/bin/dls` of large archives of the nineties: name (`/` behind a directory's), size, `-` or `=`, two blanks, and
 * then a date, a link's target or a description, each only where there is one. A long name has the rest on the
 * next line. Nearly any text looks so: the size must end in its column, unless the form is expected.
 */
export const dls: Dialect = {
  name: "dls",
  from: "/bin/dls (descriptive listing) of wuarchive and others",
  recognise: () => false,
  parse: readDls,
  continues: (line) => line.length > 14 && /^\S+$/.test(line),
  loose: true,
};

function readDls(line: string, expected: boolean): ListingEntry | undefined {
  const nameEnd = fieldEnd(line, 0);
  const sizeStart = skipBlanks(line, nameEnd);
  const end = fieldEnd(line, sizeStart);
  if (nameEnd === 0 || sizeStart >= line.length) return undefined;
  const column = end - (line.indexOf("\n") + 1);
  if (column !== sizeEnd && !(expected && column > sizeEnd)) return undefined;
  if (end < line.length && !/^ {2}(?: \d|[^ ])/.test(line.slice(end, end + 4))) return undefined;
  const text = line.slice(sizeStart, end);
  const size = text === "-" || text === "=" ? undefined : parseSize(text);
  if (size === undefined && text !== "-" && text !== "=") return undefined;

  const rest = end + 2;
  const date = dateAt(line, rest);
  const remark = line.slice(date === undefined ? rest : skipBlanks(line, date.end)).trimEnd();
  const name = line.slice(0, nameEnd);
  const isDirectory = name.length > 1 && name.endsWith("/");
  const target = remark.startsWith("-> ") ? remark.slice(3) : undefined;
  const details: EntryDetails | undefined =
    target === undefined && remark !== "" ? { description: remark } : undefined;
  return makeEntry("dls", line, isDirectory ? name.slice(0, -1) : name, {
    type: isDirectory ? "dir" : target === undefined ? "file" : "link",
    size: size?.size,
    sizeText: size?.sizeText,
    modified: date?.time,
    target,
    details,
    confidence: "guess",
  });
}

function dateAt(line: string, start: number): DateFound | undefined {
  return readDate(line, splitFields(line, start, 5), 0);
}
