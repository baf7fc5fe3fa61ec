import type { FtpCommand } from "./command.ts";
import { writeCommand } from "./format.ts";
import { redacted } from "./secret.ts";

/**
 * The line of a command for logs and transcripts, its secrets shown as `***`. Nothing else is checked or
 * escaped: a log has to escape control characters, as for any text from a peer.
 */
export function redactCommand(command: FtpCommand): string {
  return redactLine(writeCommand(command));
}

/** The same for a line, also for one that is no command: after rubbish, in any case, with nothing behind it. */
export function redactLine(line: string): string {
  const [, verb] = secretVerb.exec(line) ?? [];
  return verb === undefined ? line : `${verb.toUpperCase()} ${redacted}`;
}

/**
 * Each verb whose grammar makes a secret, and whatever begins with it: `PASSWORD x` was meant as PASS. Besides, the
 * commands with which users change theirs on Serv-U and name a group's on WU-FTPD: they may be sent here by mistake.
 */
const secretVerb = /^[^A-Za-z]*(PASS|ACCT|ADAT|MIC|CONF|ENC|SITE\s+PSWD|SITE\s+GPASS)/i;
