import type { TransferStatistics } from "./outcome.ts";

/** The counters of an engine while it counts. */
export type Counters = { -readonly [Name in Exclude<keyof TransferStatistics, "roundTrip">]: number };

export function createCounters(): Counters {
  return {
    bytes: 0,
    blocks: 0,
    retransmissions: 0,
    duplicates: 0,
    gaps: 0,
    timeouts: 0,
    strangers: 0,
    ignored: 0,
  };
}
