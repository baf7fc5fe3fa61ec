import { dataHeaderLength } from "@longshore/tftp-packet";
import { datagramsHeld, usualReceiveBuffer } from "./receive-buffer.ts";

/**
 * How fast the blocks of a window follow each other (RFC 7440 §6). As many as a usual receive buffer holds go out at
 * once; a hole in a window is taken for a full buffer on the way, and the next ones go out in smaller bursts with
 * pauses between, until windows arrive whole. Each hole doubles how many of them that takes, so that a path that
 * bears no more is not tried out again and again.
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

/** Most whole windows that are waited for before a burst grows. */
const mostWhole = 64;

export function createPace(windowSize: number, blockSize: number): Pace {
  const held = datagramsHeld(dataHeaderLength + blockSize, usualReceiveBuffer);
  const fastest = Math.min(windowSize, held);
  const slowest = Math.min(fastest, 4);
  let burst = fastest;
  /** Windows that have arrived whole since the burst changed, and how many it takes for it to grow. */
  let whole = 0;
  let wanted = 1;
  /** Whether the burst has grown, and is not yet known to be borne. */
  let isTrial = false;
  return {
    get burst() {
      return burst;
    },
    // Spread over a round trip, but never finer than what a timer can do.
    pause: (roundTrip) => Math.max(1, ((roundTrip ?? 0) * burst) / windowSize),
    faster() {
      if (burst === fastest && wanted === 1 && !isTrial) return;
      whole++;
      if (whole < wanted) return;
      whole = 0;
      isTrial = burst < fastest;
      if (isTrial) burst = Math.min(fastest, burst * 2);
      else wanted = Math.max(1, wanted >> 1);
    },
    slower() {
      if (isTrial) wanted = Math.min(mostWhole, wanted * 2);
      isTrial = false;
      whole = 0;
      burst = Math.max(slowest, burst >> 1);
    },
  };
}
