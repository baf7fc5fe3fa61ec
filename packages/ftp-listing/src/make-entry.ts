import type { DialectName } from "./dialect-name.ts";
import { type ListingEntry, nameHazard } from "./entry.ts";

type Given = Partial<Omit<ListingEntry, "kind" | "name" | "hazard" | "dialect" | "raw">>;

/** An entry with every key in its place, so that all entries have one shape, whatever their dialect says. */
export function makeEntry(dialect: DialectName, raw: string, name: string, given: Given): ListingEntry {
  return {
    kind: "entry",
    name,
    type: given.type,
    size: given.size,
    sizeText: given.sizeText,
    modified: given.modified,
    permissions: given.permissions,
    owner: given.owner,
    group: given.group,
    links: given.links,
    target: given.target,
    facts: given.facts,
    details: given.details,
    hazard: nameHazard(name),
    dialect,
    confidence: given.confidence ?? "certain",
    raw,
  };
}
