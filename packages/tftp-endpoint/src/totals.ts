import type { TransferStatistics } from "@longshore/tftp-transfer";
import type { TftpDropReason, TftpEvent } from "./event.ts";

/** What a server has done since it was made: all of it counted from its events. */
export interface TftpTotals {
  readonly requests: { readonly read: number; readonly write: number };
  /** Requests answered with ERROR. */
  readonly refused: number;
  /** Datagrams that got no answer. */
  readonly dropped: Readonly<Record<TftpDropReason, number>>;
  /** Transfers that began. */
  readonly transfers: number;
  /** Transfers by how they ended. */
  readonly outcomes: Readonly<Record<"complete" | "unconfirmed" | "probed" | "failed", number>>;
  /** Octets of content, of transfers that ended. */
  readonly sent: number;
  readonly received: number;
  /** What the transfers that ended cost, summed up. */
  readonly statistics: Readonly<Record<Exclude<keyof TransferStatistics, "bytes" | "roundTrip">, number>>;
}

/** Counts events. */
export function createTotals(): { readonly totals: TftpTotals; count(event: TftpEvent): void } {
  const requests = { read: 0, write: 0 };
  const outcomes = { complete: 0, unconfirmed: 0, probed: 0, failed: 0 };
  const statistics = {
    blocks: 0,
    retransmissions: 0,
    duplicates: 0,
    gaps: 0,
    timeouts: 0,
    strangers: 0,
    ignored: 0,
  };
  const dropped: Record<TftpDropReason, number> = {
    "source-port": 0,
    "not-a-request": 0,
    budget: 0,
    sessions: 0,
    "sessions-per-address": 0,
    closing: 0,
  };
  const sums = { refused: 0, transfers: 0, sent: 0, received: 0 };

  function end(event: Extract<TftpEvent, { readonly type: "transfer-end" }>): void {
    outcomes[event.outcome.type]++;
    sums[event.operation === "read" ? "sent" : "received"] += event.statistics.bytes;
    for (const name of Object.keys(statistics) as (keyof typeof statistics)[])
      statistics[name] += event.statistics[name];
  }

  return {
    get totals() {
      return {
        ...sums,
        requests: { ...requests },
        outcomes: { ...outcomes },
        dropped: { ...dropped },
        statistics: { ...statistics },
      };
    },
    count(event) {
      if (event.type === "request") requests[event.operation]++;
      else if (event.type === "refused") sums.refused++;
      else if (event.type === "dropped") dropped[event.reason]++;
      else if (event.type === "transfer-start") sums.transfers++;
      else if (event.type === "transfer-end") end(event);
    },
  };
}
