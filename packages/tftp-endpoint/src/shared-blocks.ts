import { dataHeaderLength, encodeDataHeader } from "@longshore/tftp-packet";
import { blockAt, type Rollover } from "@longshore/tftp-transfer";
import { createArena } from "./arena.ts";
import type { BlockBuffer } from "./block-buffer.ts";
import type { Source } from "./content.ts";
import { pieceSize, type SharedFile } from "./read-cache.ts";

/**
 * Blocks up to this size are copied behind their header: one buffer goes out in less time than two, which Node has to
 * wrap and the system to gather. Larger ones are sent as header and views.
 */
const copied = 1 << 14;

const arena = createArena();

/**
 * The blocks of a file that others read as well, made of the pieces that all of them share when they are sent, so that
 * a session holds no octet of its own.
 *
 * @param most blocks from the last acknowledged one on that are asked for again, as with a block buffer
 */
export function createSharedBlocks(
  file: SharedFile,
  blockSize: number,
  most: number,
  rollover: Rollover,
): { readonly source: Source; readonly blocks: BlockBuffer } {
  const held = new Map<number, Uint8Array>();
  let at = 0;

  function hand(
    index: number,
    piece: Uint8Array,
    length: number,
    take: (chunk: Uint8Array) => void,
  ): boolean {
    held.set(index, piece);
    const offset = at - index * pieceSize;
    const part = piece.subarray(offset, offset + length);
    if (part.length === 0) return false;
    at += part.length;
    for (const old of held.keys()) if ((old + 1) * pieceSize <= at - most * blockSize) held.delete(old);
    take(part);
    return true;
  }

  /** The octets from `position` to `end`, where they lie. */
  function views(position: number, end: number): readonly Uint8Array[] {
    const parts: Uint8Array[] = [];
    for (let from = position; from < end; ) {
      const index = Math.floor(from / pieceSize);
      const offset = from - index * pieceSize;
      const part = held.get(index)?.subarray(offset, offset + end - from);
      if (part === undefined || part.length === 0) break;
      parts.push(part);
      from += part.length;
    }
    return parts;
  }

  return {
    source: {
      size: file.size,
      next(length, take) {
        if (at >= file.size) return false;
        const index = Math.floor(at / pieceSize);
        const piece = file.piece(index);
        return piece instanceof Uint8Array
          ? hand(index, piece, length, take)
          : piece.then((read) => hand(index, read, length, take));
      },
      close: () => file.close(),
    },
    blocks: {
      append: () => {},
      packet(block) {
        const { number, position } = blockAt(block, blockSize, rollover);
        const parts = views(position, Math.min(position + blockSize, at));
        if (blockSize > copied) return [encodeDataHeader(number, arena.take(dataHeaderLength)), ...parts];
        let length = dataHeaderLength;
        for (const part of parts) length += part.length;
        const datagram = encodeDataHeader(number, arena.take(length));
        let to = dataHeaderLength;
        for (const part of parts) {
          datagram.set(part, to);
          to += part.length;
        }
        return datagram;
      },
      sent: arena.release,
    },
  };
}
