import type { ArgumentsByGrammar, GrammarName } from "./arguments.ts";
import type { ArgumentFault } from "./error.ts";

/** A named grammar: the parser beside the formatter. `format` need not check: formatting ends in parsing. */
export interface Grammar<Argument> {
  /** As HELP shows it; empty for no argument. */
  readonly syntax: string;
  /** `text` is what stands behind the space, empty if there is nothing. */
  readonly parse: (text: string) => Argument | ArgumentFault;
  readonly format: (argument: Argument) => string;
}

/** Some of the grammars, by their names. */
export type Grammars<Name extends GrammarName> = {
  readonly [G in Name]: Grammar<ArgumentsByGrammar[G]>;
};

/** In upper case as far as ASCII goes: `toUpperCase` alone makes S of U+017F. */
export function upper(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toUpperCase();
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** What stands before the first space, and behind it; the second is empty if there is none. */
export function splitOnce(text: string): [before: string, behind: string] {
  const space = text.indexOf(" ");
  return space === -1 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

/** RFC 3659 §7.2: a fact's name. */
export const token: RegExp = /^[A-Za-z0-9._-]+$/;
