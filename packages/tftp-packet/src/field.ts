import { PacketEncodeError } from "./fault.ts";
import { decodeText, encodeText } from "./text.ts";

/** The texts of a datagram from `start` on, each ended by NUL, and what follows the last NUL. */
export interface Fields {
  readonly fields: readonly string[];
  /** Empty when the last text ends in NUL, as it must (RFC 1350 §5). */
  readonly rest: string;
}

export function splitFields(datagram: Uint8Array, start: number): Fields {
  const fields: string[] = [];
  let from = start;
  for (;;) {
    const nul = datagram.indexOf(0, from);
    if (nul < 0) return { fields, rest: decodeText(datagram.subarray(from)) };
    fields.push(decodeText(datagram.subarray(from, nul)));
    from = nul + 1;
  }
}

/** `texts` in UTF-8, each ended by NUL, after `start` octets left zero. */
export function encodeFields(start: number, texts: readonly string[]): Uint8Array {
  const encoded = texts.map((text) => {
    if (text.includes("\0"))
      throw new PacketEncodeError(
        "nul-in-text",
        `${JSON.stringify(text)} holds a NUL, which would end it early`,
      );
    return encodeText(text);
  });
  const datagram = new Uint8Array(encoded.reduce((length, bytes) => length + bytes.length + 1, start));
  let at = start;
  for (const bytes of encoded) {
    datagram.set(bytes, at);
    at += bytes.length + 1;
  }
  return datagram;
}

/** `text` with A to Z in lower case: the ASCII folding of the RFCs, blind to letters beyond it. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
