import { encodeText, escapeTelnet } from "@longshore/nvt";
import { meaningOf } from "./code.ts";
import { ReplyEncodeError } from "./error.ts";

/** A reply, the same value on both sides of the connection (RFC 959 §4.2). */
export interface FtpReply {
  /** 100 to 699. */
  readonly code: number;
  /**
   * The texts: the first and the last line without code and separator, those between as they came. A line of
   * its own that was empty after the code is `""`.
   */
  readonly lines: readonly string[];
}

/**
 * A reply with these texts; a text of several lines (a banner, a message from elsewhere) is split at its line
 * ends. Without any text it says what the code means.
 *
 * @example reply(226, "Transfer complete.") // { code: 226, lines: ["Transfer complete."] }
 */
export function reply(code: number, ...texts: readonly string[]): FtpReply {
  const lines = texts.flatMap((text) => text.split(/\r\n|\r|\n/));
  return { code, lines: lines.length > 0 ? lines : [meaningOf(code)] };
}

/**
 * The reply as it goes on the wire, each line ended by CR LF. There is always text after the code of the last
 * line (curl waits for ever after `200` alone): an empty one becomes what the code means. A line between first
 * and last that begins with three digits gets a blank in front (RFC 959 §4.2), except for the same code with a
 * hyphen, which is the form of RFC 2228 §5.2.
 *
 * @throws {ReplyEncodeError} `code` for one outside 100–699, `line-break` for CR, LF or NUL inside a line
 * @example formatReply(reply(250, "Listing f", " type=file; f", "End")) // "250-Listing f\r\n type=file; f\r\n250 End\r\n"
 */
export function formatReply({ code, lines }: FtpReply): string {
  if (!Number.isInteger(code) || code < 100 || code > 699)
    throw new ReplyEncodeError("code", `${code} is not from 100 to 699`);
  if (/[\r\n\0]/.test(lines.join("")))
    throw new ReplyEncodeError("line-break", "a line of a reply cannot hold CR, LF or NUL");
  const first = lines.slice(0, -1).map((line, index) => {
    if (index === 0) return `${code}-${line}\r\n`;
    return /^\d{3}/.test(line) && !line.startsWith(`${code}-`) ? ` ${line}\r\n` : `${line}\r\n`;
  });
  return `${first.join("")}${code} ${lines.at(-1) || meaningOf(code)}\r\n`;
}

/** The bytes of {@link formatReply}, 0xFF doubled (RFC 854); `encode` is UTF-8 unless told. */
export function encodeReply(reply: FtpReply, encode: (text: string) => Uint8Array = encodeText): Uint8Array {
  return escapeTelnet(encode(formatReply(reply)));
}

/**
 * Whether the reply's code begins with one of these: `"2"`, `"22"` or `"227"`. A user should decide by the first
 * digit where it can (RFC 1123 §4.1.2.11).
 *
 * @example matchesReply({ code: 227, lines: [] }, "22") // true
 */
export function matchesReply(reply: FtpReply, ...expected: readonly string[]): boolean {
  return expected.some((prefix) => String(reply.code).startsWith(prefix));
}
