import { type Dialect, dialects } from "./dialect.ts";
import type { DialectName } from "./dialect-name.ts";
import { createPlainMemory } from "./dialects/unix-plain.ts";
import type { ListingEntry, ListingItem, SkippedLine, UnparsedLine } from "./entry.ts";
import { readFacts } from "./fact-line.ts";
import { isHeading, skipUnixLine } from "./skipped-line.ts";

/** Titles and sums are short; a longer line is not even compared with their forms. */
const maxTitle = 200;

/** Reads line after line of one listing and remembers what it has learnt of its form. */
export interface LineReader {
  /**
   * Adds the entry in the line that begins at `start`, if it has the usual form of the lines before it.
   *
   * @param longest characters from which on a line is none of those
   * @returns where the line ends: at its LF, or behind the text; -1 where it is for `line`
   */
  plain?(text: string, units: Uint8Array, start: number, longest: number, items: ListingItem[]): number;
  /**
   * Adds what the line from `start` to `end` of `text` is, and what the line before it turns out to have been, to
   * `items`. Behind `end` there is nothing or the line's end.
   *
   * @param units of `text`
   */
  line(text: string, units: Uint8Array, start: number, end: number, items: ListingItem[]): void;
  /** Adds what was waiting for a second line. */
  end(items: ListingItem[]): void;
  readonly dialect: DialectName | undefined;
}

export function createLineReader(hint: DialectName | readonly DialectName[] | undefined): LineReader {
  return hint === "mlsx"
    ? createFactReader()
    : createDialectReader(new Set(hint === undefined ? [] : [hint].flat()));
}

/** The answer to MLSD has one form, without titles; all else in it is an error of its server's. */
function createFactReader(): LineReader {
  return {
    line(text, units, start, end, items) {
      const entry = readFacts(text, units, start, end);
      if (entry !== undefined) items.push(entry);
      else if (start === end) items.push(skipped("", "empty"));
      else
        items.push({
          kind: "unparsed",
          raw: text.slice(start, end),
          reason: "malformed",
          dialect: "mlsx",
        });
    },
    end() {},
    dialect: "mlsx",
  };
}

function createDialectReader(expected: Set<DialectName>): LineReader {
  /** The dialect of the latest entry, which the next one most likely has too. */
  let current: Dialect | undefined;
  let pending: { readonly line: string; readonly dialect: Dialect } | undefined;
  let afterEmpty = true;
  const ordered = orderOf(expected);
  const memory = createPlainMemory();

  function read(line: string): ListingItem | undefined {
    if (line === "" || line.trim() === "") return skipped(line, "empty");
    for (const dialect of ordered) {
      if (dialect === current || (dialect.loose && !allows(dialect))) continue;
      if (dialect.loose && skipUnixLine(line) !== undefined) continue;
      const entry = dialect.parse(line, expected.has(dialect.name));
      if (entry === undefined) continue;
      current = dialect;
      return entry;
    }
    const reason = skipUnixLine(line);
    if (reason !== undefined) return skipped(line, reason);
    for (const dialect of dialects) {
      const title = line.length > maxTitle ? undefined : dialect.skip?.(line);
      if (title === undefined) continue;
      if (title === "header") {
        expected.add(dialect.name);
        current = dialect;
      }
      return skipped(line, title);
    }
    if (isHeading(line, afterEmpty && current?.name === "unix")) return skipped(line, "heading");
    for (const dialect of dialects) {
      if (!dialect.continues?.(line) || (dialect.loose && !allows(dialect))) continue;
      pending = { line, dialect };
      return undefined;
    }
    return unparsed(line);
  }

  /** A loose form is believed where it was announced, or as long as nothing stricter was found. */
  function allows(dialect: Dialect): boolean {
    return expected.has(dialect.name) || current === undefined || current === dialect;
  }

  function release(items: ListingItem[]): void {
    if (pending === undefined) return;
    const { line, dialect } = pending;
    pending = undefined;
    const entry = dialect.alone?.(line);
    if (entry !== undefined) current = dialect;
    items.push(entry ?? unparsed(line));
  }

  return {
    plain(text, units, start, longest, items) {
      if (pending !== undefined) return -1;
      const entry = current?.parsePlain?.(text, units, start, memory);
      if (entry === undefined || memory.end - start >= longest) return -1;
      afterEmpty = false;
      items.push(entry);
      return memory.end;
    },
    line(text, _, start, end, items) {
      const line = text.slice(start, end);
      if (pending !== undefined) {
        const { dialect } = pending;
        const joined: ListingEntry | undefined = dialect.parse(`${pending.line}\n${line}`, true);
        if (joined !== undefined) {
          pending = undefined;
          current = dialect;
          items.push(joined);
          return;
        }
        release(items);
      }
      const item = current?.parse(line, expected.has(current.name)) ?? read(line);
      if (item === undefined) return;
      afterEmpty = item.kind === "skipped" && item.reason === "empty";
      items.push(item);
    },
    end: release,
    get dialect() {
      return current?.name;
    },
  };
}

/** All dialects, those that are expected first. */
function orderOf(expected: ReadonlySet<DialectName>): readonly Dialect[] {
  if (expected.size === 0) return dialects;
  const first = dialects.filter(({ name }) => expected.has(name));
  return [...first, ...dialects.filter(({ name }) => !expected.has(name))];
}

function skipped(raw: string, reason: SkippedLine["reason"]): SkippedLine {
  return { kind: "skipped", raw, reason };
}

function unparsed(raw: string): UnparsedLine {
  const dialect = dialects.find(({ recognise }) => recognise(raw))?.name;
  return { kind: "unparsed", raw, reason: dialect === undefined ? "unknown-form" : "malformed", dialect };
}
