import { decodeText, encodeText } from "@longshore/nvt";
import type { DialectName } from "./dialect-name.ts";
import type { ListingItem } from "./entry.ts";
import { createLineReader } from "./line-reader.ts";
import { unitsOf } from "./units.ts";

export interface ListingParserOptions {
  /**
   * What the listing is likely written in, as the command or the answer to SYST tells
   * ({@link dialectsOfSystem}). `"mlsx"`, for the answer to MLSD, is read as nothing else. All other forms are
   * still tried, but some are so bare (a member of an MVS data set is one word) that they are read only when
   * told here, or below their title line.
   */
  readonly dialect?: DialectName | readonly DialectName[];
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

const lineFeed = 0x0a;
/** The most that the report of a line that is too long shows of it, in bytes. */
const maxShown = 256;

/**
 * Reads a listing of any form, told by the lines as they come. Lines end with CRLF or LF. Whatever the bytes and
 * however they are cut, each line becomes one item (two lines of one entry become one), nothing is dropped in
 * silence, and nothing throws.
 *
 * @example
 * const parser = createListingParser();
 * const items = [...parser.push(bytes), ...parser.end()];
 */
export function createListingParser(options: ListingParserOptions = {}): ListingParser {
  const { maxLineLength = 65_536, dialect } = options;
  const reader = createLineReader(dialect);
  const shown = Math.min(maxShown, maxLineLength);
  let held: Uint8Array = new Uint8Array(256);
  let length = 0;
  /** Inside a line that was too long and has been reported. */
  let passing = false;

  function hold(bytes: Uint8Array): void {
    if (held.length < length + bytes.length) {
      const larger = new Uint8Array(Math.max(length + bytes.length, held.length * 2));
      larger.set(held.subarray(0, length));
      held = larger;
    }
    held.set(bytes, length);
    length += bytes.length;
  }

  function tooLong(beginning: Uint8Array): ListingItem {
    return {
      kind: "unparsed",
      raw: decodeText(beginning.subarray(0, shown)),
      reason: "too-long",
      dialect: undefined,
    };
  }

  function readLines(bytes: Uint8Array, items: ListingItem[]): void {
    const text = decodeText(bytes);
    const units = unitsOf(text, bytes);
    // A character has at most three bytes for each unit, so that most lines need no counting.
    const uncounted = maxLineLength / 3;
    for (let start = 0; start < text.length; ) {
      const plainEnd = reader.plain?.(text, units, start, uncounted, items) ?? -1;
      if (plainEnd >= 0) {
        start = plainEnd + 1;
        continue;
      }
      const end = text.indexOf("\n", start);
      const stop = end < 0 ? text.length : end;
      const lineEnd = units[stop - 1] === 0x0d && stop > start ? stop - 1 : stop;
      const size = stop - start;
      const long =
        size > uncounted &&
        (size > maxLineLength || encodeText(text.slice(start, stop)).length > maxLineLength);
      if (long) items.push(tooLong(encodeText(text.slice(start, start + shown))));
      else reader.line(text, units, start, lineEnd, items);
      start = stop + 1;
    }
  }

  return {
    push(bytes) {
      const items: ListingItem[] = [];
      let rest = bytes;
      if (passing) {
        const end = rest.indexOf(lineFeed);
        if (end < 0) return items;
        passing = false;
        rest = rest.subarray(end + 1);
      }
      const last = rest.lastIndexOf(lineFeed);
      if (last >= 0) {
        let block = rest.subarray(0, last + 1);
        if (length > 0) {
          hold(block);
          block = held.subarray(0, length);
          length = 0;
        }
        readLines(block, items);
      }
      const tail = rest.subarray(last + 1);
      if (tail.length > 0) hold(tail);
      if (length > maxLineLength) {
        items.push(tooLong(held.subarray(0, length)));
        length = 0;
        passing = true;
      }
      return items;
    },
    end() {
      const items: ListingItem[] = [];
      if (length > 0) readLines(held.subarray(0, length), items);
      length = 0;
      passing = false;
      reader.end(items);
      return items;
    },
    get dialect() {
      return reader.dialect;
    },
  };
}

/**
 * Reads one line that stands alone; the two lines of an entry that takes two may be joined by LF or CRLF.
 *
 * @example parseListingLine("-rw-r--r-- 1 ftp ftp 3 Jan 29 03:26 a b") // { kind: "entry", name: "a b", … }
 */
export function parseListingLine(
  line: string,
  options: { readonly dialect?: DialectName | readonly DialectName[] } = {},
): ListingItem {
  const reader = createLineReader(options.dialect);
  const items: ListingItem[] = [];
  for (const part of line.split(/\r?\n/)) reader.line(part, unitsOf(part), 0, part.length, items);
  reader.end(items);
  const entry = items.find(({ kind }) => kind === "entry");
  return entry ?? items[0] ?? { kind: "skipped", raw: line, reason: "empty" };
}
