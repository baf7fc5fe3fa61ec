/**
 * What follows block 65535 on the wire. RFC 1350 does not say, for it never gets there; most ends go on
 * with 0, some with 1.
 */
export type Rollover = 0 | 1;

/**
 * The number on the wire of the block `index`, which is counted from 1 and never rolls over; 0 stands for "no
 * block yet", the ACK of a WRQ or of an OACK (RFC 1350 §4, RFC 2347).
 */
export function wireNumber(index: number, rollover: Rollover): number {
  if (index <= 0xffff) return index;
  return rollover === 0 ? index % 0x10000 : ((index - 1) % 0xffff) + 1;
}

/**
 * The block that the number `wire` stands for: the one in `reference` to `reference + reach` that has it, for
 * nothing beyond can have been sent; else the nearest before `reference`, a duplicate from a delay. So a
 * duplicate at the wrap is never taken for one from the future.
 *
 * @param reach blocks after `reference` that can be meant: the window size, below 65535
 * @returns undefined where no block has that number yet
 */
export function blockIndex(
  wire: number,
  reference: number,
  reach: number,
  rollover: Rollover,
): number | undefined {
  const period = rollover === 0 ? 0x10000 : 0xffff;
  if (rollover === 1 && wire === 0) return 0;
  let ahead = (wire - reference) % period;
  if (ahead < 0) ahead += period;
  if (ahead === 0 && wireNumber(reference, rollover) !== wire) ahead = period;
  if (ahead <= reach) return reference + ahead;
  const before = reference + ahead - period;
  return before < 0 || (before === 0 && wire !== 0) ? undefined : before;
}

/** A block as it goes out. */
export interface Block {
  /** The number on the wire. */
  readonly number: number;
  /** Its first octet in the content. */
  readonly position: number;
}

export function blockAt(index: number, blockSize: number, rollover: Rollover): Block {
  return { number: wireNumber(index, rollover), position: (index - 1) * blockSize };
}

/**
 * The last block of a content of `size` octets: the one shorter than the block size, so that an empty file and
 * an exact multiple end in an empty block (RFC 1350 §6, RFC 2348).
 */
export function lastBlock(size: number, blockSize: number): number {
  return Math.floor(size / blockSize) + 1;
}
