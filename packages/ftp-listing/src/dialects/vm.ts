import { parseClock } from "../clock.ts";
import { parseSmall } from "../count.ts";
import { numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { ListingEntry } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { type Field, splitFields } from "../scan.ts";
import type { ListingTime } from "../time.ts";

/** z/VM: file name, file type, record format, record length, records, blocks, date, time, disk; or a directory. */
export const zvm: Dialect = {
  name: "zvm",
  from: "IBM z/VM, VM/ESA",
  recognise: (line) => /^\S+ +\S+ +[FV] +\d+ +\d+ +\d+ +\d{4}-/.test(line.slice(0, 96)),
  parse: (line) => readZvm(line, splitFields(line, 0, 10)),
};

/** VM/CMS as of old: file name, file type, file mode (disk), record format, length, records, blocks, date, time. */
export const cms: Dialect = {
  name: "cms",
  from: "IBM VM/SP, VM/CMS",
  recognise: (line) => /^\S+ +\S+ +[A-Z]\d +[FV] +\d+ /.test(line.slice(0, 96)),
  parse: (line) => readCms(line, splitFields(line, 0, 10)),
  skip: (line) => (/^ *Filename +FileType +Fm +Format\b/i.test(line) ? "header" : undefined),
};

function readZvm(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [name, type, format, length, count, , date, clock] = fields;
  if (name === undefined || fields.length < 7 || fields.length > 9) return undefined;
  if (type?.text === "DIR" && format?.text === "-") {
    const modified = readTime(line, fields[5], fields[6]);
    return modified && makeEntry("zvm", line, name.text, { type: "dir", modified });
  }
  const modified = readTime(line, date, clock);
  const details = recordsOf(format, length, count);
  if (modified === undefined || details === undefined || type === undefined) return undefined;
  return makeEntry("zvm", line, `${name.text}.${type.text}`, { type: "file", modified, details });
}

function readCms(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [name, type, disk, format, length, count, , date, clock] = fields;
  if (name === undefined || type === undefined) return undefined;
  if (disk?.text === "DIR" && fields.length === 8 && /^[A-Z]\d$/.test(type.text)) {
    const modified = readTime(line, fields[6], fields[7]);
    const details = { minidisk: type.text };
    return modified && makeEntry("cms", line, name.text, { type: "dir", modified, details });
  }
  if (fields.length !== 9 || !/^[A-Z]\d$/.test(disk?.text ?? "")) return undefined;
  const modified = readTime(line, date, clock);
  const details = recordsOf(format, length, count);
  if (modified === undefined || details === undefined) return undefined;
  return makeEntry("cms", line, `${name.text}.${type.text}`, {
    type: "file",
    modified,
    details: { ...details, minidisk: disk?.text ?? "" },
  });
}

function readTime(line: string, date: Field | undefined, clock: Field | undefined): ListingTime | undefined {
  if (date === undefined || clock === undefined) return undefined;
  const time = parseClock(clock.text);
  const text = line.slice(date.start, clock.end);
  return time && timeOf(numericDates(date.text, ["ymd", "mdy"]), time, text);
}

function recordsOf(
  format: Field | undefined,
  length: Field | undefined,
  count: Field | undefined,
): { readonly recfm: string; readonly lrecl: number; readonly records: number } | undefined {
  const [lrecl, records] = [parseSmall(length?.text ?? ""), parseSmall(count?.text ?? "")];
  if (format === undefined || !/^[FV]$/.test(format.text)) return undefined;
  return lrecl === undefined || records === undefined ? undefined : { recfm: format.text, lrecl, records };
}
