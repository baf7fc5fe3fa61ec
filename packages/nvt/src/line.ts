import { NvtEncodeError } from "./error.ts";
import { escapeTelnet, readTelnet, splitTelnet, type TelnetEvent } from "./telnet.ts";
import { decodeAscii, decodeLatin1, decodeText, encodeLatin1, encodeText } from "./text.ts";

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

export interface LineQuirks {
  /**
   * LF alone ends a line: many embedded clients and hand-written servers send no CR. Default `true`. LF after
   * CR NUL is data all the same (RFC 2640 §3.1: it belongs to a name).
   */
  readonly acceptBareLineFeed?: boolean;
  /**
   * A lone IAC or DM after `IAC IP` is the rest of a Synch whose urgent byte was lost, because a receiver
   * without `SO_OOBINLINE` does not see it: tnftp and other BSD clients send the IAC urgent, lftp the DM. It is
   * dropped. Default `true`. (IAC before a byte that is no Telnet command is data in any case: curl does not
   * double it in names that are not UTF-8.)
   */
  readonly acceptLostUrgentByte?: boolean;
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
  /** The next byte begins a line, and nothing that came before bears on how it is read. */
  readonly isAtStart: boolean;
  /** Forgets what is held (RFC 4217 §15.1: nothing that was sent before TLS may be read as sent inside it). */
  reset(): void;
}

/**
 * Turns a control connection's bytes into lines (RFC 959 §4, RFC 854): CR LF ends a line, CR NUL is a CR, and a CR
 * before anything else, which RFC 854 forbids, is kept as data for the reader of the line to refuse. Telnet
 * options are refused. Work is linear in the bytes pushed however they are cut.
 *
 * @example createLineDecoder().push(new TextEncoder().encode("NOOP\r\nQU")) // [{ type: "line", text: "NOOP" }]
 */
export function createLineDecoder(options: LineDecoderOptions = {}): LineDecoder {
  const { maxLineLength: limit = 4096, quirks = {}, decode = decodeText } = options;
  const { acceptBareLineFeed = true, acceptLostUrgentByte = true } = quirks;
  let events: LineEvent[] | undefined;
  /** What came of the line so far, one character a byte; of a line that is skipped, the last two. */
  let held = "";
  let isSkipping = false;
  /** The line comes after `IAC IP`, so that what is left of a Synch may stand in front of it. */
  let isInterrupted = false;
  /** An incomplete Telnet command. */
  let command = "";

  // Mostly there is one, and an array that has grown takes room for many.
  const emit = (event: LineEvent): void => {
    if (events) events.push(event);
    else events = [event];
  };

  const read = (bytes: string): string => {
    // The usual line holds ASCII without a CR.
    if (!/[\r\x80-\xff]/.test(bytes)) return bytes;
    const line = isInterrupted ? bytes.replace(/^[\xf2\xff]/, "") : bytes;
    return decode(encodeLatin1(line.replaceAll("\r\0", "\r")));
  };

  /** Adds to the line; `isEnd` when its LF follows. A CR in front of that belongs to the end, or may yet do so. */
  const add = (piece: string, isEnd: boolean): void => {
    const line = held + piece;
    const length = line.length - ((piece || held).endsWith("\r") ? 1 : 0);
    if (!isSkipping && length > limit) {
      emit({ type: "line-too-long", limit, text: read(line.slice(0, limit)) });
      isSkipping = true;
    } else if (!isSkipping && isEnd) {
      emit({ type: "line", text: read(line.slice(0, length)) });
    }
    // A slice of its own, because one of the run would keep all of the run in memory.
    held = isEnd ? "" : isSkipping ? line.slice(-2) : held + ` ${piece}`.slice(1);
    isSkipping &&= !isEnd;
    isInterrupted &&= !isEnd;
  };

  /** Takes the lines that end in CR LF, hold neither of both and are not too long: nearly all. Gives what follows. */
  const plain = (text: string): string => {
    let from = 0;
    for (;;) {
      const at = text.indexOf("\r", from);
      if (at < 0 || at - from > limit || text.indexOf("\n", from) !== at + 1) return text.slice(from);
      emit({ type: "line", text: text.slice(from, at) });
      from = at + 2;
    }
  };

  const data = (run: string): void => {
    let from = 0;
    for (let at = run.indexOf("\n"); at >= 0; at = run.indexOf("\n", at + 1)) {
      const before = at > 1 ? run.slice(at - 2, at) : (held + run.slice(0, at)).slice(-2);
      if (!before.endsWith("\r") && (!acceptBareLineFeed || before === "\r\0")) continue;
      add(run.slice(from, at), true);
      from = at + 1;
    }
    if (from < run.length) add(run.slice(from), false);
  };

  const isAtStart = (): boolean => !(held || command || isSkipping || isInterrupted);

  const reset = (): void => {
    held = command = "";
    isSkipping = isInterrupted = false;
  };

  return {
    push(bytes) {
      events = undefined;
      const ascii = decodeAscii(bytes);
      const rest = ascii && isAtStart() ? plain(ascii) : ascii;
      if (rest === "") return events ?? [];
      const parts = splitTelnet(command + (rest ?? decodeLatin1(bytes)));
      command = "";
      let isCommand = false;
      for (const part of parts) {
        const found = isCommand ? readTelnet(part) : part;
        if (found === undefined) command = part;
        else if (typeof found === "string") data(found);
        else {
          emit(found);
          isInterrupted = acceptLostUrgentByte && found.type === "interrupt";
        }
        isCommand = !isCommand;
      }
      return events ?? [];
    },
    end() {
      events = undefined;
      if (!isSkipping && held !== "") emit({ type: "unterminated", text: read(held) });
      reset();
      return events ?? [];
    },
    get pending() {
      return held.length + command.length;
    },
    get isAtStart() {
      return isAtStart();
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
  if (at >= 0) throw new NvtEncodeError("line-break", `CR, LF or NUL at ${at}`);
  return escapeTelnet(encode(`${text}\r\n`));
}
