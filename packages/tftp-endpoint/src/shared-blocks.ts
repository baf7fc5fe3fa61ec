import { dataHeaderLength, encodeDataHeader } from "@longshore/tftp-packet";
import { blockAt, type Rollover } from "@longshore/tftp-transfer";
import { createArena } from "./arena.ts";
import type { BlockBuffer } from "./block-buffer.ts";
import type { Source } from "./content.ts";
import { pieceSize } from "./piece-memory.ts";
import type { SharedFile } from "./read-cache.ts";

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
  /** Whether the system still has views of pieces, which then are not used again. */
  let isHeld = false;
  let isClosed = false;

  function hand(
    index: number,
    piece: Uint8Array,
    length: number,
    take: (chunk: Uint8Array) => void,
  ): boolean {
    if (isClosed) {
      file.done(piece, false);
      return false;
    }
    held.set(index, piece);
    const offset = at - index * pieceSize;
    const part = piece.subarray(offset, offset + length);
    if (part.length === 0) return false;
    at += part.length;
    for (const [old, passed] of held) {
      if ((old + 1) * pieceSize > at - most * blockSize) continue;
      held.delete(old);
      file.done(passed, isHeld);
    }
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

  /** The octets from `position` to `end` put into `into` from `to` on; they are all here. */
  function copy(position: number, end: number, into: Uint8Array, to: number): void {
    for (let from = position; from < end; ) {
      const index = Math.floor(from / pieceSize);
      const offset = from - index * pieceSize;
      const piece = held.get(index);
      if (piece === undefined) break;
      const part = piece.subarray(offset, offset + end - from);
      into.set(part, to + from - position);
      from += part.length;
    }
  }

  function packets(first: number, last: number): Uint8Array {
    const { position } = blockAt(first, blockSize, rollover);
    const end = Math.min(last * blockSize, at);
    const count = last - first + 1;
    const datagrams = arena.take(count * dataHeaderLength + end - position);
    for (let index = first, to = 0; index <= last; index++) {
      const block = blockAt(index, blockSize, rollover);
      encodeDataHeader(block.number, datagrams, to);
      copy(block.position, Math.min(block.position + blockSize, end), datagrams, to + dataHeaderLength);
      to += dataHeaderLength + blockSize;
    }
    return datagrams;
  }

  return {
    source: {
      size: file.size,
      next(length, take) {
        if (at >= file.size) return false;
        const index = Math.floor(at / pieceSize);
        const piece = held.get(index) ?? file.piece(index);
        return piece instanceof Uint8Array
          ? hand(index, piece, length, take)
          : piece.then((read) => hand(index, read, length, take));
      },
      close() {
        isClosed = true;
        for (const piece of held.values()) file.done(piece, isHeld);
        held.clear();
        return file.close();
      },
    },
    blocks: {
      append: () => {},
      packets,
      packet(block) {
        if (blockSize <= copied) return packets(block, block);
        const { number, position } = blockAt(block, blockSize, rollover);
        const parts = views(position, Math.min(position + blockSize, at));
        return [encodeDataHeader(number, arena.take(dataHeaderLength)), ...parts];
      },
      sent(isWaiting) {
        isHeld = isWaiting && blockSize > copied;
        arena.release(isWaiting);
      },
    },
  };
}
