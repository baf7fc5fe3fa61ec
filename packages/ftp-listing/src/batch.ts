import { encodeText } from "@longshore/nvt";

/** Characters that are encoded at once: long texts made of many pieces are slow to put together. */
const piece = 32_768;

/**
 * Lines of a whole batch of entries as the bytes of one write, each ended by CRLF, as listings go out (RFC 959
 * §3.1.1.1, ASCII type).
 *
 * @example encodeListing(batch, (entry) => formatListLine(entry, { now: Date.now() }))
 */
export function encodeListing<Entry>(
  entries: Iterable<Entry>,
  formatLine: (entry: Entry) => string,
): Uint8Array {
  const [first = new Uint8Array(), ...more] = encodeListingPieces(entries, formatLine, piece);
  return more.length === 0 ? first : concat([first, ...more]);
}

/**
 * The same as pieces, each made when it is asked for: however long the lines are (of links, or with a path before each
 * name), a piece ends with the line by which it has `length` characters.
 */
export function* encodeListingPieces<Entry>(
  entries: Iterable<Entry>,
  formatLine: (entry: Entry) => string,
  length: number,
): Generator<Uint8Array, void, undefined> {
  let text = "";
  for (const entry of entries) {
    text += `${formatLine(entry)}\r\n`;
    if (text.length < length) continue;
    yield encodeText(text);
    text = "";
  }
  if (text !== "") yield encodeText(text);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, { byteLength }) => length + byteLength, 0));
  let at = 0;
  for (const bytes of pieces) {
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}
