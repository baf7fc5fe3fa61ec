import { splitOnce, upper } from "./arguments.ts";
import type { FtpCommand } from "./command.ts";
import { formatCommand } from "./format.ts";
import { redacted } from "./secret.ts";

/** The line of a command for logs and transcripts: what is secret in it shows as `***`. */
export function redactCommand(command: FtpCommand): string {
  return redactLine(formatCommand(command));
}

/**
 * A line for logs and transcripts, also one that is no command. Behind PASS, ACCT, ADAT, MIC, CONF and ENC,
 * in any case and after whatever blanks, nothing is shown.
 */
export function redactLine(line: string): string {
  const start = line.search(/[^\s]/);
  const [first] = splitOnce(line.slice(Math.max(start, 0)).replace(/\s/g, " "));
  const secret = secretVerbs.find((verb) => upper(first).startsWith(verb));
  return secret === undefined ? line : `${secret} ${redacted}`;
}

const secretVerbs = ["PASS", "ACCT", "ADAT", "MIC", "CONF", "ENC"] as const;
