import { createLineDecoder, type LineDecoderOptions, type LineEvent, type LineQuirks } from "@longshore/nvt";
import { ReplyDecodeError, type ReplyDecodeErrorCode } from "./error.ts";
import type { FtpReply } from "./reply.ts";

export type ReplyEvent =
  | {
      readonly type: "reply";
      readonly reply: FtpReply;
      /** Every line as sent, without its end. */
      readonly raw: readonly string[];
      /** Another code than the first one ended the reply; see {@link ReplyQuirks.endAtAnyCode}. */
      readonly isAmbiguous: boolean;
      /** There were more lines than `maxLines`; those before the last are left out (RFC 1123 §4.1.2.11). */
      readonly isTruncated: boolean;
    }
  /** Once for a line, or a whole reply of several lines, that cannot be read; the next one can. */
  | { readonly type: "malformed"; readonly error: ReplyDecodeError }
  /** To be sent back: the server wanted to negotiate a Telnet option. */
  | { readonly type: "telnet-answer"; readonly bytes: Uint8Array };

export interface ReplyQuirks extends LineQuirks {
  /** A code without anything after it (`230` CR LF) is a reply without text: hand-written servers. Default `true`. */
  readonly acceptCodeAlone?: boolean;
  /** A tab after the code stands for the blank: hand-written servers. Default `true`. */
  readonly acceptTabAfterCode?: boolean;
  /** Empty lines between replies are passed over: hand-written servers. Default `true`. */
  readonly skipEmptyLines?: boolean;
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
  /** Most lines kept of a reply; 10,000 unless told. */
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

/** A reply of several lines whose last one has not come yet. */
interface OpenReply {
  readonly code: string;
  /** The lines kept. */
  readonly raw: string[];
  /** Lines and characters so far, also of those that are not kept. */
  lines: number;
  length: number;
  /** It was reported as malformed and is only followed to its end. */
  isBroken: boolean;
}

/**
 * Turns the bytes of a control connection into replies (RFC 959 §4.2). A reply of several lines ends at the line
 * that begins with the same code and a blank, whatever the lines between look like. Memory is bounded by the
 * limits, work is linear in the bytes pushed however they are cut.
 *
 * @example
 * createReplyDecoder().push(new TextEncoder().encode("220 Ready.\r\n"))
 * // [{ type: "reply", reply: { code: 220, lines: ["Ready."] }, raw: ["220 Ready."], … }]
 */
export function createReplyDecoder(options: ReplyDecoderOptions = {}): ReplyDecoder {
  const { maxReplyLength = 1 << 20, maxLines = 10_000, quirks = {} } = options;
  const { acceptCodeAlone = true, acceptTabAfterCode = true, skipEmptyLines = true, endAtAnyCode } = quirks;
  const lineDecoder = createLineDecoder(options);
  let events: ReplyEvent[] = [];
  let open: OpenReply | undefined;
  /** The last line was no reply: those that follow it belong to the same rubbish. */
  let isLost = false;

  const malformed = (code: ReplyDecodeErrorCode, line: string): void => {
    events.push({ type: "malformed", error: new ReplyDecodeError(code, line) });
  };

  const complete = (
    code: string,
    raw: readonly string[],
    isAmbiguous: boolean,
    isTruncated: boolean,
  ): void => {
    const last = raw.length - 1;
    const lines = raw.map((line, index) => (index === 0 || index === last ? line.slice(4) : line));
    events.push({ type: "reply", reply: { code: Number(code), lines }, raw, isAmbiguous, isTruncated });
  };

  const separatorOf = (line: string): string => {
    const separator = line[3] ?? (acceptCodeAlone ? " " : "");
    return separator === "\t" && acceptTabAfterCode ? " " : separator;
  };

  const takeFirst = (line: string, code: string, separator: string, isCut: boolean): void => {
    const fault = faultOf(line, code, separator) ?? (isCut ? "line-too-long" : undefined);
    if (fault === "no-code" && isLost) return;
    isLost = fault === "no-code" || fault === "http-greeting";
    if (fault !== undefined) malformed(fault, line);
    if (separator === "-" && (fault === undefined || isCut))
      open = { code, raw: [line], lines: 1, length: line.length, isBroken: isCut };
    else if (fault === undefined) complete(code, [line], false, false);
  };

  const takeNext = (
    reply: OpenReply,
    line: string,
    code: string,
    separator: string,
    isCut: boolean,
  ): void => {
    const isLast = separator === " " && (code === reply.code || endAtAnyCode === true);
    reply.lines++;
    reply.length += line.length;
    if (!reply.isBroken && (isCut || reply.length > maxReplyLength)) {
      malformed(isCut ? "line-too-long" : "reply-too-long", line);
      reply.isBroken = true;
      reply.raw.length = 0;
    }
    if (!reply.isBroken && (isLast || reply.lines < maxLines)) reply.raw.push(line);
    if (!isLast) return;
    open = undefined;
    if (!reply.isBroken) complete(reply.code, reply.raw, code !== reply.code, reply.lines > maxLines);
  };

  const take = (line: string, isCut: boolean): void => {
    const code = /^\d{3}/.test(line) ? line.slice(0, 3) : "";
    const separator = code && separatorOf(line);
    if (open !== undefined) takeNext(open, line, code, separator, isCut);
    else if (line !== "" || !skipEmptyLines) takeFirst(line, code, separator, isCut);
  };

  const takeAll = (lineEvents: readonly LineEvent[]): readonly ReplyEvent[] => {
    for (const event of lineEvents) {
      if (event.type === "line") take(event.text, false);
      else if (event.type === "line-too-long") take(event.text, true);
      else if (event.type === "telnet-answer") events.push(event);
      else if (event.type === "unterminated") malformed(event.type, event.text);
    }
    const taken = events;
    events = [];
    return taken;
  };

  const reset = (): void => {
    lineDecoder.reset();
    open = undefined;
    isLost = false;
  };

  return {
    push: (bytes) => takeAll(lineDecoder.push(bytes)),
    end() {
      const rest = lineDecoder.end();
      if (open !== undefined && rest.length === 0) malformed("unterminated", open.raw.at(-1) ?? open.code);
      reset();
      return takeAll(rest);
    },
    get pending() {
      return lineDecoder.pending + (open?.length ?? 0);
    },
    reset,
  };
}

/** Why a line cannot begin a reply, if so. */
function faultOf(line: string, code: string, separator: string): ReplyDecodeErrorCode | undefined {
  if (line.startsWith("SSH-")) return "ssh-greeting";
  if (line.startsWith("HTTP/")) return "http-greeting";
  if (separator !== " " && separator !== "-") return "no-code";
  return code < "100" || code > "699" ? "code-out-of-range" : undefined;
}
