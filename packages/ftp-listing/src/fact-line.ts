import type { DirectoryEntry } from "@longshore/file-store";
import { readCount } from "./count.ts";
import {
  type EntryDetails,
  type EntryType,
  type ListingEntry,
  nameHazard,
  type UnparsedLine,
} from "./entry.ts";
import { type FactContext, type FactName, factTable } from "./fact.ts";
import { printableName } from "./printable-name.ts";
import { skipBlanks } from "./scan.ts";
import type { ListingTime } from "./time.ts";
import { readTimeValue } from "./time-value.ts";
import { unitsOf } from "./units.ts";

/**
 * A line of MLSD without its end: each fact selected ends with `;`, then one blank, then the name (RFC 3659
 * §7.2). For MLST, which sends it on the control connection, one more blank goes before it.
 *
 * @example formatFactLine({ name: "a b", type: "file", size: 3 }, ["type", "size"]) // "type=file;size=3; a b"
 */
export function formatFactLine(
  entry: DirectoryEntry,
  selected: readonly FactName[],
  context: FactContext = {},
): string {
  let line = "";
  for (const name of selected) {
    const value = factTable[name](entry, context);
    if (value !== undefined) line += `${name}=${value};`;
  }
  return `${line} ${printableName(entry.name)}`;
}

/**
 * Reads one line of MLSD, or of MLST without its first blank (RFC 3659 §7.2). A line whose facts break the
 * grammar, or whose `size` or `modify` is no number or time, is reported as malformed as a whole.
 *
 * @param line without its end
 * @example parseFactLine("type=file;size=3; a b").name // "a b"
 */
export function parseFactLine(line: string): ListingEntry | UnparsedLine {
  return (
    readFacts(line, unitsOf(line), 0, line.length) ?? {
      kind: "unparsed",
      raw: line,
      reason: "malformed",
      dialect: "mlsx",
    }
  );
}

/** {@link parseFactLine} of the line from `lineStart` to `lineEnd` of `text`, whose `units` are given too. */
export function readFacts(
  text: string,
  units: Uint8Array,
  lineStart: number,
  lineEnd: number,
): ListingEntry | undefined {
  const start = factsStart(text, units, lineStart, lineEnd);
  const end = factsEnd(units, start, lineEnd);
  if (end < 0 || end + 1 >= lineEnd) return undefined;
  const facts: Record<string, string> = Object.create(noFacts);
  let type: EntryType | undefined;
  let system: SystemType | undefined;
  let size: number | bigint | undefined;
  let modified: ListingTime | undefined;
  let created: ListingTime | undefined;
  let permissions: string | undefined;
  let owner: string | undefined;
  let group: string | undefined;
  for (let at = start; at < end; ) {
    let equals = at;
    while (equals < end && units[equals] !== 0x3d && units[equals] !== 0x3b) equals++;
    if (equals === at || units[equals] !== 0x3d || equals === end) return undefined;
    let stop = equals + 1;
    // Servers of the drafts before mlst-07 leave out the last semicolon.
    while (stop < end && units[stop] !== 0x3b) stop++;
    const name = factName(text, at, equals);
    const value = text.slice(equals + 1, stop);
    setFact(facts, name, value);
    at = stop + 1;
    // Nothing is said, as in `type=;`.
    if (value === "") continue;
    switch (name) {
      case "type":
        type = plainTypes.get(value);
        if (type === undefined) system = systemType(value);
        break;
      case "size":
      case "sizd":
        size = readCount(text, units, equals + 1, stop);
        if (size === undefined) return undefined;
        break;
      case "modify":
        modified = readTimeValue(text, units, equals + 1, stop);
        if (modified === undefined) return undefined;
        break;
      case "create":
        created = readTimeValue(text, units, equals + 1, stop);
        if (created === undefined) return undefined;
        break;
      case "unix.mode":
        permissions = value;
        break;
      // A name says more than a number, wherever it stands in the line.
      case "unix.ownername":
        owner = value;
        break;
      case "unix.groupname":
        group = value;
        break;
      case "unix.owner":
      case "unix.uid":
        if (facts["unix.ownername"] === undefined) owner = value;
        break;
      case "unix.group":
      case "unix.gid":
        if (facts["unix.groupname"] === undefined) group = value;
        break;
    }
  }
  const name = text.slice(end + 1, lineEnd);
  return {
    kind: "entry",
    name,
    type: type ?? system?.type,
    size,
    sizeText: undefined,
    modified,
    permissions,
    owner,
    group,
    links: undefined,
    target: system?.target,
    facts,
    details: detailsOf(created, system),
    hazard: nameHazard(name),
    dialect: "mlsx",
    confidence: "certain",
    raw: text.slice(lineStart, lineEnd),
  };
}

function detailsOf(
  created: ListingTime | undefined,
  system: SystemType | undefined,
): EntryDetails | undefined {
  if (created === undefined) return system?.details;
  return { ...system?.details, created };
}

/**
 * Facts inherit nothing, so that a peer's `constructor=…;` or `__proto__=…;` is a fact like any other. An empty
 * prototype does that and, other than none at all, lets the engine share one layout among all lines.
 */
const noFacts: object = Object.freeze(Object.create(null));

const indented = /^ {2,16}(?:type|size|modify|perm|unique|create)=[^ ;]*;/i;

/** The names that are sent with every entry are written out, since the engine stores those at once. */
function setFact(facts: Record<string, string>, name: string, value: string): void {
  switch (name) {
    case "type":
      facts.type = value;
      break;
    case "size":
      facts.size = value;
      break;
    case "modify":
      facts.modify = value;
      break;
    case "perm":
      facts.perm = value;
      break;
    case "unique":
      facts.unique = value;
      break;
    case "unix.mode":
      facts["unix.mode"] = value;
      break;
    default:
      facts[name] = value;
  }
}

/**
 * Where the facts begin: at once. One blank first means that there are none, and the rest is a name; but with
 * more blanks and a fact behind them, a server has indented its lines.
 */
function factsStart(text: string, units: Uint8Array, start: number, end: number): number {
  if (units[start] !== 0x20 || units[start + 1] !== 0x20) return start;
  return indented.test(text.slice(start, end)) ? skipBlanks(text, start) : start;
}

/** Where the facts end: at the first blank. Some server sets a tab for it. */
function factsEnd(units: Uint8Array, start: number, end: number): number {
  let tab = -1;
  let at = start;
  for (; at < end; at++) {
    const unit = units[at];
    if (unit === 0x20) break;
    if (unit === 0x09) tab = at;
  }
  if (tab > start && units[tab - 1] === 0x3b) return tab;
  return at < end ? at : -1;
}

/** Fact names are case-insensitive (RFC 3659 §7.5); those that are sent over and over need no conversion. */
function factName(text: string, start: number, end: number): string {
  for (const [spelling, name] of spellings[end - start] ?? [])
    if (text.startsWith(spelling, start)) return name;
  return text.slice(start, end).toLowerCase();
}

/** By their length. */
const spellings: readonly (readonly (readonly [spelling: string, name: string])[])[] = Array.from(
  { length: 15 },
  (_, length) =>
    ["type", "size", "perm", "modify", "unique", "Type", "Size", "Perm", "Modify", "Unique", "UNIX.mode"]
      .concat(["UNIX.owner", "UNIX.group", "UNIX.uid", "UNIX.gid", "UNIX.ownername", "UNIX.groupname"])
      .filter((name) => name.length === length)
      .map((name) => [name, name.toLowerCase()] as const),
);

/** RFC 3659 §7.5.1, as servers spell them. */
const plainTypes: ReadonlyMap<string, EntryType> = new Map<string, EntryType>([
  ["file", "file"],
  ["dir", "dir"],
  ["cdir", "cdir"],
  ["pdir", "pdir"],
]);

/** Kinds of `OS.unix=` by their first letters. */
const unixKinds = [
  ["slink", "link"],
  ["symlink", "link"],
  ["chr", "char"],
  ["char", "char"],
  ["blk", "block"],
  ["block", "block"],
  ["fifo", "fifo"],
  ["pipe", "fifo"],
  ["sock", "socket"],
] as const satisfies readonly (readonly [string, EntryType])[];

interface SystemType {
  readonly type: EntryType | undefined;
  readonly target: string | undefined;
  readonly details: EntryDetails | undefined;
}

/** A type in another case than usual, or `OS.name=kind` (RFC 3659 §7.5.1.5); `slink:` is followed by the target. */
function systemType(value: string): SystemType | undefined {
  const lower = value.toLowerCase();
  const plain = plainTypes.get(lower);
  if (plain !== undefined) return { type: plain, target: undefined, details: undefined };
  if (!lower.startsWith("os.unix=")) return undefined;
  const kind = lower.slice(8);
  const type = unixKinds.find(([prefix]) => kind.startsWith(prefix))?.[1];
  const colon = type === "link" ? value.indexOf(":") : -1;
  const target = colon < 0 ? "" : value.slice(colon + 1);
  const device = /^[a-z]+-(\d{1,9})\/(\d{1,9})$/.exec(kind);
  const details = device === null ? undefined : { major: Number(device[1]), minor: Number(device[2]) };
  return { type, target: target === "" ? undefined : target, details };
}
