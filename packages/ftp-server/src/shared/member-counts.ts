import { performance } from "node:perf_hooks";
import type { AdmissionLimits, SharedAdmission } from "../admission.ts";
import { createBans } from "../ban.ts";
import { type Counted, once } from "../once.ts";
import type { Quotas } from "../quotas.ts";
import { createRates } from "../rate.ts";
import { createAsker } from "./asker.ts";
import { createMemberQuotas } from "./member-quotas.ts";
import { createMemberRates } from "./member-rates.ts";
import type { CountReply, CountRequest } from "./message.ts";

/** What a server in one of several processes is given as `admission` and `quotas`. */
export interface MemberCounts {
  readonly admission: SharedAdmission;
  readonly quotas: Quotas;
  /** Takes what one of all processes may have at a time, until `end`; nothing while another has it. */
  claim(place: string): Promise<Counted | undefined>;
  receive(message: CountReply): void;
  /** What users have is counted anew for sessions from now on. @param generation higher than before */
  renew(generation: number): void;
  /** The process with the counts is gone: everything that is asked of it rejects from now on. */
  close(reason: Error): void;
}

export interface MemberCountsOptions {
  /** Brings a message to the process that owns the counts, in order. */
  readonly send: (message: CountRequest) => void;
  /** For the rates, and for what counts as one address. */
  readonly limits?: AdmissionLimits;
  /** See {@link MemberCounts.renew}; 0 unless told. */
  readonly generation?: number;
  /** Milliseconds from any beginning; `performance.now` unless told. */
  readonly clock?: () => number;
}

/** The other side of `createSharedCounts`: asks there what only holds for all processes together. */
export function createMemberCounts(options: MemberCountsOptions): MemberCounts {
  const { send, limits, clock = () => performance.now() } = options;
  const asker = createAsker(send);
  const quotas = createMemberQuotas(asker, options.generation ?? 0);
  const shared = createMemberRates(asker, clock);
  let rates = createRates(limits?.rate, limits?.sessionRate, shared.open);
  let bans = createBans({}, limits?.ipv6Prefix);
  const here = { connect: 0, "start-transfer": 0 };

  async function count(
    question: Extract<
      CountRequest,
      { readonly type: "connect" | "log-in" | "enter-host" | "start-transfer" | "claim" }
    >,
  ): Promise<Counted | Extract<CountReply, { readonly type: "refused" }>["reason"]> {
    const reply = await asker.ask(question);
    if (reply.type === "refused") return reply.reason;
    const { type, id } = question;
    const isShown = type === "connect" || type === "start-transfer";
    if (isShown) here[type]++;
    return once(() => {
      if (isShown) here[type]--;
      asker.tell({ type: "release", id });
    });
  }

  const orNothing = <T>(counted: T | string): T | undefined =>
    typeof counted === "string" ? undefined : counted;

  const admission: SharedAdmission = {
    async connect(host) {
      const counted = await count({ type: "connect", id: asker.next(), host });
      return counted === "full" ? "sessions" : counted;
    },
    logIn: async (user, most) => orNothing(await count({ type: "log-in", id: asker.next(), user, most })),
    enterHost: async (realm, most) =>
      orNothing(await count({ type: "enter-host", id: asker.next(), realm, most })),
    startTransfer: async () => orNothing(await count({ type: "start-transfer", id: asker.next() })),
    async failLogin(host) {
      await asker.ask({ type: "fail-login", id: asker.next(), host });
    },
    get rates() {
      return rates;
    },
    isBanned: (host) => bans.isBanned(host, clock()),
    ban: (host, milliseconds) => asker.tell({ type: "ban", host, milliseconds }),
    unban: (address) => asker.tell({ type: "unban", address }),
    reload(changed) {
      const next = createBans({}, changed.limits?.ipv6Prefix);
      for (const { address, until } of bans.list) next.ban(hostOf(address), clock(), until - clock());
      bans = next;
      rates = createRates(changed.limits?.rate, changed.limits?.sessionRate, shared.open);
    },
    get bans() {
      const now = clock();
      return bans.list.map(({ address, until }) => ({ address, milliseconds: Math.max(0, until - now) }));
    },
    get sessions() {
      return here.connect;
    },
    get transfers() {
      return here["start-transfer"];
    },
  };

  return {
    admission,
    quotas: quotas.quotas,
    claim: async (place) => orNothing(await count({ type: "claim", id: asker.next(), place })),
    receive(message) {
      switch (message.type) {
        case "banned":
          bans.ban(hostOf(message.address), clock(), message.milliseconds);
          return;
        case "unbanned":
          bans.unban(message.address);
          return;
        case "rate-level":
          return shared.learn(message);
        case "count":
        case "quota-recall":
          return quotas.receive(message);
        default:
          return asker.answer(message);
      }
    },
    renew: quotas.renew,
    close: asker.close,
  };
}

/** Of the network that a ban names. */
const hostOf = (address: string): string => address.replace(/\/\d+$/, "");
