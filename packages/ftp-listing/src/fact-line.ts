import type { DirectoryEntry } from "@longshore/file-store";
import type { ListingEntry, UnparsedLine } from "./entry.ts";
import { type FactContext, type FactName, factTable } from "./fact.ts";
import { printableName } from "./printable-name.ts";

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
 * Reads one line of MLSD, or of MLST without its first blank (RFC 3659 §7.2).
 *
 * @param line without its end
 */
export function parseFactLine(line: string): ListingEntry | UnparsedLine {
  return { kind: "unparsed", raw: line, reason: "malformed", dialect: "mlsx" };
}
