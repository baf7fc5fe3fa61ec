import { parseCount } from "../count.ts";
import { timeOfEpoch } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryType, ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { type Field, splitFields } from "../scan.ts";

/** The type bits of `st_mode`. */
const types: ReadonlyMap<number, EntryType> = new Map<number, EntryType>([
  [0o14, "socket"],
  [0o12, "link"],
  [0o10, "file"],
  [0o06, "block"],
  [0o04, "dir"],
  [0o02, "char"],
  [0o01, "fifo"],
]);

/** The year 5138: what is more is no time in seconds. */
const latest = 99_999_999_999;

/** A `stat` in numbers: `st_mode` in octal, owner, group, size, seconds since the epoch, name. */
export const unixNumeric: Dialect = {
  name: "unix-numeric",
  from: "servers that print st_mode in octal and the time as a number",
  recognise: (line) => /^0?[01]?\d{5} /.test(line),
  parse: (line) => readNumeric(line, splitFields(line, 0, 6)),
};

function readNumeric(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const mode = fields[0]?.text ?? "";
  if (fields[0]?.start !== 0 || !/^0?[01]?[0-7]{5}$/.test(mode)) return undefined;
  const type = types.get(Number.parseInt(mode, 8) >> 12);
  if (type === undefined) return undefined;
  const [, owner, group, size, time, name] = fields;
  const bytes = parseCount(size?.text ?? "");
  const seconds = parseCount(time?.text ?? "");
  if (name === undefined || time === undefined || bytes === undefined) return undefined;
  if (typeof seconds !== "number" || seconds > latest) return undefined;
  return makeEntry("unix-numeric", line, line.slice(name.start), {
    type,
    size: bytes,
    modified: timeOfEpoch(seconds, time.text),
    permissions: mode,
    owner: owner?.text,
    group: group?.text,
    confidence: "likely",
  });
}
