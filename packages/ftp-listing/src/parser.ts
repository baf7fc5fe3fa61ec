import type { DialectName } from "./dialect.ts";
import type { ListingItem } from "./entry.ts";

export interface ListingParserOptions {
  /**
   * Try this dialect first; `"mlsx"` (the answer to MLSD) is read as nothing else. Some forms are so bare (a PDS
   * member is one word) that they are only recognised with the hint or below their title line.
   */
  readonly dialect?: DialectName;
  /** Longest line in bytes; 65,536 unless told. A longer one is reported with its beginning and passed over. */
  readonly maxLineLength?: number;
}

/** Turns the bytes of a listing into items as they come, in constant memory. */
export interface ListingParser {
  /** Items of the lines that `bytes` completes, in their order. The bytes are not kept. */
  push(bytes: Uint8Array): readonly ListingItem[];
  /** Items of what was left: a last line without an end, an entry that waited for its second line. */
  end(): readonly ListingItem[];
  /** The dialect of the latest entry. */
  readonly dialect: DialectName | undefined;
}

export function createListingParser(options: ListingParserOptions = {}): ListingParser {
  const items: ListingItem[] = [];
  return { push: () => items, end: () => items, dialect: options.dialect };
}

/** Reads one line that stands alone; two lines that make one entry may be joined by LF or CRLF. */
export function parseListingLine(
  line: string,
  options: { readonly dialect?: DialectName } = {},
): ListingItem {
  return { kind: "unparsed", raw: line, reason: "unknown-form", dialect: options.dialect };
}
