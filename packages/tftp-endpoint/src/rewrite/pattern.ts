import { RE2JS } from "re2js";

/** Where a pattern was found, and its groups: `undefined` for one that took no part. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** The whole match first. */
  readonly groups: readonly (string | undefined)[];
}

/** A regular expression in the syntax of RE2, which goes through the text once whatever it is: nothing backtracks. */
export interface Pattern {
  /** Finds the leftmost match at `from` or later. */
  search(text: string, from?: number): PatternMatch | undefined;
  /** Steps that each character of a text takes at most. */
  readonly size: number;
}

/** What is wrong with a rule, for whoever wrote it. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/** Most steps of one pattern; `{1,100}` counts a hundred times. */
const maxSize = 1000;

/**
 * @throws {PatternError} for what is no pattern, or too large a one
 * @example compilePattern("^boot/(.*)$").search("boot/x")?.groups // ["boot/x", "x"]
 */
export function compilePattern(source: string, options: { readonly ignoreCase?: boolean } = {}): Pattern {
  const compiled = compile(source, options.ignoreCase === true ? RE2JS.CASE_INSENSITIVE : 0);
  const size = compiled.programSize();
  if (size > maxSize) throw new PatternError("it is too large; use fewer and smaller {…}");
  return {
    size,
    search(text, from = 0) {
      const matcher = compiled.matcher(text);
      if (!matcher.find(from)) return undefined;
      const groups = Array.from(
        { length: matcher.groupCount() + 1 },
        (_, index) => matcher.group(index) ?? undefined,
      );
      return { start: matcher.start(), end: matcher.end(), groups };
    },
  };
}

function compile(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error).replace(/^error parsing regexp: /, "");
    throw new PatternError(`${source} is no pattern: ${why}`);
  }
}
