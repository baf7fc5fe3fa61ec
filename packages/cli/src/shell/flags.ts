import { usageFailure } from "../failure.ts";

/** Flags before the words of a command; `--` ends them, so that names may begin with `-`. */
export function splitFlags(
  texts: readonly string[],
  known: readonly string[],
): { readonly flags: ReadonlySet<string>; readonly rest: readonly string[] } {
  const flags = new Set<string>();
  for (const [index, text] of texts.entries()) {
    if (text === "--") return { flags, rest: texts.slice(index + 1) };
    if (!text.startsWith("-") || text === "-") return { flags, rest: texts.slice(index) };
    // `-la` is `-l -a`, as everywhere.
    const given = /^-[a-zA-Z0-9]{2,}$/.test(text) ? Array.from(text.slice(1), (one) => `-${one}`) : [text];
    for (const flag of given) {
      if (!known.includes(flag)) {
        const names = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
        throw usageFailure(`${flag} is no flag here: ${names}; a name that begins so comes behind --`);
      }
      flags.add(flag);
    }
  }
  return { flags, rest: [] };
}
