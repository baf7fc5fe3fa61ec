import { createRemotePace, type RemotePace } from "@longshore/ftp-data";
import { type Paces, type SharedPaces, shareHere } from "../rate.ts";
import type { Asker } from "./asker.ts";
import type { CountReply } from "./message.ts";

/** Rates whose buckets stand in another process. */
export interface MemberRates {
  readonly open: SharedPaces;
  learn(message: Extract<CountReply, { readonly type: "rate-level" }>): void;
}

/** Milliseconds for which what was taken is gathered before it is told. */
const gatherTime = 10;

/** @param clock milliseconds from any beginning */
export function createMemberRates(asker: Pick<Asker, "tell">, clock: () => number): MemberRates {
  const paces = new Map<string, Partial<Record<keyof Paces, RemotePace>>>();
  /** Those that have something to tell. */
  const due = new Map<RemotePace, { readonly key: string; readonly way: keyof Paces }>();
  let isDue = false;

  function tellAll(): void {
    isDue = false;
    for (const [{ taken }, place] of due) asker.tell({ type: "rate-take", ...place, taken });
    due.clear();
  }

  function make(rate: number, way: keyof Paces, key: string): RemotePace {
    const pace: RemotePace = createRemotePace(
      rate,
      () => {
        due.set(pace, { key, way });
        if (!isDue) setTimeout(tellAll, gatherTime);
        isDue = true;
      },
      { clock },
    );
    paces.set(key, { ...paces.get(key), [way]: pace });
    return pace;
  }

  const share = shareHere(make, (key) => {
    if (!paces.has(key)) return;
    for (const pace of Object.values(paces.get(key) ?? {})) due.delete(pace);
    paces.delete(key);
    asker.tell({ type: "rate-close", key });
  });
  return {
    open(name, rate) {
      // Another rate is another bucket, so that options that differ need no agreement.
      const key = JSON.stringify([name, rate.up ?? 0, rate.down ?? 0]);
      const isNew = !paces.has(key);
      const opened = share(key, rate);
      if (isNew && paces.has(key)) asker.tell({ type: "rate-open", key, rate });
      return opened;
    },
    learn: ({ key, way, level, taken }) => paces.get(key)?.[way]?.learn(level, taken),
  };
}
