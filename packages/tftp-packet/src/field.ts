import { decodeText, encodeText } from "@longshore/nvt";
import { PacketEncodeError } from "./fault.ts";

/**
 * The texts of a datagram from `start` on, and what follows the last NUL: empty as it must be (RFC 1350 §5). What
 * stands before `start` is ASCII.
 */
export function splitFields(datagram: Uint8Array, start: number): string[] {
  const text = decodeText(datagram);
  // With a character for each byte the bytes are searched, which is several times as fast.
  if (text.length !== datagram.length) return text.slice(start).split("\0");
  const fields: string[] = [];
  let from = start;
  for (let at = start; at < datagram.length; at++) {
    if (datagram[at] !== 0) continue;
    fields.push(text.slice(from, at));
    from = at + 1;
  }
  fields.push(text.slice(from));
  return fields;
}

/** A datagram of `opcode`, zeros up to `start`, and `texts` in UTF-8, each ended by NUL. */
export function joinFields(opcode: number, start: number, texts: readonly string[]): Uint8Array {
  let body = "\0\0\0\0".slice(0, start);
  for (const text of texts) {
    if (text.includes("\0")) throw new PacketEncodeError("nul-in-text", JSON.stringify(texts));
    body += `${text}\0`;
  }
  const datagram = encodeText(body);
  datagram[1] = opcode;
  return datagram;
}

/** `text` with A to Z in lower case: the ASCII folding of the RFCs, blind to letters beyond it. */
export function foldCase(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
}
