import { dataHeaderLength, encodeDataHeader } from "@longshore/tftp-packet";
import { blockAt, lastBlock, type Rollover } from "@longshore/tftp-transfer";
import type { Datagram } from "./udp.ts";

/**
 * The blocks of a window and of what is read ahead, each as the datagram it goes out in. A block's place is used
 * again once it is acknowledged; nothing is allocated for a block, and sending it again costs nothing.
 */
export interface BlockBuffer {
  /** Content that follows what was appended before. */
  append(chunk: Uint8Array): void;
  /** The DATA packet of the block, counted from 1, whole or in parts; to be sent at once, then `sent` is called. */
  packet(index: number): Datagram;
  /**
   * The DATA packets of the blocks `first` to `last` one behind the other, or of fewer where those do not stand together;
   * as `packet`.
   */
  packets(first: number, last: number): Uint8Array;
  /** The packets made so far are off hand, unless the system still holds some. */
  sent(isHeld: boolean): void;
}

/**
 * Blocks that are read together: a window or two, and enough that a read of small blocks pays. The buffer holds
 * twice as many.
 */
export function readBlocksFor(blockSize: number, windowSize: number): number {
  const several = Math.min(2 * windowSize, Math.ceil((1 << 17) / blockSize));
  return Math.max(windowSize, several, Math.ceil((1 << 14) / blockSize));
}

/**
 * @param most blocks held at a time
 * @param size octets of the content, where known: a short one takes no more room than it needs
 */
export function createBlockBuffer(
  blockSize: number,
  most: number,
  rollover: Rollover,
  size?: number,
): BlockBuffer {
  const blocks = size === undefined ? most : Math.min(most, lastBlock(size, blockSize));
  const stride = dataHeaderLength + blockSize;
  const memory = new Uint8Array(blocks * stride);
  const places: (Uint8Array | undefined)[] = new Array(blocks);
  let filled = 0;

  function place(index: number): Uint8Array {
    const slot = (index - 1) % blocks;
    const found = places[slot];
    if (found !== undefined) return found;
    const made = memory.subarray(slot * stride, (slot + 1) * stride);
    places[slot] = made;
    return made;
  }

  return {
    append(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const offset = filled % blockSize;
        const part = Math.min(blockSize - offset, chunk.length - at);
        const whole = at === 0 && part === chunk.length ? chunk : chunk.subarray(at, at + part);
        place((filled - offset) / blockSize + 1).set(whole, dataHeaderLength + offset);
        at += part;
        filled += part;
      }
    },
    packet(index) {
      const { number, position } = blockAt(index, blockSize, rollover);
      const datagram = encodeDataHeader(number, place(index));
      const length = Math.min(blockSize, Math.max(0, filled - position));
      return length === blockSize ? datagram : datagram.subarray(0, dataHeaderLength + length);
    },
    packets(first, last) {
      const slot = (first - 1) % blocks;
      const until = Math.min(last, first + blocks - 1 - slot);
      for (let index = first; index <= until; index++)
        encodeDataHeader(blockAt(index, blockSize, rollover).number, place(index));
      const missing = Math.max(0, until * blockSize - filled);
      return memory.subarray(slot * stride, (slot + until - first + 1) * stride - missing);
    },
    sent: () => {},
  };
}
