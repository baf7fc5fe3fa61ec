import type { FtpCommand } from "./command.ts";
import { CommandEncodeError } from "./error.ts";
import type { Grammar } from "./grammar.ts";
import { grammars } from "./grammars.ts";
import { helpText } from "./help.ts";
import { forbidden, parseCommand } from "./parse.ts";
import { isSecret } from "./secret.ts";
import { commandTable, isVerb } from "./table.ts";

/**
 * A command as a line, without CR LF. The line is parsed again before it is handed out, so that
 * `parseCommand(formatCommand(c))` is `c`, always.
 *
 * @throws CommandEncodeError `forbidden-character` (CR, LF or NUL), `unknown-verb`, a fault of the argument, or
 * `ambiguous` where the line would be read as something else (MDTM of a path that begins with a time and a
 * space; `SITE` with the text of a subcommand that has a row of its own).
 *
 * @example
 * formatCommand({ verb: "RETR", path: "a file" }); // "RETR a file"
 * formatCommand({ verb: "PWD", alias: "XPWD" }); // "XPWD"
 */
export function formatCommand(command: FtpCommand): string {
  const { verb } = command;
  if (!isVerb(verb)) throw new CommandEncodeError("unknown-verb", "the table has no such command");
  const line = writeCommand(command);
  if (forbidden.test(line)) {
    throw new CommandEncodeError("forbidden-character", `CR, LF or NUL in the argument of ${verb}`);
  }
  const again = parseCommand(line);
  if (!again.ok) {
    const code = again.error.code === "empty" ? "unknown-verb" : again.error.code;
    throw new CommandEncodeError(
      code,
      `the argument of ${verb} does not fit; the syntax is: ${helpText(verb)}`,
    );
  }
  if (!same(command, again.command)) {
    if (Object.values(command).includes("")) {
      throw new CommandEncodeError(
        "missing-argument",
        `an empty text cannot be sent with ${verb}; leave it out`,
      );
    }
    throw new CommandEncodeError("ambiguous", `the peer would not read this ${verb} as it is meant`);
  }
  return line;
}

/** The line of a command, unchecked. */
export function writeCommand(command: FtpCommand): string {
  const { verb } = command;
  // The row's grammar takes this command's argument: CommandOf is derived from that row.
  const grammar = grammars[commandTable[verb].grammar] as Grammar<FtpCommand>;
  const argument = grammar.format(command);
  const name = "alias" in command ? (command.alias ?? verb) : verb;
  // The empty password is sent behind its space, for peers that take PASS alone for an error.
  return argument === "" && verb !== "PASS" ? name : `${name} ${argument}`;
}

/** Equal in all that the wire can show: 5 and 5n are. */
function same(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return left === right || (isNumeric(left) && isNumeric(right) && String(left) === String(right));
  }
  if (isSecret(left) && isSecret(right)) return left.reveal() === right.reveal();
  const a = left as Record<string, unknown>;
  const b = right as Record<string, unknown>;
  return Object.keys({ ...a, ...b }).every((key) => same(a[key], b[key]));
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}
