import type { NetasciiTransformer } from "../src/index.ts";

/** All that a transformer makes of `chunks`, in one piece. */
export function run(transformer: NetasciiTransformer, chunks: readonly Uint8Array[]): Uint8Array {
  const pieces = [...chunks.flatMap((chunk) => transformer.push(chunk)), ...transformer.end()];
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Each octet a letter, so that a test can be read. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function text(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}

/** `octets` cut into pieces of the lengths given, over and over. */
export function cut(octets: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < octets.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    pieces.push(octets.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
