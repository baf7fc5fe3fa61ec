import type { Settlement } from "./transfer.ts";

/** A limit on how fast bytes may move, shared by as many transfers as are given it. */
export interface Pace {
  /** Bytes at most that one step should move, so that a slow transfer is even and not in bursts. */
  readonly step: number;
  /** Counts bytes that have moved, and answers the milliseconds to wait before the next may: 0 where none. */
  take(bytes: number): number;
}

/**
 * A token bucket: `rate` bytes a second, after a pause up to `burst` bytes at once. What is taken beyond what is there
 * is owed, and the next one waits until it is paid: so it is even between all that share it, and needs no queue.
 *
 * @param rate bytes a second, more than 0
 * @param clock milliseconds from any beginning; `performance.now` unless told
 */
export function createPace(
  rate: number,
  {
    burst = rate / 4,
    clock = (): number => performance.now(),
  }: { readonly burst?: number; readonly clock?: () => number } = {},
): Pace {
  const perMillisecond = rate / 1000;
  let tokens = burst;
  let last = clock();
  return {
    step: Math.max(512, Math.min(65_536, Math.floor(rate / 8))),
    take(bytes) {
      const now = clock();
      tokens = Math.min(burst, tokens + (now - last) * perMillisecond) - bytes;
      last = now;
      return tokens >= 0 ? 0 : -tokens / perMillisecond;
    },
  };
}

/** Several limits as one: the slowest holds. Nothing where there are none. */
export function joinPaces(paces: readonly (Pace | undefined)[]): Pace | undefined {
  const all = paces.filter((pace) => pace !== undefined);
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first;
  return {
    step: Math.min(...all.map(({ step }) => step)),
    take: (bytes) => all.reduce((wait, pace) => Math.max(wait, pace.take(bytes)), 0),
  };
}

/** Holds one transfer to a pace. */
export interface Pacing {
  /** Whether it has to wait now. */
  readonly isWaiting: boolean;
  stop(): void;
  /** Counts bytes that have moved; `goOn` is called when the next may, if that is not now. */
  moved(bytes: number): void;
}

export function createPacing(pace: Pace, to: Settlement, goOn: () => void): Pacing {
  let timer: NodeJS.Timeout | undefined;
  return {
    get isWaiting() {
      return timer !== undefined;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
    moved(bytes) {
      const wait = pace.take(bytes);
      // Timers are late rather than early: less than this is made up for by the next.
      if (wait < 2 || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        if (!to.settled) goOn();
      }, wait);
    },
  };
}
