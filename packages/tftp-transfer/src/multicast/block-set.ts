/** Which blocks of a file are there. They are counted from 1; a bit for each, so that 65535 take 8 KiB. */
export interface BlockSet {
  readonly count: number;
  has(index: number): boolean;
  /** Answers whether it was missing. */
  add(index: number): boolean;
  /** The first block that is missing. */
  readonly firstMissing: number;
}

export function createBlockSet(): BlockSet {
  let bits = new Uint8Array(64);
  let count = 0;
  let firstMissing = 1;

  function has(index: number): boolean {
    return ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  return {
    get count() {
      return count;
    },
    get firstMissing() {
      return firstMissing;
    },
    has,
    add(index) {
      if (has(index)) return false;
      if (index >> 3 >= bits.length) {
        const longer = new Uint8Array(Math.max(2 * bits.length, (index >> 3) + 1));
        longer.set(bits);
        bits = longer;
      }
      bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
      count++;
      while (has(firstMissing)) firstMissing++;
      return true;
    },
  };
}
