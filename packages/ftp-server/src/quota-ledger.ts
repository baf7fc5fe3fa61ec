import type { Usage } from "@longshore/file-store";
import { createGate } from "./gate.ts";
import type { Quota } from "./user-options.ts";

/**
 * What one user has: what stands below the root, counted once and kept up to date from then on, and what is set aside
 * for uploads under way. It never says less than there is, as far as changes come this way; where it may say more, and
 * where others change things below the root, it counts anew before it refuses anything.
 */
export interface QuotaLedger {
  /** What stands and what is set aside. Nothing but what is set aside until `counted`. */
  readonly used: Usage;
  /** Waits until what stands has been counted. Rejects as the count does; the next one tries again. */
  counted(signal?: AbortSignal): Promise<void>;
  /** Does what changes what stands: one after the other, so that what each takes away is taken away once. */
  inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** Sets growth aside, if there is room at once. */
  tryTake(growth: Usage, quota: Quota): boolean;
  /** The same, after a new count where there is none. Answers what there is no room for. */
  take(growth: Usage, quota: Quota, isInTurn: boolean): Promise<keyof Quota | undefined>;
  /** Gives back what was set aside, and adds to what stands. */
  settle(taken: Usage, change: Usage): void;
  /** What stands is no longer known: it is counted before the next change, in this way. */
  forget(count: () => Promise<Usage>): void;
}

/** Milliseconds in which there is one count at most, and how much longer than a count that is: asking costs little. */
const countInterval = 1000;
const countRest = 20;

/** Counts go through large trees: two at once, so that many who log in leave room for transfers. */
const counting = createGate(2);

/** @param clock milliseconds */
export function createQuotaLedger(how: () => Promise<Usage>, clock: () => number): QuotaLedger {
  const turns = createGate(1);
  let source = how;
  let standing: Usage | undefined;
  let aside: Usage = nothing;
  let mayCountAt = 0;

  async function count(): Promise<void> {
    const began = clock();
    const from = source;
    const found = await counting.pass(undefined, from);
    const ended = clock();
    mayCountAt = ended + Math.max(countInterval, countRest * (ended - began));
    if (from === source) standing = found;
  }

  const used = (): Usage => plus(standing ?? nothing, aside);

  const lacking = ({ bytes, files }: Usage, quota: Quota): keyof Quota | undefined => {
    const now = used();
    if (bytes > 0 && isBeyond(now.bytes + bytes, quota.bytes)) return "bytes";
    return files > 0 && isBeyond(now.files + files, quota.files) ? "files" : undefined;
  };

  async function inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return turns.pass(signal, async () => {
      while (standing === undefined) await count();
      return work();
    });
  }

  const ledger: QuotaLedger = {
    get used() {
      return used();
    },
    async counted(signal) {
      if (standing === undefined) await inTurn(signal, async () => {});
    },
    inTurn,
    tryTake(growth, quota) {
      if (standing === undefined || lacking(growth, quota) !== undefined) return false;
      aside = plus(aside, growth);
      return true;
    },
    async take(growth, quota, isInTurn) {
      if (ledger.tryTake(growth, quota)) return undefined;
      const recount = async (): Promise<void> => {
        // Forgotten while it was in turn.
        while (standing === undefined) await count();
        // Whoever has waited for another's count has one already.
        if (lacking(growth, quota) !== undefined && clock() >= mayCountAt) await count();
      };
      await (isInTurn ? recount() : inTurn(undefined, recount));
      const lack = lacking(growth, quota);
      if (lack === undefined) aside = plus(aside, growth);
      return lack;
    },
    settle(taken, change) {
      aside = minus(aside, taken);
      if (standing !== undefined) standing = plus(standing, change);
    },
    forget(next) {
      source = next;
      standing = undefined;
    },
  };
  return ledger;
}

export const nothing: Usage = { bytes: 0, files: 0 };

export function plus(a: Usage, b: Usage): Usage {
  return { bytes: a.bytes + b.bytes, files: a.files + b.files };
}

export function minus(a: Usage, b: Usage): Usage {
  return { bytes: a.bytes - b.bytes, files: a.files - b.files };
}

function isBeyond(value: number, limit = 0): boolean {
  return limit > 0 && value > limit;
}
