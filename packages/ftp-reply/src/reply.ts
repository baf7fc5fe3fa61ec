import { encodeText, escapeTelnet } from "@longshore/nvt";
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
 * A reply with these texts; a text of several lines (a banner, a message from elsewhere) is split at its line ends.
 *
 * @example reply(226, "Transfer complete.") // { code: 226, lines: ["Transfer complete."] }
 */
export function reply(code: number, ...texts: readonly string[]): FtpReply {
  const [text = ""] = texts;
  const isOneLine = texts.length < 2 && !/[\r\n]/.test(text);
  return { code, lines: isOneLine ? [text] : texts.join("\n").split(/\r\n?|\n/) };
}

/**
 * The reply as it goes on the wire, each line ended by CR LF. There is always text after the code of the last
 * line (curl waits for ever after `200` alone): an empty one becomes `Okay` or, from 400 up, `Failed`. A line
 * between first and last that begins with three digits gets a blank in front (RFC 959 §4.2), except for the same
 * code with a hyphen, which is the form of RFC 2228 §5.2.
 *
 * @throws {ReplyEncodeError} `code` for one outside 100–699, `line-break` for CR, LF or NUL inside a line
 * @example formatReply(reply(250, "Listing f", " type=file; f", "End")) // "250-Listing f\r\n type=file; f\r\n250 End\r\n"
 */
export function formatReply({ code, lines }: FtpReply): string {
  if (!(code > 99 && code < 700 && code % 1 === 0))
    throw new ReplyEncodeError("code", `${code} is no reply code`);
  const last = lines.at(-1) || (code < 400 ? "Okay" : "Failed");
  if (lines.some((line) => /[\r\n\0]/.test(line)))
    throw new ReplyEncodeError("line-break", "it has CR, LF or NUL");
  if (lines.length < 2) return `${code} ${last}\r\n`;
  const before = lines.slice(0, -1).map((line, at) => {
    if (at === 0) return `${code}-${line}`;
    return line.startsWith(`${code}-`) ? line : line.replace(/^\d{3}/, " $&");
  });
  return [...before, `${code} ${last}`, ""].join("\r\n");
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
