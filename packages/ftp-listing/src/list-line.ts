import type { DirectoryEntry, FileType } from "@longshore/file-store";
import { civilFromDays, dayLength, englishMonths } from "./calendar.ts";
import { printableName } from "./printable-name.ts";

export interface ListFormatOptions {
  /** The server's clock, in milliseconds since the epoch, UTC: decides between a time of day and a year. */
  readonly now: number;
  /** Minutes east of UTC of the times printed, fixed or for each instant (summer time); 0, UTC, unless told. */
  readonly zoneOffset?: number | ((instant: number) => number);
  /** Printed where the store knows none; `ftp` unless told. */
  readonly owner?: string;
  readonly group?: string;
}

const letters = { file: "-", directory: "d", symlink: "l", other: "p" } as const satisfies Record<
  FileType,
  string
>;
const usualModes = { file: 0o644, directory: 0o755, symlink: 0o777, other: 0o644 } as const satisfies Record<
  FileType,
  number
>;
/** What a year of four digits can say; a file system may hold more. */
const earliest = Date.UTC(1601, 0);
const latest = Date.UTC(9999, 11, 31);
/** Half a mean Gregorian year, which is where `ls` draws the line. */
const recent = (365.2425 / 2) * dayLength;

/**
 * A line of LIST without its end, in the form of `ls -l`, which every client reads: mode, links, owner, group,
 * size, date, name, and ` -> target` behind a symbolic link. The time of day stands in for the year when the
 * file was changed within the last half year and not after `now`. A file whose time is unknown gets the epoch's.
 * A link whose target is not told points to `?`: curl gives up on a whole listing that has a link without a
 * target, and wget leaves the link out.
 *
 * Control characters in a name become `?`, blanks in owner and group `_`: one entry is one line whose columns
 * can be told apart.
 *
 * @example formatListLine({ name: "a", type: "file", size: 3, modified: 0 }, { now: 0 })
 * // "-rw-r--r--   1 ftp      ftp                 3 Jan  1 00:00 a"
 */
export function formatListLine(entry: DirectoryEntry, options: ListFormatOptions): string {
  const { type } = entry;
  const mode = modeText(type, entry.mode ?? usualModes[type]);
  const links = String(entry.links ?? 1).padStart(3);
  const owner = ownerColumn(entry.owner ?? options.owner ?? "ftp");
  const group = groupColumn(entry.group ?? options.group ?? "ftp");
  const size = String(entry.size).padStart(12);
  const date = formatListDate(entry.modified ?? 0, options);
  const line = `${mode} ${links} ${owner} ${group} ${size} ${date} ${printableName(entry.name)}`;
  return type === "symlink" ? `${line} -> ${printableName(entry.target || "?")}` : line;
}

/** The ten letters of `ls -l`, as `-rwsr-x--t`: `mode` is the permission bits, `0` to `0o7777`. */
export function formatMode(type: FileType, mode: number): string {
  return (
    letters[type] +
    triad(mode >> 6, mode & 0o4000, "s", "S") +
    triad(mode >> 3, mode & 0o2000, "s", "S") +
    triad(mode, mode & 0o1000, "t", "T")
  );
}

function triad(bits: number, special: number, both: string, alone: string): string {
  const execute = bits & 1 ? (special ? both : "x") : special ? alone : "-";
  return (bits & 4 ? "r" : "-") + (bits & 2 ? "w" : "-") + execute;
}

/** Made once for each of the modes that there are. */
const modeTexts: Readonly<Record<FileType, Map<number, string>>> = {
  file: new Map(),
  directory: new Map(),
  symlink: new Map(),
  other: new Map(),
};

function modeText(type: FileType, mode: number): string {
  const bits = mode & 0o7777;
  let text = modeTexts[type].get(bits);
  if (text === undefined) {
    text = formatMode(type, bits);
    modeTexts[type].set(bits, text);
  }
  return text;
}

/** {@link column} for what is mostly the same as the time before. */
function createColumn(): (text: string) => string {
  let last = "";
  let made = column(last);
  return (text) => {
    if (text !== last) {
      last = text;
      made = column(text);
    }
    return made;
  };
}

const ownerColumn = /* @__PURE__ */ createColumn();
const groupColumn = /* @__PURE__ */ createColumn();

function column(text: string): string {
  const plain = printableName(text);
  return (/\s/.test(plain) ? plain.replace(/\s/g, "_") : plain || "-").padEnd(8);
}

function formatListDate(modified: number, { now, zoneOffset = 0 }: ListFormatOptions): string {
  const offset = typeof zoneOffset === "number" ? zoneOffset : zoneOffset(modified);
  const local = Math.min(Math.max(modified + offset * 60_000, earliest), latest);
  const days = Math.floor(local / dayLength);
  const { year, month, day } = civilFromDays(days);
  const date = `${englishMonths[month - 1]} ${day < 10 ? " " : ""}${day}`;
  if (modified > now || modified <= now - recent) return `${date}  ${year}`;
  const minutes = Math.floor((local - days * dayLength) / 60_000);
  return `${date} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
