import { encodeDataHeader } from "@longshore/tftp-packet";
import { blockAt, type Rollover } from "@longshore/tftp-transfer";
import type { BlockBuffer } from "./block-buffer.ts";
import type { Source } from "./content.ts";
import { pieceSize, type SharedFile } from "./read-cache.ts";

/**
 * The blocks of a file that others read as well: a header and views of the pieces that all of them share, so that a
 * session holds no octet of its own.
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
        // A header of its own each time: the system may still hold the one before.
        const parts = [encodeDataHeader(number)];
        const end = Math.min(position + blockSize, at);
        for (let from = position; from < end; ) {
          const index = Math.floor(from / pieceSize);
          const offset = from - index * pieceSize;
          const part = held.get(index)?.subarray(offset, offset + end - from);
          if (part === undefined || part.length === 0) break;
          parts.push(part);
          from += part.length;
        }
        return parts;
      },
    },
  };
}
