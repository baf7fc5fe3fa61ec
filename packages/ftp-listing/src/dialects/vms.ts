import { type Clock, parseClock } from "../clock.ts";
import { parseSize, parseSmall } from "../count.ts";
import { namedDates, timeOf } from "../date.ts";
import type { Dialect } from "../dialect.ts";
import type { EntryDetails, ListingEntry, SkippedLine } from "../entry.ts";
import { makeEntry } from "../make-entry.ts";
import { fieldEnd, skipBlanks } from "../scan.ts";

/** Bytes in a block. */
const blockSize = 512;

/**
 * OpenVMS (UCX, TCP/IP Services, MultiNet, TCPware, CMU): `NAME.TYPE;version`, then in any order blocks in use and
 * allocated, date, owner in brackets, protection in parentheses. A long name has the rest on the next line.
 */
export const vms: Dialect = {
  name: "vms",
  from: "OpenVMS: UCX, MultiNet, TCPware, CMU TCP/IP",
  recognise: (line) => nameEnd(line) > 0,
  parse: readVms,
  skip: skipVms,
  continues: (line) => {
    const end = nameEnd(line);
    return end > 0 && skipBlanks(line, end) >= line.length;
  },
  alone: (line) => {
    const { name, type, version } = splitName(line, nameEnd(line));
    return makeEntry("vms", line, name, { type, details: { version }, confidence: "guess" });
  },
};

function readVms(line: string): ListingEntry | undefined {
  const end = nameEnd(line);
  const rest = skipBlanks(line, end);
  if (end === 0 || rest >= line.length) return undefined;
  const { name, type, version } = splitName(line, end);
  if (denied.test(line.slice(rest)))
    return makeEntry("vms", line, name, { type, details: { version }, confidence: "likely" });
  const columns = readColumns(line, rest);
  if (columns === undefined) return undefined;
  const { date, clock, size, sizeText, blocks, allocated, group, owner, permissions } = columns;
  if (date === undefined && size === undefined && !columns.sized) return undefined;
  const modified = date === undefined ? undefined : timeOf(namedDates(date), clock, columns.when.trim());
  if (date !== undefined && modified === undefined) return undefined;
  const details: EntryDetails = {
    version,
    ...(blocks !== undefined && { blocks }),
    ...(allocated !== undefined && { allocated }),
  };
  return makeEntry("vms", line, name, {
    type,
    size,
    sizeText,
    modified,
    permissions,
    owner,
    group,
    details,
    confidence: date === undefined ? "likely" : "certain",
  });
}

/** What is said of a file that may not be looked at. */
const denied = /^(?:%(?:RMS|SYSTEM)-|insufficient privilege|no privilege)/i;

/**
 * Where `NAME;version` ends, at a blank or the line's end; 0 when the line does not begin so. A blank within a
 * name is printed as `^ ` (ODS-5).
 */
function nameEnd(line: string): number {
  let at = 0;
  for (; at < line.length; at++) {
    const unit = line[at];
    if (unit === "^") at++;
    else if (unit === " " || unit === "\t" || unit === "\n") return 0;
    else if (unit === ";") break;
  }
  if (at === 0 || at >= line.length) return 0;
  const end = fieldEnd(line, at);
  return /^;\d{1,5}$/.test(line.slice(at, Math.min(end, at + 8))) ? end : 0;
}

/** The name without the type `.DIR` of a directory, and without the version. */
function splitName(
  line: string,
  end: number,
): { readonly name: string; readonly type: "dir" | "file"; readonly version: number } {
  const semicolon = line.lastIndexOf(";", end);
  const full = line.slice(0, semicolon);
  const isDirectory = full.length > 4 && /\.DIR$/i.test(full.slice(-4));
  const version = Number(line.slice(semicolon + 1, end));
  return { name: isDirectory ? full.slice(0, -4) : full, type: isDirectory ? "dir" : "file", version };
}

/** An identifier or a user identification code: `[SYSTEM]`, `[GROUP,OWNER]`, `[1,4]`; cut off, it loses its bracket. */
const uic = /^\[(?: *([\w$*]+) *,)? *([\w$*]+) *\]?$/;
/** What system, owner, group and world may do, of read, write, execute and delete in this order. */
const protection = /^\(R?W?E?D?(?:,R?W?E?D?){3}\)$/i;

interface Columns {
  /** The blocks were printed, if only as the asterisks of an overflow. */
  sized: boolean;
  date: string | undefined;
  /** Date and time as printed. */
  when: string;
  clock: Clock | undefined;
  size: number | bigint | undefined;
  sizeText: string | undefined;
  blocks: number | undefined;
  allocated: number | undefined;
  group: string | undefined;
  owner: string | undefined;
  permissions: string | undefined;
}

/** Every field behind the name, each told by its own form; `undefined` when one has none. */
function readColumns(line: string, start: number): Columns | undefined {
  const columns: Columns = {
    sized: false,
    date: undefined,
    when: "",
    clock: undefined,
    size: undefined,
    sizeText: undefined,
    blocks: undefined,
    allocated: undefined,
    group: undefined,
    owner: undefined,
    permissions: undefined,
  };
  let at = start;
  while (at < line.length) {
    const end = line[at] === "[" ? ownerEnd(line, at) : fieldEnd(line, at);
    const text = line.slice(at, end);
    if (!readColumn(columns, text)) return undefined;
    at = skipBlanks(line, end);
  }
  return columns;
}

function readColumn(columns: Columns, text: string): boolean {
  if (text.startsWith("[")) {
    const owner = uic.exec(text);
    if (columns.owner !== undefined || owner === null) return false;
    columns.group = owner[1];
    columns.owner = owner[2];
    return true;
  }
  if (protection.test(text)) {
    columns.permissions = text.slice(1, -1);
    return true;
  }
  const used = /^(?:(\d{1,12})|\*+)(?:\/(?:(\d{1,20})|\*+))?$/.exec(text);
  if (used !== null) {
    if (columns.sized) return false;
    columns.sized = true;
    columns.blocks = parseSmall(used[1] ?? "");
    columns.allocated = parseSmall(used[2] ?? "");
    columns.size = columns.blocks === undefined ? undefined : columns.blocks * blockSize;
    return true;
  }
  if (columns.date === undefined && /^\d{1,2}-/.test(text)) {
    columns.date = text;
    columns.when = text;
    return namedDates(text).length > 0;
  }
  const clock = columns.date === undefined ? undefined : parseClock(text);
  if (clock !== undefined) {
    columns.clock = clock;
    columns.when = `${columns.when} ${text}`;
    return true;
  }
  const rounded = /^\d.*B$/i.test(text) ? parseSize(text) : undefined;
  if (rounded !== undefined) {
    columns.size = rounded.size;
    columns.sizeText = rounded.sizeText;
    return true;
  }
  // An owner without brackets stands where one with them would, behind the date.
  if (columns.owner !== undefined || columns.date === undefined || !/^[A-Z_$][\w$]*$/i.test(text))
    return false;
  columns.owner = text;
  return true;
}

/** Behind `]`, or where an owner that was cut off ends: at the parenthesis or a wide gap. */
function ownerEnd(line: string, at: number): number {
  const close = line.indexOf("]", at);
  const open = line.indexOf("(", at);
  if (close >= 0 && (open < 0 || close < open)) return close + 1;
  return fieldEnd(line, at);
}

function skipVms(line: string): SkippedLine["reason"] | undefined {
  if (/^ *(?:Directory )?[\w$.-]*:?\[[^ \]]*\]$/i.test(line) || /^ *Directory [^ ]*[:[][^ ]*$/i.test(line))
    return "header";
  // A long owner sends the protection to a line of its own.
  if (protection.test(line.trim())) return "trailer";
  if (/^ *(?:Grand total|Total)(?: of)? \d+ (?:files?|director)/i.test(line)) return "trailer";
  return undefined;
}
