import type { Settlement } from "./transfer.ts";

/** A limit on how fast bytes may move, shared by as many transfers as are given it. */
export interface Pace {
  /** Bytes at most that one step should move, so that a slow transfer is even and not in bursts. */
  readonly step: number;
  /** Counts bytes that have moved, and answers the milliseconds to wait before the next may: 0 where none. */
  take(bytes: number): number;
}

export interface BucketOptions {
  /** Bytes that may be there at most, after a pause; a quarter of `rate` unless told. */
  readonly burst?: number;
  /** Milliseconds from any beginning; `performance.now` unless told. */
  readonly clock?: () => number;
}

/**
 * A token bucket: `rate` bytes a second, after a pause up to `burst` bytes at once. What is taken beyond what is there
 * is owed, and the next one waits until it is paid: so it is even between all that share it, and needs no queue.
 *
 * @param rate bytes a second, more than 0
 */
export function createPace(rate: number, options: BucketOptions = {}): Pace {
  const bucket = createBucket(rate, options);
  return {
    step: stepOf(rate),
    take: (bytes) => waitOf(bucket.take(bytes), rate),
  };
}

/** What is there in a token bucket. */
export interface Bucket {
  /** Takes bytes out, or puts them back where they are less than 0; answers what is there then, below 0 what is owed. */
  take(bytes: number): number;
}

/** @param rate bytes a second, more than 0 */
export function createBucket(
  rate: number,
  { burst = rate / 4, clock = (): number => performance.now() }: BucketOptions = {},
): Bucket {
  let tokens = burst;
  let last = clock();
  return {
    take(bytes) {
      const now = clock();
      tokens = Math.min(burst, tokens + ((now - last) * rate) / 1000) - bytes;
      last = now;
      return tokens;
    },
  };
}

/**
 * A pace whose bucket stands elsewhere, where others take from it too: what is taken here is told there, and what is
 * there is learned from time to time. Between two tellings others are not seen; what they have taken is then owed, so
 * that over a while all together move `rate` and no more.
 */
export interface RemotePace extends Pace {
  /** Bytes taken since it was made, to be told where the bucket stands. */
  readonly taken: number;
  /** `level` was there when `counted` of what was taken here had been told. */
  learn(level: number, counted: number): void;
}

/** @param onTake called at each take that may have to be told */
export function createRemotePace(rate: number, onTake: () => void, options: BucketOptions = {}): RemotePace {
  const bucket = createBucket(rate, options);
  let taken = 0;
  return {
    step: stepOf(rate),
    get taken() {
      return taken;
    },
    take(bytes) {
      taken += bytes;
      onTake();
      return waitOf(bucket.take(bytes), rate);
    },
    learn(level, counted) {
      bucket.take(bucket.take(0) - (level - (taken - counted)));
    },
  };
}

/** Even, where many share a rate. */
const stepOf = (rate: number): number => Math.max(512, Math.min(65_536, Math.floor(rate / 8)));

const waitOf = (tokens: number, rate: number): number => (tokens >= 0 ? 0 : (-tokens * 1000) / rate);

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
