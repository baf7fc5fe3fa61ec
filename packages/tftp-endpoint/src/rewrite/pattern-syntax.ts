/** A part of a pattern. */
export type Term =
  | { readonly type: "set"; readonly test: (character: string) => boolean }
  | { readonly type: "edge"; readonly edge: "start" | "end" }
  | { readonly type: "sequence"; readonly items: readonly Term[] }
  | { readonly type: "choice"; readonly items: readonly Term[] }
  | { readonly type: "group"; readonly index: number; readonly item: Term }
  | {
      readonly type: "repeat";
      readonly item: Term;
      readonly min: number;
      /** Absent: without end. */
      readonly max?: number;
      readonly isLazy: boolean;
    };

/** What is wrong with a pattern, in words that fit behind its place. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * Parses the regular expressions of rewriting rules: characters, `.`, `[…]`, `\d \w \s` and their opposites, `\`
 * before any other sign, `( )`, `(?: )`, `|`, `* + ? {n} {n,} {n,m}` with `?` behind them for the fewest, `^` and `$`.
 * What needs backtracking, references back and looking around, is not among them.
 *
 * @throws {PatternError}
 */
export function parsePattern(source: string): { readonly term: Term; readonly groups: number } {
  const signs = [...source];
  if (signs.length > maxLength) throw new PatternError(`it is longer than ${maxLength} characters`);
  let at = 0;
  let groups = 0;

  function choice(depth: number): Term {
    if (depth > maxDepth) throw new PatternError(`its groups are nested more than ${maxDepth} deep`);
    const items = [sequence(depth)];
    while (signs[at] === "|") {
      at++;
      items.push(sequence(depth));
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { type: "choice", items };
  }

  function sequence(depth: number): Term {
    const items: Term[] = [];
    while (at < signs.length && signs[at] !== "|" && signs[at] !== ")") items.push(repeated(atom(depth)));
    return { type: "sequence", items };
  }

  function atom(depth: number): Term {
    const sign = signs[at++] ?? "";
    if (sign === "^") return { type: "edge", edge: "start" };
    if (sign === "$") return { type: "edge", edge: "end" };
    if (sign === ".") return { type: "set", test: () => true };
    if (sign === "[") return { type: "set", test: bracket() };
    if (sign === "\\") return { type: "set", test: escaped() };
    if (/[*+?]/.test(sign))
      throw new PatternError(`nothing stands before ${sign}; write \\${sign} for the sign`);
    if (sign !== "(") return { type: "set", test: (character) => character === sign };
    const isPlain = signs[at] === "?" && signs[at + 1] === ":";
    if (signs[at] === "?" && !isPlain)
      throw new PatternError("of the groups that begin with (? there is (?: ) alone");
    if (isPlain) at += 2;
    const index = isPlain ? 0 : ++groups;
    if (groups > 9)
      throw new PatternError("it has more than nine groups; write (?: ) for those that are not used");
    const item = choice(depth + 1);
    if (signs[at++] !== ")") throw new PatternError("a ( has no )");
    return isPlain ? item : { type: "group", index, item };
  }

  function repeated(item: Term): Term {
    const counts = quantifier();
    if (counts === undefined) return item;
    if (item.type === "edge") throw new PatternError("^ and $ cannot be repeated");
    const isLazy = signs[at] === "?";
    if (isLazy) at++;
    if (quantifier() !== undefined)
      throw new PatternError("a repetition is repeated; put ( ) around the first");
    return { type: "repeat", item, isLazy, ...counts };
  }

  function quantifier(): { readonly min: number; readonly max?: number } | undefined {
    const sign = signs[at] ?? "";
    if (sign === "*" || sign === "+" || sign === "?") {
      at++;
      return { min: sign === "+" ? 1 : 0, ...(sign === "?" ? { max: 1 } : {}) };
    }
    const braces = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(signs.slice(at, at + 12).join(""));
    if (braces === null) return undefined;
    at += braces[0].length;
    const min = Number(braces[1]);
    const max = braces[2] === undefined ? min : braces[3] === undefined ? undefined : Number(braces[3]);
    if (max !== undefined && max < min) throw new PatternError(`${braces[0]} counts down`);
    return { min, ...(max === undefined ? {} : { max }) };
  }

  /** What stands behind a backslash. */
  function escaped(): (character: string) => boolean {
    const sign = signs[at++];
    if (sign === undefined) throw new PatternError("it ends in \\; write \\\\ for the sign");
    const known = classes[sign.toLowerCase()];
    if (known !== undefined) return sign === sign.toLowerCase() ? known : (character) => !known(character);
    if (/[A-Za-z0-9]/.test(sign)) throw new PatternError(`there is no \\${sign}`);
    return (character) => character === sign;
  }

  function bracket(): (character: string) => boolean {
    const isNot = signs[at] === "^";
    if (isNot) at++;
    const tests: ((character: string) => boolean)[] = [];
    for (let isFirst = true; isFirst || signs[at] !== "]"; isFirst = false) {
      const sign = signs[at++];
      if (sign === undefined) throw new PatternError("a [ has no ]");
      if (sign === "\\") tests.push(escaped());
      else if (signs[at] === "-" && signs[at + 1] !== "]" && signs[at + 1] !== undefined) {
        const last = signs[at + 1] ?? "";
        at += 2;
        if (last === "\\" || codeOf(last) < codeOf(sign))
          throw new PatternError(`${sign}-${last} is no range`);
        tests.push((character) => codeOf(character) >= codeOf(sign) && codeOf(character) <= codeOf(last));
      } else tests.push((character) => character === sign);
    }
    at++;
    return (character) => tests.some((test) => test(character)) !== isNot;
  }

  const term = choice(0);
  if (at < signs.length) throw new PatternError("a ) has no (");
  return { term, groups };
}

/** Characters of a pattern, and groups inside groups. */
const maxLength = 1000;
const maxDepth = 50;

const classes: Readonly<Record<string, (character: string) => boolean>> = {
  d: (character) => character >= "0" && character <= "9",
  w: (character) => /^\w$/.test(character),
  s: (character) => /^\s$/.test(character),
};

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
