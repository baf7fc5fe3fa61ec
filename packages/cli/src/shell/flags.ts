import { usageFailure } from "../failure.ts";

/** The words of a command, its flags apart. */
export interface Split {
  readonly flags: ReadonlySet<string>;
  /** What stood behind the flags that take a word. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly rest: readonly string[];
}

/**
 * Flags before the words of a command; `--` ends them, so that names may begin with `-`.
 *
 * @param valued those that take the next word, and may come again
 * @throws {CommandFailure} wrong usage
 */
export function splitFlags(
  texts: readonly string[],
  known: readonly string[],
  valued: readonly string[] = [],
): Split {
  const flags = new Set<string>();
  const values: Record<string, string[]> = {};
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? "";
    if (text === "--") return { flags, values, rest: texts.slice(index + 1) };
    if (!text.startsWith("-") || text === "-") return { flags, values, rest: texts.slice(index) };
    if (valued.includes(text)) {
      const value = texts[++index];
      if (value === undefined) throw usageFailure(`${text} takes a word behind it`);
      values[text] = [...(values[text] ?? []), value];
      continue;
    }
    // `-la` is `-l -a`, as everywhere.
    const given = /^-[a-zA-Z0-9]{2,}$/.test(text) ? Array.from(text.slice(1), (one) => `-${one}`) : [text];
    for (const flag of given) {
      if (!known.includes(flag))
        throw usageFailure(`${flag} is no flag here: ${advice([...known, ...valued])}`);
      flags.add(flag);
    }
  }
  return { flags, values, rest: [] };
}

function advice(known: readonly string[]): string {
  const names = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
  return `${names}; a name that begins so comes behind --`;
}
