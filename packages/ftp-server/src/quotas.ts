import { performance } from "node:perf_hooks";
import type { Usage } from "@longshore/file-store";
import { createQuotaLedger, type QuotaLedger } from "./quota-ledger.ts";

/** What each user of a server has, as long as anyone may need it. */
export interface Quotas {
  /**
   * The ledger that all sessions of a user share, for a session of that user's until `end`.
   *
   * @param key whose
   * @param tree what is counted; another one than last time is counted anew
   */
  open(
    key: string,
    tree: unknown,
    count: () => Promise<Usage>,
  ): { readonly ledger: QuotaLedger; end(): void };
}

interface Entry {
  readonly ledger: QuotaLedger;
  tree: unknown;
  sessions: number;
  /** When the last session went. */
  idleSince: number;
}

/** Milliseconds for which a ledger is kept that nobody needs: an hour. */
const keptFor = 3_600_000;

/** So many of those at most. */
const keptAtMost = 10_000;

/** @param clock milliseconds from any beginning; `performance.now` unless told */
export function createQuotas(clock: () => number = () => performance.now()): Quotas {
  const busy = new Map<string, Entry>();
  /** Those without sessions; who has been so for longest comes first. */
  const idle = new Map<string, Entry>();

  function forgetOld(): void {
    for (const [key, { idleSince }] of idle) {
      if (idle.size <= keptAtMost && clock() - idleSince < keptFor) return;
      idle.delete(key);
    }
  }

  return {
    open(key, tree, count) {
      forgetOld();
      const entry = busy.get(key) ??
        idle.get(key) ?? { ledger: createQuotaLedger(count, clock), tree, sessions: 0, idleSince: 0 };
      if (entry.tree !== tree) entry.ledger.forget(count);
      entry.tree = tree;
      entry.sessions++;
      idle.delete(key);
      busy.set(key, entry);
      let isOver = false;
      return {
        ledger: entry.ledger,
        end() {
          if (isOver) return;
          isOver = true;
          if (--entry.sessions > 0) return;
          entry.idleSince = clock();
          busy.delete(key);
          idle.set(key, entry);
          forgetOld();
        },
      };
    },
  };
}
