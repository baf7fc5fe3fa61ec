import { decodeText, encodeText } from "@longshore/nvt";
import { PacketEncodeError } from "./fault.ts";

/** The texts of a datagram from `start` on, and what follows the last NUL: empty as it must be (RFC 1350 §5). */
export function splitFields(datagram: Uint8Array, start: number): string[] {
  return decodeText(datagram.subarray(start)).split("\0");
}

/** A datagram of `opcode`, zeros up to `start`, and `texts` in UTF-8, each ended by NUL. */
export function joinFields(opcode: number, start: number, texts: readonly string[]): Uint8Array {
  if (texts.join().includes("\0")) throw new PacketEncodeError("nul-in-text", JSON.stringify(texts));
  const body = encodeText(texts.map((text) => `${text}\0`).join(""));
  const datagram = new Uint8Array(start + body.length);
  datagram[1] = opcode;
  datagram.set(body, start);
  return datagram;
}

/** `text` with A to Z in lower case: the ASCII folding of the RFCs, blind to letters beyond it. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
