import type { FtpCommand } from "./command.ts";
import { type ArgumentFault, CommandDecodeError } from "./error.ts";
import { splitOnce, upper } from "./grammar.ts";
import { grammars } from "./grammars.ts";
import { helpText } from "./help.ts";
import { type CommandQuirk, type CommandRow, canonicalVerb, commandTable, type Verb } from "./table.ts";

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
  if (line === "") return refuse("empty", "an empty line");
  if (verb === undefined) return refuse("unknown-verb", "no command of that name");
  if (forbidden.test(line)) return refuse("forbidden-character", "CR, LF or NUL in an argument", verb);
  if (verb === "SITE" || verb === "OPTS") {
    const [subject, rest] = splitOnce(text);
    const subcommand = `${name} ${upper(subject)}`;
    const subverb = canonicalVerb(subcommand);
    if (subverb !== undefined) return parseArgument(subverb, subcommand, rest, options);
  }
  return parseArgument(verb, name, text, options);
}

/**
 * What would end the line, or a string in a peer written in C (RFC 959 §5.3.2): one place for both ways. The
 * CR NUL by which RFC 2640 §3.1 would let a CR into a path is refused with it.
 */
export const forbidden: RegExp = /[\r\n\0]/;

function parseArgument(verb: Verb, name: string, text: string, options?: ParseOptions): CommandDecodeResult {
  const row: CommandRow = commandTable[verb];
  const { grammar, strict } = row;
  const chosen =
    strict !== undefined && options?.quirks?.[strict.unless] === false ? strict.grammar : grammar;
  const argument: unknown = grammars[chosen].parse(text);
  if (isFault(argument)) return refuse(argument, `the syntax is: ${helpText(verb)}`, verb);
  const command: object = { verb, ...(argument as object) };
  // The row's grammar made the argument, and CommandOf is derived from that row.
  return { ok: true, command: (name === verb ? command : { ...command, alias: name }) as FtpCommand };
}

function isFault(value: unknown): value is ArgumentFault {
  return typeof value === "string";
}

function refuse(
  code: CommandDecodeError["code"],
  message: string,
  verb?: Verb,
): { readonly ok: false; readonly error: CommandDecodeError } {
  return { ok: false, error: new CommandDecodeError(code, message, verb) };
}
