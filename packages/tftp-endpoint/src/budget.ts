import { prefixOf } from "./address.ts";
import type { Allowance, UnconfirmedLimits } from "./limits.ts";

/** Octets that may go to addresses nobody has confirmed: by prefix, and in all. */
export interface Budget {
  /** Takes `octets` for an answer to `address`; false: nothing may be sent. */
  take(address: string, octets: number, now: number): boolean;
  /** The address proved to be its own. */
  giveBack(address: string, octets: number): void;
}

/** Prefixes that are remembered; the ones touched longest ago are forgotten first. */
const remembered = 4096;

export function createBudget(limits: UnconfirmedLimits): Budget {
  const perPrefix = limits.prefix ?? { burst: 640 * 1024, perSecond: 16 * 1024 };
  const total = createBucket(limits.total ?? { burst: 8 * 1024 * 1024, perSecond: 256 * 1024 });
  const buckets = new Map<string, Bucket>();

  function bucketOf(address: string): Bucket {
    const prefix = prefixOf(address);
    const bucket = buckets.get(prefix) ?? createBucket(perPrefix);
    buckets.delete(prefix);
    buckets.set(prefix, bucket);
    if (buckets.size > remembered) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
    return bucket;
  }

  return {
    take(address, octets, now) {
      const bucket = bucketOf(address);
      if (bucket.left(now) < octets || total.left(now) < octets) return false;
      bucket.take(octets);
      total.take(octets);
      return true;
    },
    giveBack(address, octets) {
      bucketOf(address).take(-octets);
      total.take(-octets);
    },
  };
}

interface Bucket {
  left(now: number): number;
  take(octets: number): void;
}

function createBucket({ burst, perSecond }: Allowance): Bucket {
  let octets = burst;
  let countedAt = 0;
  return {
    left(now) {
      octets = Math.min(burst, octets + ((now - countedAt) / 1000) * perSecond);
      countedAt = now;
      return octets;
    },
    take(taken) {
      octets -= taken;
    },
  };
}
