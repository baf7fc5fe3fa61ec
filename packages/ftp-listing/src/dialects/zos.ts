import { parseClock } from "../clock.ts";
import { parseSmall } from "../count.ts";
import { numericDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryDetails, ListingEntry, SkippedLine } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { type Field, splitFields } from "../scan.ts";

/**
 * MVS data sets: volume, unit (not at list level 2), referred, extents, used, record format and lengths,
 * organisation, name.
 */
export const zosDataset: Dialect = {
  name: "zos-dataset",
  from: "z/OS, OS/390, MVS: data sets",
  recognise: (line) =>
    /^\S{1,6} +(?:\d{4}[A-Z]? +)?(?:\d{4}\/\d\d\/\d\d|\*+NONE\*+) /.test(line.slice(0, 64)),
  parse: (line, expected) => readDataset(line, splitFields(line, 0, 12), expected),
  skip: title(/^ *Volume +(?:Unit +)?(?:Referred|Date) +Ext\b/i),
};

/** Members of a partitioned data set: statistics as ISPF keeps them, or the name alone. */
export const zosMember: Dialect = {
  name: "zos-member",
  from: "z/OS, OS/390, MVS: members of a partitioned data set",
  recognise: (line) => /^\S+ +\d\d\.\d\d +\d{2,4}\/\d\d\/\d\d /.test(line.slice(0, 64)),
  parse: (line, expected) => readMember(line, splitFields(line, 0, 10), expected),
  skip: title(/^ *Name +VV\.MM +Created\b/i),
};

/** Members of a load library: size in hexadecimal, place, alias, authorisation code, attributes, modes. */
export const zosLoadlib: Dialect = {
  name: "zos-loadlib",
  from: "z/OS, OS/390, MVS: members of a load library",
  recognise: () => false,
  parse: (line) => readModule(line, splitFields(line, 0, 24)),
  skip: title(/^ *Name +Size +TTR\b/i),
};

/** Jobs: name, number, (owner), status, (class, completion), spool files. */
export const zosJes: Dialect = {
  name: "zos-jes",
  from: "z/OS JES (SITE FILETYPE=JES), interface levels 1 and 2",
  recognise: (line) => /^\S{1,8} +(?:JOB|STC|TSU|[JST]0)\d+ /.test(line),
  parse: (line) => readJob(line, splitFields(line, 0, 12)),
  skip: title(/^ *JOBNAME +JOBID\b/i),
};

/** Words in the place of a data set's properties that say why it has none. */
const unavailable =
  /^(?:Migrated|MIGRAT|Pseudo Directory|User catalog connector|Error determining attributes|(?:\S{1,6} +)?(?:ARCIVE )?Not (?:Direct Access Device|Mounted)|\S{1,6} +Tape)[ \t]+(\S+)$/i;

function readDataset(line: string, fields: readonly Field[], expected: boolean): ListingEntry | undefined {
  const short = line.length < 256 ? unavailable.exec(line.trimEnd()) : null;
  if (short !== null && (expected || /(?: {2}|\t)\S+ *$/.test(line))) {
    const type = /^Pseudo/i.test(line) ? "dir" : "file";
    return makeEntry("zos-dataset", line, unquoted(short[1] ?? ""), { type, confidence: "likely" });
  }
  const [volume, second] = fields;
  const unit = /^\d{4}[A-Z]?$/.test(second?.text ?? "") ? second : undefined;
  const at = unit === undefined ? 1 : 2;
  const referred = fields[at];
  const name = fields.at(-1);
  if (volume === undefined || name === undefined || referred === undefined || volume.text.length > 6)
    return undefined;
  const place = { volume: volume.text, ...(unit && { unit: unit.text }) };
  if (/^VSAM$/i.test(referred.text) && fields.length === at + 2)
    return makeEntry("zos-dataset", line, unquoted(name.text), {
      type: "file",
      details: { ...place, dsorg: "VSAM" },
    });

  const modified = timeOf(numericDates(referred.text, ["ymd", "mdy"]), undefined, referred.text);
  if (modified === undefined && !/^\*+NONE\*+$/.test(referred.text)) return undefined;
  const [recfm, lrecl, blksize, dsorg] = fields.slice(-5, -1);
  // Extents and blocks in use may have run into each other: `213000`, `1+++++`.
  if (fields.length < at + 7 || fields.length > at + 8) return undefined;
  if (
    !/^(?:[FVDU?][A-Z]{0,3}|NONE|\?+|\*+)$/.test(recfm?.text ?? "") ||
    !/^[A-Z?*-]{2,6}$/.test(dsorg?.text ?? "")
  )
    return undefined;
  const [records, block] = [parseSmall(lrecl?.text ?? ""), parseSmall(blksize?.text ?? "")];
  if (records === undefined || block === undefined) return undefined;
  const extents = fields.length === at + 8 ? parseSmall(fields[at + 1]?.text ?? "") : undefined;
  const details: EntryDetails = {
    ...place,
    recfm: recfm?.text ?? "",
    lrecl: records,
    blksize: block,
    dsorg: dsorg?.text ?? "",
    ...(extents !== undefined && { extents }),
  };
  const type = dsorg?.text.startsWith("PO") ? "dir" : "file";
  return makeEntry("zos-dataset", line, unquoted(name.text), { type, modified, details });
}

function readMember(line: string, fields: readonly Field[], expected: boolean): ListingEntry | undefined {
  const [name, version, created, changed, clock, size, , , id] = fields;
  if (name === undefined) return undefined;
  if (fields.length === 1)
    return expected && /^[^\s/.]{1,44}$/.test(name.text)
      ? makeEntry("zos-member", line, name.text, { type: "file", confidence: "guess" })
      : undefined;
  if (changed === undefined || clock === undefined || fields.length < 8 || fields.length > 9)
    return undefined;
  if (!/^\d\d\.\d\d$/.test(version?.text ?? "")) return undefined;
  const modified = timeOf(
    numericDates(changed.text, ["ymd"]),
    parseClock(clock.text),
    line.slice(changed.start, clock.end),
  );
  const made = timeOf(numericDates(created?.text ?? "", ["ymd"]), undefined, created?.text ?? "");
  const records = parseSmall(size?.text ?? "");
  if (modified?.hour === undefined || made === undefined || records === undefined) return undefined;
  const details: EntryDetails = {
    version: version?.text ?? "",
    created: made,
    records,
    ...(id !== undefined && { id: id.text }),
  };
  return makeEntry("zos-member", line, name.text, { type: "file", modified, details });
}

function readModule(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [name, size, place, third] = fields;
  if (name === undefined || fields.length < 5 || !/^[\dA-F]{6,8}$/.test(size?.text ?? "")) return undefined;
  if (!/^[\dA-F]{6}$/.test(place?.text ?? "")) return undefined;
  const [amode, rmode] = fields.slice(-2);
  const modes = /^(?:24|31|64|ANY|SPLIT|MIN)$/;
  if (!modes.test(amode?.text ?? "") || !modes.test(rmode?.text ?? "")) return undefined;
  const alias =
    third !== undefined && !/^\d\d$/.test(third.text) && third.start < 33 ? third.text : undefined;
  return makeEntry("zos-loadlib", line, name.text, {
    type: "file",
    size: Number.parseInt(size?.text ?? "", 16),
    details: { ...(alias !== undefined && { aliasOf: alias }) },
  });
}

const statuses: ReadonlySet<string> = new Set(["INPUT", "ACTIVE", "OUTPUT", "HELD"]);

function readJob(line: string, fields: readonly Field[]): ListingEntry | undefined {
  const [jobName, jobId] = fields;
  if (jobName === undefined || !/^(?:JOB|STC|TSU|[JST]0)\d{4,7}$/.test(jobId?.text ?? "")) return undefined;
  const level = statuses.has(fields[2]?.text ?? "") ? 1 : 2;
  const status = fields[level + 1];
  if (status === undefined || !statuses.has(status.text)) return undefined;
  const rest = line.slice(status.end);
  const spool = / (\d{1,9}) spool files? *$/i.exec(rest);
  const files = spool === null ? undefined : Number(spool[1]);
  const [jobClass, ...completion] = splitFields(spool === null ? rest : rest.slice(0, spool.index), 0, 8);
  const details: EntryDetails = {
    jobName: jobName.text,
    jobId: jobId?.text ?? "",
    status: status.text,
    ...(files !== undefined && { spoolFiles: files }),
    ...(level === 2 && jobClass !== undefined && { jobClass: jobClass.text }),
    ...(completion.length > 0 && { completion: completion.map(({ text }) => text).join(" ") }),
  };
  const owner = level === 2 ? fields[2]?.text : undefined;
  return makeEntry("zos-jes", line, jobId?.text ?? "", { type: "file", owner, details });
}

/** A name in apostrophes is fully qualified. */
function unquoted(name: string): string {
  return name.length > 2 && name.startsWith("'") && name.endsWith("'") ? name.slice(1, -1) : name;
}

function title(form: RegExp): (line: string) => SkippedLine["reason"] | undefined {
  return (line) => (form.test(line) ? "header" : undefined);
}
