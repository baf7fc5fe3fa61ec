/**
 * How fast the blocks of a window follow each other (RFC 7440 §6). As many as any receiver's buffer holds go out
 * at once; a hole in a window is taken for a full buffer on the way, and the next ones go out in smaller bursts
 * with pauses between, until a window arrives whole.
 */
export interface Pace {
  /** Blocks that may go out together, at least 1. */
  readonly burst: number;
  /** Milliseconds between two bursts. */
  pause(roundTrip: number | undefined): number;
  /** A window arrived whole. */
  faster(): void;
  /** Blocks were lost. */
  slower(): void;
}

/** Octets that go out at once at most: what a socket buffer of 200 kB, the usual one, surely holds. */
const largestBurst = 1 << 17;

export function createPace(windowSize: number, blockSize: number): Pace {
  const fastest = Math.max(1, Math.min(windowSize, Math.floor(largestBurst / blockSize)));
  const slowest = Math.min(fastest, 4);
  let burst = fastest;
  return {
    get burst() {
      return burst;
    },
    // Spread over a round trip, but never finer than what a timer can do.
    pause: (roundTrip) => Math.max(1, ((roundTrip ?? 0) * burst) / windowSize),
    faster() {
      burst = Math.min(fastest, burst * 2);
    },
    slower() {
      burst = Math.max(slowest, burst >> 1);
    },
  };
}
