import type { ReplyEvent } from "./decoder.ts";

/**
 * Reads bytes that are just one reply of printable ASCII, its lines ended by CR LF, in one pass over them: nearly
 * all that servers send. `undefined` says nothing but that the decoder has to look.
 *
 * @param most bytes without the last line's end, and lines
 */
export function readWholeReply(
  bytes: Uint8Array,
  most: { readonly bytes: number; readonly lines: number },
): ReplyEvent | undefined {
  const end = bytes.length - 2;
  if (end < 4 || end > most.bytes || most.lines < 1) return undefined;
  if (bytes[end] !== CR || bytes[end + 1] !== LF) return undefined;
  const code = codeAt(bytes, 0);
  if (code < 100 || code > 699) return undefined;
  if (bytes[3] === hyphen) return readLines(bytes, end, code, most.lines);
  if (bytes[3] !== space) return undefined;
  for (let at = 4; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < space || byte > tilde) return undefined;
  }
  const text = decoder.decode(bytes, plainly);
  const lastLine = text.slice(0, end);
  return { type: "reply", reply: { code, lines: [text.slice(4, end)] }, lastLine, isAmbiguous: false };
}

/** RFC 959 §4.2: the last line is the first that begins with the same code and a blank. */
function readLines(bytes: Uint8Array, end: number, code: number, mostLines: number): ReplyEvent | undefined {
  const text = decoder.decode(bytes, plainly);
  const lines: string[] = [];
  let start = 0;
  let textStart = 4;
  for (let at = 4; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= space && byte <= tilde) continue;
    if (byte !== CR || bytes[at + 1] !== LF || isLast(bytes, start, code)) return undefined;
    lines.push(text.slice(textStart, at));
    at++;
    start = textStart = at + 1;
  }
  if (!isLast(bytes, start, code) || lines.length >= mostLines) return undefined;
  lines.push(text.slice(start + 4, end));
  return { type: "reply", reply: { code, lines }, lastLine: text.slice(start, end), isAmbiguous: false };
}

function isLast(bytes: Uint8Array, start: number, code: number): boolean {
  return bytes[start + 3] === space && codeAt(bytes, start) === code;
}

/** What three digits say; -1 where they are none. */
function codeAt(bytes: Uint8Array, start: number): number {
  const a = digitAt(bytes, start);
  const b = digitAt(bytes, start + 1);
  const c = digitAt(bytes, start + 2);
  return a < 0 || b < 0 || c < 0 ? -1 : a * 100 + b * 10 + c;
}

function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] as number) - 48;
  return digit >= 0 && digit < 10 ? digit : -1;
}

const decoder = /* @__PURE__ */ new TextDecoder();
/** Said each time, this takes a tenth less than what a decoder makes of nothing said. */
const plainly = {};

const LF = 0x0a;
const CR = 0x0d;
const space = 0x20;
const hyphen = 0x2d;
const tilde = 0x7e;
