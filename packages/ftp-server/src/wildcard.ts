/** A pattern of `*`, `?` and `[…]`, as shells have them, whose work is counted. */
export interface Wildcard {
  /** Whether the whole name fits. */
  matches(name: string): boolean;
  /** Steps taken in all calls so far. */
  readonly steps: number;
}

/** Whether `text` has anything that a wildcard gives a meaning to. */
export function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text);
}

/**
 * Reads a pattern; a `[` that is not closed stands for itself. Matching goes back to the latest `*` only, which is
 * enough, so that it takes at most as many steps as the lengths of name and pattern multiplied.
 */
export function createWildcard(pattern: string): Wildcard {
  const tokens = parse(pattern);
  let steps = 0;
  return {
    get steps() {
      return steps;
    },
    matches(name) {
      let at = 0;
      let token = 0;
      let starToken = -1;
      let starAt = 0;
      while (at < name.length) {
        steps++;
        const test = tokens[token];
        if (test === star) {
          starToken = token++;
          starAt = at;
        } else if (test?.(name.charAt(at))) {
          at++;
          token++;
        } else if (starToken >= 0) {
          token = starToken + 1;
          at = ++starAt;
        } else return false;
      }
      while (tokens[token] === star) token++;
      return token === tokens.length;
    },
  };
}

type Test = (character: string) => boolean;

const star: Test = () => true;
const any: Test = () => true;

function parse(pattern: string): readonly Test[] {
  const tokens: Test[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "*") {
      if (tokens.at(-1) !== star) tokens.push(star);
    } else if (character === "?") tokens.push(any);
    else if (character === "[") {
      const set = parseSet(pattern, at);
      tokens.push(set?.test ?? ((other) => other === "["));
      at = set?.end ?? at;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

/** `[abc]`, `[a-z]`, `[!a]` or `[^a]`; a `]` that comes first belongs to the set. */
function parseSet(pattern: string, start: number): { test: Test; end: number } | undefined {
  const isNegated = /[!^]/.test(pattern.charAt(start + 1));
  const first = start + (isNegated ? 2 : 1);
  const end = pattern.indexOf("]", first + 1);
  if (end < 0) return undefined;
  const ranges: [string, string][] = [];
  for (let at = first; at < end; at++) {
    const low = pattern.charAt(at);
    const isRange = pattern.charAt(at + 1) === "-" && at + 2 < end;
    ranges.push([low, isRange ? pattern.charAt(at + 2) : low]);
    if (isRange) at += 2;
  }
  return {
    end,
    test: (character) => ranges.some(([low, high]) => low <= character && character <= high) !== isNegated,
  };
}
