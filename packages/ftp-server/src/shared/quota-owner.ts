import { FileStoreError, type Usage } from "@longshore/file-store";
import { minus, nothing, plus, type QuotaLedger } from "../quota-ledger.ts";
import { createQuotas } from "../quotas.ts";
import type { CountReply, CountRequest } from "./message.ts";

/** What counts against the quotas of users whose sessions are in several processes. */
export interface QuotaOwner {
  join(send: (message: CountReply) => void): QuotaMember;
}

export interface QuotaMember {
  /** Rejects with what the answer is to say. */
  receive(message: QuotaRequest): Promise<void>;
  leave(): void;
}

export type QuotaRequest = Extract<
  CountRequest,
  { readonly type: `quota-${string}` | "usage" | "usage-unknown" | "recalled" }
>;

/** A user's quota, as one process has a part in it. */
interface Part {
  readonly ledger: QuotaLedger;
  end(): void;
  sessions: number;
  /** What it has taken and not settled. */
  held: Usage;
  /** It may have some of that without any use for it yet. */
  hasAhead: boolean;
  /** Settles when what was asked back last has come. */
  recalled: Promise<unknown> | undefined;
}

interface Member {
  readonly send: (message: CountReply) => void;
  readonly parts: Map<string, Part>;
  /** Settles what was asked of it, by number. */
  readonly asked: Map<number, (answer: QuotaRequest | undefined) => void>;
}

/** What is set aside ahead is no more than this part of the room that is left. */
const aheadPart = 4;

/** @param clock milliseconds from any beginning; `performance.now` unless told */
export function createQuotaOwner(clock: (() => number) | undefined): QuotaOwner {
  const quotas = createQuotas(clock);
  const members = new Set<Member>();
  let lastId = 0;
  let newest = 0;

  /** Nothing where it is gone. */
  function ask(
    member: Member,
    type: "count" | "quota-recall",
    key: string,
  ): Promise<QuotaRequest | undefined> {
    const id = ++lastId;
    return new Promise((resolve) => {
      member.asked.set(id, resolve);
      member.send({ type, id, key });
    });
  }

  /** By whoever has the files before it. */
  async function count(key: string): Promise<Usage> {
    for (const member of [...members]) {
      if (!member.parts.has(key)) continue;
      const answer = await ask(member, "count", key);
      if (answer?.type === "usage") return answer.usage;
      if (answer?.type === "usage-unknown") throw new FileStoreError(answer.error.code, answer.error.message);
    }
    throw new FileStoreError("aborted", "everybody who could count is gone");
  }

  /** Nobody is refused for what somebody has only taken ahead. */
  async function recall(key: string): Promise<void> {
    await Promise.all(
      [...members].map((member) => {
        const part = member.parts.get(key);
        if (part?.hasAhead === true) {
          part.hasAhead = false;
          part.recalled = ask(member, "quota-recall", key);
        }
        return part?.recalled;
      }),
    );
  }

  return {
    join(send) {
      const member: Member = { send, parts: new Map(), asked: new Map() };
      const turns = new Map<number, () => void>();
      members.add(member);

      function open(key: string, generation: number): void {
        newest = Math.max(newest, generation);
        const opened = quotas.open(key, newest, () => count(key));
        const part = member.parts.get(key);
        // One for each process is enough: who logs in again may have brought other options, nothing else.
        if (part !== undefined) {
          opened.end();
          part.sessions++;
        } else
          member.parts.set(key, {
            ...opened,
            sessions: 1,
            held: nothing,
            hasAhead: false,
            recalled: undefined,
          });
      }

      /** What the last session has begun may end after it. */
      function endIdle(key: string, part: Part): void {
        if (part.sessions > 0 || part.held.bytes > 0 || part.held.files > 0) return;
        member.parts.delete(key);
        part.end();
      }

      function partOf(key: string): Part {
        const part = member.parts.get(key);
        if (part === undefined) throw new FileStoreError("aborted", "the session is over");
        return part;
      }

      async function take(message: Extract<QuotaRequest, { readonly type: "quota-take" }>): Promise<void> {
        const { id, key, growth, quota, isInTurn } = message;
        const part = partOf(key);
        const { ledger } = part;
        const more = plus(growth, { bytes: message.ahead, files: 0 });
        const room = (quota.bytes ?? 0) - ledger.used.bytes - growth.bytes;
        const isRoomy = (quota.bytes ?? 0) === 0 || room >= message.ahead * aheadPart;
        let taken = nothing;
        let lack: Awaited<ReturnType<QuotaLedger["take"]>>;
        if (isRoomy && ledger.tryTake(more, quota)) taken = more;
        else if (ledger.tryTake(growth, quota)) taken = growth;
        else {
          await recall(key);
          lack = await ledger.take(growth, quota, isInTurn);
          if (lack === undefined) taken = growth;
        }
        // Gone meanwhile: nobody else will give it back.
        if (!members.has(member)) return ledger.settle(taken, nothing);
        part.held = plus(part.held, taken);
        const ahead = taken.bytes - growth.bytes;
        if (ahead > 0) part.hasAhead = true;
        send({ type: "quota", id, used: ledger.used, lack, ahead: Math.max(0, ahead) });
      }

      async function turn(id: number, key: string): Promise<void> {
        const { ledger } = partOf(key);
        const waiting = new AbortController();
        const over = new Promise<void>((resolve) => {
          turns.set(id, () => {
            waiting.abort();
            resolve();
          });
        });
        try {
          await ledger.inTurn(waiting.signal, () => {
            send({ type: "quota", id, used: ledger.used, lack: undefined, ahead: 0 });
            return over;
          });
        } finally {
          turns.delete(id);
        }
      }

      return {
        async receive(message) {
          switch (message.type) {
            case "quota-open":
              return open(message.key, message.generation);
            case "quota-close": {
              const part = partOf(message.key);
              part.sessions--;
              return endIdle(message.key, part);
            }
            case "quota-counted": {
              const { ledger } = partOf(message.key);
              await ledger.counted();
              return send({ type: "quota", id: message.id, used: ledger.used, lack: undefined, ahead: 0 });
            }
            case "quota-turn":
              return turn(message.id, message.key);
            case "quota-turn-end":
              return turns.get(message.id)?.();
            case "quota-take":
              return take(message);
            case "quota-settle": {
              const part = partOf(message.key);
              part.ledger.settle(message.taken, message.change);
              part.held = minus(part.held, message.taken);
              return endIdle(message.key, part);
            }
            case "recalled":
            case "usage":
            case "usage-unknown":
              member.asked.get(message.id)?.(message);
              member.asked.delete(message.id);
          }
        },
        leave() {
          members.delete(member);
          for (const [key, part] of member.parts) {
            giveBack(part);
            // Its last file may stand, or not: nobody is left who knows.
            part.ledger.forget(() => count(key));
            part.end();
          }
          member.parts.clear();
          for (const settle of member.asked.values()) settle(undefined);
          for (const end of [...turns.values()]) end();
        },
      };
    },
  };
}

function giveBack(part: Part): void {
  part.ledger.settle(part.held, nothing);
  part.held = nothing;
}
