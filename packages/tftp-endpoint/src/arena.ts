/**
 * Memory for datagrams that are made to be sent at once: one for all transfers, since the system has copied a datagram
 * when `send` returns, unless its own buffer was full.
 */
export interface Arena {
  /** `length` octets, which nobody else has until the next `release`. */
  take(length: number): Uint8Array;
  /** What was taken is free again; or, where the system still holds some of it, is never used again. */
  release(isHeld: boolean): void;
}

/** Octets of one piece of memory: a few bursts. */
const size = 1 << 18;

export function createArena(): Arena {
  let memory = new Uint8Array(0);
  let start = 0;
  let at = 0;
  return {
    take(length) {
      if (at + length > memory.length) {
        memory = new Uint8Array(Math.max(size, length));
        start = 0;
        at = 0;
      }
      const taken = memory.subarray(at, at + length);
      at += length;
      return taken;
    },
    release(isHeld) {
      if (isHeld) start = at;
      else at = start;
    },
  };
}
