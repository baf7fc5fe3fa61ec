import { grammars, splitOnce, upper } from "./arguments.ts";
import type { FtpCommand } from "./command.ts";
import { type ArgumentFault, CommandDecodeError } from "./error.ts";
import { helpText } from "./help.ts";
import { type CommandQuirk, canonicalVerb, commandRow, isVerb, type Verb } from "./table.ts";

export type CommandDecodeResult =
  | { readonly ok: true; readonly command: FtpCommand }
  | { readonly ok: false; readonly error: CommandDecodeError };

export interface ParseOptions {
  /** Leniencies that are off: all are on unless set to false here. */
  readonly quirks?: { readonly [Q in CommandQuirk]?: boolean };
}

/**
 * A line of the control connection, without its CR LF, as a command (RFC 959 §5.3). Never throws; the work is
 * linear in the line's length, whose limit belongs to the layer that cuts lines.
 *
 * One space parts the verb from its argument; all further ones belong to the argument (RFC 2640 §3.1). A space
 * with nothing behind it is no argument. Verbs and keywords are read without regard to case.
 *
 * @example
 * const result = parseCommand("retr a file");
 * if (result.ok) result.command; // { verb: "RETR", path: "a file" }
 * else result.error.reply; // 500, 501 or 504
 */
export function parseCommand(line: string, options?: ParseOptions): CommandDecodeResult {
  const [word, text] = splitOnce(line);
  const name = upper(word);
  const verb = canonicalVerb(name);
  if (forbidden.test(line)) return refuse("forbidden-character", "CR, LF or NUL in a line", verb);
  if (line === "") return refuse("empty", "an empty line");
  if (verb === undefined) return refuse("unknown-verb", "no command of that name");
  if (verb === "SITE" || verb === "OPTS") {
    const [subject, rest] = splitOnce(text);
    const subcommand = `${name} ${upper(subject)}`;
    const subverb = canonicalVerb(subcommand);
    if (subverb !== undefined) return parseArgument(subverb, subcommand, rest, options);
  }
  return parseArgument(verb, name, text, options);
}

/** What would end the line, or the string of a peer written in C: RFC 959 §5.3.2, one place for both ways. */
export const forbidden: RegExp = /[\r\n\0]/;

function parseArgument(verb: Verb, name: string, text: string, options?: ParseOptions): CommandDecodeResult {
  const { grammar, strict } = commandRow(verb);
  const chosen =
    strict !== undefined && options?.quirks?.[strict.unless] === false ? strict.grammar : grammar;
  const argument: object | unknown | ArgumentFault = grammars[chosen].parse(text);
  if (typeof argument === "string") {
    return refuse(argument as ArgumentFault, `the syntax is: ${helpText(verb)}`, verb);
  }
  const alias = isVerb(name) ? undefined : { alias: name };
  // The row's grammar made the argument, and CommandOf is derived from that row.
  return { ok: true, command: { verb, ...(argument as object), ...alias } as FtpCommand };
}

function refuse(
  code: CommandDecodeError["code"],
  message: string,
  verb?: Verb,
): { readonly ok: false; readonly error: CommandDecodeError } {
  return { ok: false, error: new CommandDecodeError(code, message, verb) };
}
