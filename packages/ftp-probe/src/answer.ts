import type { FtpReply } from "@longshore/ftp-reply";

/** Everything that a server answered one command with. */
export interface Answer {
  /** The last reply, 2yz to 5yz; absent where none came. */
  readonly final?: FtpReply;
  /** The replies 1yz before it. */
  readonly preliminary: readonly FtpReply[];
  /** What was against the form of a reply (RFC 959 §4.2), in words. */
  readonly faults: readonly string[];
  /** Why there is no final reply. */
  readonly ended?: "closed" | "silent";
  /** From the command to the final reply. */
  readonly milliseconds: number;
}

/** The code of the final reply, 0 where none came. */
export function codeOf(answer: Answer): number {
  return answer.final?.code ?? 0;
}

/** 2yz or 3yz: it did, or goes on with, what was asked. */
export function isGood(answer: Answer): boolean {
  const code = codeOf(answer);
  return code >= 200 && code < 400;
}

/** Whether the server does not know or have the command (RFC 959 §4.2: 500, 502; 202 is superfluous). */
export function isNotOffered(answer: Answer): boolean {
  const code = codeOf(answer);
  return code === 500 || code === 502;
}

/** The final reply as it may be shown: code and text in quotes, shortened. */
export function shown(answer: Answer): string {
  if (answer.final === undefined)
    return answer.ended === "closed" ? "the connection was closed" : "nothing came";
  const { code, lines } = answer.final;
  return quote(`${code} ${lines.at(-1) || lines[0] || ""}`);
}

/** Text of a stranger in quotes, on one line, without control characters and not too long. */
export function quote(text: string): string {
  const whole = text.trim().replaceAll(/\p{C}|\u2028|\u2029/gu, "�");
  return `“${whole.length > 120 ? `${whole.slice(0, 120)}…` : whole}”`;
}
