import { createLineDecoder, type LineDecoderOptions, type LineEvent, type LineQuirks } from "@longshore/nvt";
import { ReplyDecodeError, type ReplyDecodeErrorCode } from "./error.ts";
import type { FtpReply } from "./reply.ts";
import { readWholeReply } from "./whole-reply.ts";

export type ReplyEvent =
  | {
      readonly type: "reply";
      readonly reply: FtpReply;
      /** The last line as sent, without its end: with its code, and what stood behind that. */
      readonly lastLine: string;
      /** Another code than the first one ended the reply; see {@link ReplyQuirks.endAtAnyCode}. */
      readonly isAmbiguous: boolean;
    }
  /** Once for a line, or a whole reply of several lines, that cannot be read; the next one can. */
  | { readonly type: "malformed"; readonly error: ReplyDecodeError }
  /** To be sent back: the server wanted to negotiate a Telnet option. */
  | { readonly type: "telnet-answer"; readonly bytes: Uint8Array };

export interface ReplyQuirks extends LineQuirks {
  /**
   * A code without anything after it (`230` CR LF), or with other white space, counts as one with a blank, and
   * empty lines between replies are passed over: hand-written servers. Default `true`.
   */
  readonly acceptLooseForm?: boolean;
  /**
   * Any code and a blank end a reply of several lines, not only the code that began it: glFTPd's `230-…` that
   * ends in `250 `. The reply keeps its first code and says `isAmbiguous`. Default `false`, because a banner may
   * hold lines that look like replies.
   */
  readonly endAtAnyCode?: boolean;
}

export interface ReplyDecoderOptions extends Omit<LineDecoderOptions, "quirks"> {
  /** Longest reply in characters, all lines together; 1 MiB unless told (STAT may list a directory). */
  readonly maxReplyLength?: number;
  /** Most lines of a reply; 10,000 unless told. */
  readonly maxLines?: number;
  readonly quirks?: ReplyQuirks;
}

export interface ReplyDecoder {
  /** Takes what arrived, in pieces of any size, and gives what became complete, in order. It never throws. */
  push(bytes: Uint8Array): readonly ReplyEvent[];
  /** The stream has ended; an unterminated reply is `malformed`, never a reply. The decoder is as new afterwards. */
  end(): readonly ReplyEvent[];
  /** Bytes of an incomplete line and characters of an incomplete reply that are held back. */
  readonly pending: number;
  /** Forgets what is held, as before a TLS handshake. */
  reset(): void;
}

/** A reply whose last line has not come yet. */
interface OpenReply {
  readonly code: number;
  /** Its texts so far; `undefined` once it was reported as malformed and is only followed to its end. */
  lines: string[] | undefined;
  /** Characters so far. */
  length: number;
}

/**
 * Turns the bytes of a control connection into replies (RFC 959 §4.2). A reply of several lines ends at the line
 * that begins with the same code and a blank, whatever the lines between look like. Memory is bounded by the
 * limits, work is linear in the bytes pushed however they are cut.
 *
 * @example
 * createReplyDecoder().push(new TextEncoder().encode("220 Ready.\r\n"))
 * // [{ type: "reply", reply: { code: 220, lines: ["Ready."] }, lastLine: "220 Ready.", … }]
 */
export function createReplyDecoder(options: ReplyDecoderOptions = {}): ReplyDecoder {
  const { maxReplyLength = 1 << 20, maxLines = 10_000, quirks = {} } = options;
  const { acceptLooseForm = true, endAtAnyCode } = quirks;
  const lineDecoder = createLineDecoder(options);
  // What is longer takes no longer by the line.
  const whole = {
    bytes: Math.min(512, options.maxLineLength ?? 512, maxReplyLength),
    lines: endAtAnyCode ? Math.min(maxLines, 1) : maxLines,
  };
  let events: ReplyEvent[] | undefined;
  let open: OpenReply | undefined;
  /** What comes next begins a reply, whatever came before. */
  let isBetween = true;

  // Mostly there is one, and an array that has grown takes room for many.
  const add = (event: ReplyEvent): void => {
    if (events) events.push(event);
    else events = [event];
  };

  const malformed = (code: ReplyDecodeErrorCode, line: string): void => {
    add({ type: "malformed", error: new ReplyDecodeError(code, line) });
  };

  const take = (line: string, isCut: boolean): void => {
    const code = codeOf(line);
    const next = line.charAt(3);
    const isLoose = next !== " " && next !== "-" && acceptLooseForm && next.trim() === "";
    const separator = code < 0 ? "" : isLoose ? " " : next;
    if (!open) {
      if (line === "" && acceptLooseForm) return;
      const fault = faultOf(line, code, separator);
      if (fault) {
        malformed(fault, line);
        return;
      }
    }
    const isLast = separator === " " && (!open || code === open.code || endAtAnyCode);
    const reply = open ?? { code, lines: [], length: 0 };
    const isFirst = !open;
    open = isLast ? undefined : reply;
    reply.length += line.length;
    const { lines } = reply;
    if (!lines) return;
    lines.push(isFirst || isLast ? line.slice(4) : line);
    if (isCut || reply.length > maxReplyLength || lines.length > maxLines) {
      malformed(isCut ? "line-too-long" : "reply-too-long", line);
      reply.lines = undefined;
    } else if (isLast) {
      const isAmbiguous = code !== reply.code;
      add({ type: "reply", reply: { code: reply.code, lines }, lastLine: line, isAmbiguous });
    }
  };

  const takeAll = (lineEvents: readonly LineEvent[]): readonly ReplyEvent[] => {
    events = undefined;
    for (const event of lineEvents) {
      if (event.type === "line") take(event.text, false);
      else if (event.type === "line-too-long") take(event.text, true);
      else if (event.type === "unterminated") malformed(event.type, event.text);
      else if (event.type === "telnet-answer") add(event);
    }
    return events ?? [];
  };

  return {
    push(bytes) {
      if (isBetween) {
        const event = readWholeReply(bytes, whole);
        if (event) return [event];
      }
      takeAll(lineDecoder.push(bytes));
      isBetween = !open && lineDecoder.isAtStart;
      return events ?? [];
    },
    end() {
      const last = takeAll(lineDecoder.end());
      if (open && last.length === 0) malformed("unterminated", `${open.code}`);
      open = undefined;
      isBetween = true;
      return events ?? [];
    },
    get pending() {
      return lineDecoder.pending + (open?.length ?? 0);
    },
    reset() {
      lineDecoder.reset();
      open = undefined;
      isBetween = true;
    },
  };
}

/** The three digits that a line begins with; -1 without. */
function codeOf(line: string): number {
  let code = 0;
  for (let at = 0; at < 3; at++) {
    const digit = line.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit < 10)) return -1;
    code = code * 10 + digit;
  }
  return code;
}

/** Why a line cannot begin a reply, if so. */
function faultOf(line: string, code: number, separator: string): ReplyDecodeErrorCode | undefined {
  if (separator === " " || separator === "-")
    return code < 100 || code > 699 ? "code-out-of-range" : undefined;
  return line.startsWith("SSH-") ? "ssh-greeting" : line.startsWith("HTTP/") ? "http-greeting" : "no-code";
}
