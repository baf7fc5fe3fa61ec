/**
 * How fast the blocks of a window follow each other. A window that arrives whole goes out at once; a hole in it
 * is taken for a full buffer on the way, and the next ones go out in bursts with pauses between (RFC 7440 §6).
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

/** Blocks that go out at once before anything is known: what a socket buffer of 200 kB holds. */
const firstBurst = 64;

export function createPace(windowSize: number): Pace {
  const slowest = Math.min(windowSize, 4);
  let burst = Math.min(windowSize, firstBurst);
  return {
    get burst() {
      return burst;
    },
    // Spread over a round trip, but never finer than what a timer can do.
    pause: (roundTrip) => Math.max(1, ((roundTrip ?? 0) * burst) / windowSize),
    faster() {
      burst = Math.min(windowSize, burst * 2);
    },
    slower() {
      burst = Math.max(slowest, burst >> 1);
    },
  };
}
