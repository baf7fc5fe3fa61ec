import { NvtEncodeError } from "./error.ts";
import { createTelnetFilter, escapeTelnet, type TelnetEvent, type TelnetQuirks } from "./telnet.ts";
import { decodeAscii, decodeText, encodeText } from "./text.ts";

const LF = 10;
const CR = 13;

export type LineEvent =
  /** A line without its end. Nothing is lost in `text`: {@link encodeText} gives the bytes back. */
  | { readonly type: "line"; readonly text: string }
  /**
   * Once for each line of more than `limit` bytes, as soon as that is known; what follows is skipped up to
   * the line's end. `text` is what its first `limit` bytes say.
   */
  | { readonly type: "line-too-long"; readonly limit: number; readonly text: string }
  /** From {@link LineDecoder.end} only: the stream ended before the line did. Never take it for a line. */
  | { readonly type: "unterminated"; readonly text: string }
  | TelnetEvent;

export interface LineQuirks extends TelnetQuirks {
  /**
   * LF alone ends a line: many embedded clients and hand-written servers send no CR. Default `true`. LF after
   * CR NUL is data all the same (RFC 2640 §3.1: it belongs to a name).
   */
  readonly acceptBareLineFeed?: boolean;
}

export interface LineDecoderOptions {
  /** Longest line in bytes, without its end; 4096 unless told. */
  readonly maxLineLength?: number;
  readonly quirks?: LineQuirks;
  /** How bytes become `text`: {@link decodeText} unless told. ASCII has to stay what it is. */
  readonly decode?: (bytes: Uint8Array) => string;
}

export interface LineDecoder {
  /** Takes what arrived, in pieces of any size, and gives what became complete, in order. It never throws. */
  push(bytes: Uint8Array): readonly LineEvent[];
  /** The stream has ended: what stands unterminated, as data. The decoder is as new afterwards. */
  end(): readonly LineEvent[];
  /** Bytes held back because their line is not complete; at most `maxLineLength` and a few. */
  readonly pending: number;
  /** Forgets what is held (RFC 4217 §15.1: nothing that was sent before TLS may be read as sent inside it). */
  reset(): void;
}

/**
 * Turns a control connection's bytes into lines (RFC 959 §4, RFC 854): CR LF ends a line, CR NUL is a CR, and a CR
 * before anything else, which RFC 854 forbids, is kept as data for the reader of the line to refuse. Telnet
 * options are refused. Work is linear in the bytes pushed however they are cut.
 *
 * @example createLineDecoder().push(new TextEncoder().encode("NOOP\r\nQU")) // [{ type: "line", text: "NOOP", … }]
 */
export function createLineDecoder(options: LineDecoderOptions = {}): LineDecoder {
  const { maxLineLength: limit = 4096, quirks = {}, decode = decodeText } = options;
  const { acceptBareLineFeed = true } = quirks;
  let events: LineEvent[] = [];
  let held = new Uint8Array(0);
  let length = 0;
  let isSkipping = false;
  /** The two bytes before the present run: whether an LF ends a line may depend on them. */
  let last = 0;
  let lastButOne = 0;

  const endsLine = (run: Uint8Array, at: number): boolean => {
    const before = at > 0 ? run[at - 1] : last;
    if (before === CR) return true;
    const beforeThat = at > 1 ? run[at - 2] : at === 1 ? last : lastButOne;
    return acceptBareLineFeed && !(before === 0 && beforeThat === CR);
  };

  /** The text of what is held, then of `run` between the two places, but of no more than `most` bytes. */
  const gather = (run: Uint8Array, from: number, to: number, most: number): string => {
    if (length === 0) return decode(run.subarray(from, Math.min(to, from + most)));
    const bytes = new Uint8Array(Math.min(length + to - from, most));
    bytes.set(held.subarray(0, Math.min(length, most)));
    if (most > length) bytes.set(run.subarray(from, from + most - length).subarray(0, to - from), length);
    return decode(bytes);
  };

  /** Whether the line has grown too long with `run` between the two places; a CR may yet belong to its end. */
  const isTooLong = (run: Uint8Array, from: number, to: number): boolean => {
    const size = length + to - from;
    if (size <= limit || (size === limit + 1 && (to > 0 ? run[to - 1] : last) === CR)) return false;
    events.push({ type: "line-too-long", limit, text: gather(run, from, to, limit) });
    return true;
  };

  const keep = (run: Uint8Array, from: number): void => {
    const size = length + run.length - from;
    if (size > held.length) {
      const grown = new Uint8Array(Math.min(Math.max(size, held.length * 2, 64), limit + 1));
      grown.set(held.subarray(0, length));
      held = grown;
    }
    held.set(run.subarray(from), length);
    length = size;
  };

  const data = (run: Uint8Array): void => {
    let from = 0;
    let at = run.indexOf(LF);
    // One decoding for all lines of the run: a call for each costs more than the rest of the work.
    const ascii = at < 0 ? undefined : decodeAscii(run);
    while (at >= 0) {
      if (endsLine(run, at)) {
        if (!isSkipping && !isTooLong(run, from, at)) {
          const raw =
            ascii !== undefined && length === 0 ? ascii.slice(from, at) : gather(run, from, at, limit + 1);
          events.push({ type: "line", text: withoutCarriageReturn(raw) });
        }
        isSkipping = false;
        length = 0;
        from = at + 1;
      }
      at = ascii === undefined ? run.indexOf(LF, at + 1) : ascii.indexOf("\n", at + 1);
    }
    if (!isSkipping && isTooLong(run, from, run.length)) {
      isSkipping = true;
      length = 0;
    }
    if (!isSkipping && from < run.length) keep(run, from);
    lastButOne = (run.length > 1 ? run[run.length - 2] : last) ?? 0;
    last = run[run.length - 1] ?? last;
  };

  const telnet = createTelnetFilter(data, (event) => events.push(event), quirks);

  const take = (): readonly LineEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };

  const reset = (): void => {
    telnet.reset();
    held = new Uint8Array(0);
    length = last = lastButOne = 0;
    isSkipping = false;
  };

  return {
    push(bytes) {
      telnet.push(bytes);
      return take();
    },
    end() {
      if (length > 0) {
        events.push({ type: "unterminated", text: decode(held.subarray(0, length)) });
      }
      reset();
      return take();
    },
    get pending() {
      return length + (telnet.isInside ? 1 : 0);
    },
    reset,
  };
}

/**
 * A line as it goes on the wire: the text's bytes with 0xFF doubled, then CR LF.
 *
 * @param encode how text becomes bytes; {@link encodeText} unless told
 * @throws {NvtEncodeError} when the text holds CR, LF or NUL: no command and no reply may smuggle another
 * @example encodeLine("NOOP") // 4E 4F 4F 50 0D 0A
 */
export function encodeLine(text: string, encode: (text: string) => Uint8Array = encodeText): Uint8Array {
  const at = text.search(/[\r\n\0]/);
  if (at >= 0) {
    const code = text[at] === "\r" ? "carriage-return" : text[at] === "\n" ? "line-feed" : "nul";
    throw new NvtEncodeError(code, `take it out of the text, where it stands at ${at}`);
  }
  return escapeTelnet(encode(`${text}\r\n`));
}

/** The line without the CR of its end, and CR for each CR NUL (RFC 854). */
function withoutCarriageReturn(raw: string): string {
  if (!raw.includes("\r")) return raw;
  const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
  return line.replaceAll("\r\0", "\r");
}
