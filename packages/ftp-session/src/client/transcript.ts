import type { Secret } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";

/** The last lines of a session, for errors: as `C: USER ann` and `S: 331 Password.`, without secrets. */
export interface Transcript {
  command(text: string): void;
  reply(reply: FtpReply): void;
  /** From now on these are hidden in what the server says: some echo what they were sent. */
  hide(secrets: readonly Secret[]): void;
  redact(text: string): string;
  /** A reply in one line, as a message can hold it. */
  textOf(reply: FtpReply): string;
  /** The oldest first. */
  readonly tail: readonly string[];
}

const maxLines = 20;
/** Characters of one command or reply. */
const maxLength = 300;

export function createTranscript(): Transcript {
  const lines: string[] = [];
  let secrets: RegExp | undefined;

  const add = (line: string): void => {
    if (lines.length === 2 * maxLines) lines.splice(0, maxLines);
    lines.push(line.replace(controls, "?"));
  };
  const redact = (text: string): string => (secrets === undefined ? text : text.replace(secrets, "***"));

  const textOf = (reply: FtpReply): string =>
    redact(`${reply.code} ${reply.lines.join(" / ")}`).slice(0, maxLength);

  return {
    command: (text) => add(`C: ${text.slice(0, maxLength)}`),
    reply: (reply) => add(`S: ${textOf(reply)}`),
    textOf,
    hide(given) {
      const patterns = given.map((secret) => secret.reveal()).flatMap(patternOf);
      secrets = patterns.length === 0 ? undefined : new RegExp(patterns.join("|"), "g");
    },
    redact,
    get tail() {
      // A new array, because errors hold it.
      return lines.slice(-maxLines);
    },
  };
}

/** What may be part of any word is hidden only as a word of its own. */
function patternOf(secret: string): string[] {
  if (secret === "") return [];
  const literal = secret.replace(/[^\w\s]/g, "\\$&");
  return [secret.length < 4 ? `(?<!\\w)${literal}(?!\\w)` : literal];
}

/** What must not reach a terminal: control and bidirectional characters. */
export const controls: RegExp = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
