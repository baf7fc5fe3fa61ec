import { parseCount } from "../count.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { readDate } from "../list-date.ts";
import { makeEntry } from "../make-entry.ts";
import { splitFields } from "../scan.ts";

/** VShell as of old: size, `Apr 04, 2000 21:06`, name, which ends with `/` for a directory. */
export const vshell: Dialect = {
  name: "vshell",
  from: "VanDyke VShell",
  recognise: (line) => /^ *\d+ +\p{L}{3,12}\.? \d\d, \d{4} /u.test(line.slice(0, 64)),
  parse: readVshell,
};

function readVshell(line: string): ListingEntry | undefined {
  const fields = splitFields(line, 0, 6);
  const size = parseCount(fields[0]?.text ?? "");
  if (size === undefined || !/^\d{1,2},$/.test(fields[2]?.text ?? "")) return undefined;
  const date = readDate(line, fields, 1);
  if (date === undefined || date.time.hour === undefined || date.time.year === undefined) return undefined;
  const name = line.slice(date.end + 1);
  if (name === "" || name === "/") return undefined;
  const isDirectory = name.endsWith("/");
  return makeEntry("vshell", line, isDirectory ? name.slice(0, -1) : name, {
    type: isDirectory ? "dir" : "file",
    size,
    modified: date.time,
  });
}
