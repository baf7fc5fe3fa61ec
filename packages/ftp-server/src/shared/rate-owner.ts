import { type Bucket, createBucket } from "@longshore/ftp-data";
import type { Paces } from "../rate.ts";
import type { CountReply, CountRequest } from "./message.ts";

/** The buckets of the rates that several processes share. */
export interface RateOwner {
  join(send: (message: CountReply) => void): RateMember;
}

export interface RateMember {
  receive(message: Extract<CountRequest, { readonly type: `rate-${string}` }>): void;
  leave(): void;
}

interface SharedRate {
  readonly buckets: Readonly<Record<keyof Paces, Bucket | undefined>>;
  /** Who has it open, and what each has told that it took. */
  readonly members: Map<(message: CountReply) => void, Record<keyof Paces, number>>;
}

/** @param clock milliseconds from any beginning; `performance.now` unless told */
export function createRateOwner(clock: (() => number) | undefined): RateOwner {
  const rates = new Map<string, SharedRate>();
  const bucketOf = (rate = 0): Bucket | undefined =>
    rate > 0 ? createBucket(rate, clock === undefined ? {} : { clock }) : undefined;

  return {
    join(send) {
      const close = (key: string): void => {
        const shared = rates.get(key);
        shared?.members.delete(send);
        if (shared?.members.size === 0) rates.delete(key);
      };
      return {
        receive(message) {
          const { key } = message;
          if (message.type === "rate-close") return close(key);
          if (message.type === "rate-open") {
            const { up, down } = message.rate;
            const shared = rates.get(key) ?? {
              buckets: { up: bucketOf(up), down: bucketOf(down) },
              members: new Map(),
            };
            rates.set(key, shared);
            shared.members.set(send, { up: 0, down: 0 });
            for (const way of ["up", "down"] as const) tell(key, way, shared, 0);
            return;
          }
          const { way, taken } = message;
          const shared = rates.get(key);
          const told = shared?.members.get(send);
          if (shared === undefined || told === undefined) return;
          const bytes = taken - told[way];
          told[way] = taken;
          tell(key, way, shared, bytes);
        },
        leave() {
          for (const key of [...rates.keys()]) close(key);
        },
      };
    },
  };
}

/** Takes bytes out, and lets everybody know what is there. */
function tell(key: string, way: keyof Paces, { buckets, members }: SharedRate, bytes: number): void {
  const level = buckets[way]?.take(bytes);
  if (level === undefined) return;
  for (const [send, taken] of members) send({ type: "rate-level", key, way, level, taken: taken[way] });
}
