export { encodeListing, encodeListingPieces } from "./batch.ts";
export { type DialectName, dialectNames } from "./dialect-name.ts";
export type {
  Confidence,
  EntryDetails,
  EntryType,
  ListingEntry,
  ListingItem,
  NameHazard,
  SkippedLine,
  UnparsedLine,
} from "./entry.ts";
export {
  type FactContext,
  type FactName,
  factNames,
  formatFactFeature,
  formatFactSelection,
  parseFactSelection,
} from "./fact.ts";
export { formatFactLine, parseFactLine } from "./fact-line.ts";
export { formatListLine, formatMode, type ListFormatOptions } from "./list-line.ts";
export { formatNameLine } from "./name-line.ts";
export {
  createListingParser,
  type ListingParser,
  type ListingParserOptions,
  parseListingLine,
} from "./parser.ts";
export { printableName } from "./printable-name.ts";
export { dialectsOfSystem } from "./system.ts";
export {
  formatTime,
  inferYear,
  type ListingTime,
  type ListingZone,
  precisionOf,
  type TimePrecision,
  toInstant,
} from "./time.ts";
export { formatTimeValue, parseTimeValue } from "./time-value.ts";
