import { FileStoreError, type Usage } from "@longshore/file-store";
import { once } from "../once.ts";
import { minus, nothing, plus, type QuotaLedger } from "../quota-ledger.ts";
import type { Quotas } from "../quotas.ts";
import type { Quota } from "../user-options.ts";
import { type Asker, countError } from "./asker.ts";
import type { CountReply } from "./message.ts";

/** Ledgers that stand in another process. */
export interface MemberQuotas {
  readonly quotas: Quotas;
  receive(message: Extract<CountReply, { readonly type: "count" | "quota-recall" }>): void;
  renew(generation: number): void;
}

/** Bytes that are asked for beyond what is needed, so that a fast upload asks a few times in a second and not each time. */
const ahead = 8 * 2 ** 20;

interface Entry {
  readonly ledger: QuotaLedger;
  count: () => Promise<Usage>;
  sessions: number;
  /** Gives back what was taken ahead. */
  returnAhead(): void;
}

export function createMemberQuotas(asker: Asker, first: number): MemberQuotas {
  const entries = new Map<string, Entry>();
  let generation = first;

  async function count(id: number, key: string): Promise<void> {
    try {
      const entry = entries.get(key);
      if (entry === undefined) throw new FileStoreError("aborted", "the session is over");
      asker.tell({ type: "usage", id, usage: await entry.count() });
    } catch (cause) {
      asker.tell({ type: "usage-unknown", id, error: countError(cause) });
    }
  }

  return {
    quotas: {
      open(key, _, counting) {
        const entry: Entry = entries.get(key) ?? {
          ...createMemberLedger(key, asker),
          count: counting,
          sessions: 0,
        };
        entry.count = counting;
        entry.sessions++;
        entries.set(key, entry);
        asker.tell({ type: "quota-open", key, generation });
        const { end } = once(() => {
          if (--entry.sessions === 0) {
            entry.returnAhead();
            entries.delete(key);
          }
          asker.tell({ type: "quota-close", key });
        });
        return { ledger: entry.ledger, end };
      },
    },
    receive({ type, id, key }) {
      if (type === "count") {
        void count(id, key);
        return;
      }
      entries.get(key)?.returnAhead();
      asker.tell({ type: "recalled", id });
    },
    renew(next) {
      generation = next;
    },
  };
}

function createMemberLedger(key: string, asker: Asker): Pick<Entry, "ledger" | "returnAhead"> {
  let used = nothing;
  /** Set aside for uploads here. */
  let held = nothing;
  /** Bytes taken for none of them yet. */
  let spare = 0;

  type Answer = Extract<CountReply, { readonly type: "quota" }>;

  async function ask(question: Parameters<Asker["ask"]>[0]): Promise<Answer> {
    const reply = await asker.ask(question, (answer) => {
      if (answer.type !== "quota") return;
      ({ used } = answer);
      // It may be wanted back by the very next message.
      spare += answer.ahead;
    });
    if (reply.type !== "quota")
      throw new FileStoreError("io", `${reply.type} does not answer ${question.type}`);
    return reply;
  }

  function returnAhead(): void {
    if (spare === 0) return;
    asker.tell({ type: "quota-settle", key, taken: { bytes: spare, files: 0 }, change: nothing });
    spare = 0;
  }

  const ledger: QuotaLedger = {
    get used() {
      return used;
    },
    async counted() {
      await ask({ type: "quota-counted", id: asker.next(), key });
    },
    async inTurn(signal, work) {
      const id = asker.next();
      await untilAborted(ask({ type: "quota-turn", id, key }), signal, () =>
        asker.tell({ type: "quota-turn-end", id }),
      );
      try {
        return await work();
      } finally {
        asker.tell({ type: "quota-turn-end", id });
      }
    },
    tryTake(growth) {
      if (growth.files > 0 || growth.bytes > spare) return false;
      spare -= growth.bytes;
      held = plus(held, growth);
      return true;
    },
    async take(growth, quota: Quota, isInTurn) {
      if (ledger.tryTake(growth, quota)) return undefined;
      const own = Math.min(spare, growth.bytes);
      spare -= own;
      const answer = await ask({
        type: "quota-take",
        id: asker.next(),
        key,
        growth: minus(growth, { bytes: own, files: 0 }),
        // A file that has only just been opened may be a small one.
        ahead: growth.files > 0 ? 0 : ahead,
        quota,
        isInTurn,
      });
      if (answer.lack === undefined) held = plus(held, growth);
      else {
        spare += own;
        // There is little room: others may have use for it.
        returnAhead();
      }
      return answer.lack;
    },
    settle(taken, change) {
      held = minus(held, taken);
      asker.tell({ type: "quota-settle", key, taken, change });
      if (held.bytes <= 0) returnAhead();
    },
    // Whoever owns it forgets.
    forget() {},
  };
  return { ledger, returnAhead };
}

/** As `work`, unless the signal comes first: then `giveUp` is called and what becomes of it is nobody's. */
async function untilAborted(
  work: Promise<unknown>,
  signal: AbortSignal | undefined,
  giveUp: () => void,
): Promise<void> {
  if (signal === undefined) {
    await work;
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      giveUp();
      reject(new FileStoreError("aborted", "given up while others were served"));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(() => resolve(), reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
