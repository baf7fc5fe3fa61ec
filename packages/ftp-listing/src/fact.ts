import type { DirectoryEntry } from "@longshore/file-store";
import { printableName } from "./printable-name.ts";
import { formatTimeValue } from "./time-value.ts";

/** What a `perm` or `type` fact says beyond the entry itself. */
export interface FactContext {
  /**
   * The letters of the `perm` fact, a subset of `acdeflmprw` (RFC 3659 §7.5.5), which depend on the user and so
   * are the server's to say; without them the fact is left out.
   */
  readonly perm?: string;
  /** Set for the listed directory itself and its parent in MLSD (RFC 3659 §7.5.1.2, §7.5.1.4). */
  readonly type?: "cdir" | "pdir";
}

/** Every fact that can be printed, in the order in which they are. */
export const factNames = [
  "type",
  "size",
  "modify",
  "create",
  "perm",
  "unique",
  "UNIX.mode",
  "UNIX.owner",
  "UNIX.group",
] as const;

export type FactName = (typeof factNames)[number];

type Fact = (entry: DirectoryEntry, context: FactContext) => string | undefined;

/** How each fact is told from an entry; `undefined` leaves it out of this line (RFC 3659 §7.9). */
export const factTable: Readonly<Record<FactName, Fact>> = {
  type: (entry, context) => context.type ?? typeOf(entry),
  // For directories it means nothing (RFC 3659 §7.5.7).
  size: (entry) => (entry.type === "directory" ? undefined : String(entry.size)),
  modify: (entry) => timeOf(entry.modified),
  create: (entry) => timeOf(entry.created),
  perm: (_, context) => context.perm,
  unique: (entry) => tokenOf(entry.id),
  "UNIX.mode": (entry) =>
    entry.mode === undefined ? undefined : `0${entry.mode.toString(8).padStart(3, "0")}`,
  "UNIX.owner": (entry) => tokenOf(entry.owner),
  "UNIX.group": (entry) => tokenOf(entry.group),
};

/**
 * The line that FEAT shows (RFC 3659 §7.8): each fact that the server has, a `*` behind those now sent.
 *
 * @example formatFactFeature(["type", "size", "perm"], ["type"]) // "MLST type*;size;perm;"
 */
export function formatFactFeature(available: readonly FactName[], selected: readonly FactName[]): string {
  if (available.length === 0) return "MLST";
  return `MLST ${available.map((name) => `${name}${selected.includes(name) ? "*" : ""};`).join("")}`;
}

/**
 * Reads the argument of OPTS MLST (RFC 3659 §7.9): the available facts among those asked for, in any case and
 * without those unknown. `undefined` when a blank makes it no list of facts, which answers 501.
 *
 * @param text what follows `MLST`, without the blank; empty selects nothing
 */
export function parseFactSelection(
  text: string,
  available: readonly FactName[] = factNames,
): readonly FactName[] | undefined {
  if (text.includes(" ")) return undefined;
  const asked = new Set(text.toLowerCase().split(";"));
  return available.filter((name) => asked.has(name.toLowerCase()));
}

/** The answer to OPTS MLST (RFC 3659 §7.9.1): `MLST OPTS type;size;`. */
export function formatFactSelection(selected: readonly FactName[]): string {
  if (selected.length === 0) return "MLST OPTS";
  return `MLST OPTS ${selected.map((name) => `${name};`).join("")}`;
}

function typeOf(entry: DirectoryEntry): string {
  switch (entry.type) {
    case "file":
      return "file";
    case "directory":
      return "dir";
    case "symlink": {
      const target = entry.target === undefined ? undefined : tokenOf(entry.target);
      return target === undefined ? "OS.unix=symlink" : `OS.unix=slink:${target}`;
    }
    case "other":
      return "OS.unix=special";
  }
}

function timeOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : formatTimeValue(instant);
}

/** A fact holds neither blank nor semicolon (RFC 3659 §7.4); what would is left out rather than bent. */
function tokenOf(text: string | undefined): string | undefined {
  if (text === undefined || /[ ;]/.test(text) || printableName(text) !== text) return undefined;
  return text;
}
