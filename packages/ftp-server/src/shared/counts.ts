import { type Admission, type AdmissionOptions, createAdmission } from "../admission.ts";
import { type Counted, once } from "../once.ts";
import { countError } from "./asker.ts";
import type { CountReply, CountRequest } from "./message.ts";
import { createQuotaOwner, type QuotaMember } from "./quota-owner.ts";
import { createRateOwner, type RateMember } from "./rate-owner.ts";

/** Counts that hold for several processes together: this one owns them, the others ask. */
export interface SharedCounts {
  /** What is counted at the moment, and where addresses are banned by hand. */
  readonly admission: Admission;
  /** Another process takes part. @param send brings a message there, in order */
  join(send: (message: CountReply) => void): CountMember;
}

/** A process that takes part. */
export interface CountMember {
  receive(message: CountRequest): void;
  /** The process is gone: what it held is given back. */
  leave(): void;
}

/**
 * Makes the counts of several servers in several processes: each of them has {@link createMemberCounts}, and messages go
 * between, by whatever way. What they say is trusted.
 *
 * @throws {RangeError} as {@link createAdmission}
 */
export function createSharedCounts(options: AdmissionOptions = {}): SharedCounts {
  const { onEvent, clock } = options;
  const members = new Set<(message: CountReply) => void>();
  const claimed = new Set<string>();

  function claim(place: string): Counted | undefined {
    if (claimed.has(place)) return undefined;
    claimed.add(place);
    return once(() => claimed.delete(place));
  }

  const admission = createAdmission({
    ...options,
    onEvent(event) {
      for (const send of members)
        send(
          event.type === "ban"
            ? { type: "banned", address: event.address, milliseconds: event.milliseconds }
            : { type: "unbanned", address: event.address },
        );
      onEvent?.(event);
    },
  });
  const quotas = createQuotaOwner(clock);
  const rates = createRateOwner(clock);
  return {
    admission,
    join(send) {
      members.add(send);
      for (const ban of admission.bans) send({ type: "banned", ...ban });
      const member = createMember(admission, claim, send, quotas.join(send), rates.join(send));
      return {
        receive: member.receive,
        leave() {
          members.delete(send);
          member.leave();
        },
      };
    },
  };
}

function createMember(
  admission: Admission,
  claim: (place: string) => Counted | undefined,
  send: (message: CountReply) => void,
  quotas: QuotaMember,
  rates: RateMember,
): CountMember {
  const held = new Map<number, Counted>();

  function answer(id: number, result: ReturnType<Admission["connect"]> | undefined): void {
    if (typeof result !== "object") {
      send({ type: "refused", id, reason: result ?? "full" });
      return;
    }
    held.set(id, result);
    send({ type: "counted", id });
  }

  return {
    receive(message) {
      switch (message.type) {
        case "connect":
          return answer(message.id, admission.connect(message.host));
        case "log-in":
          return answer(message.id, admission.logIn(message.user, message.most));
        case "enter-host":
          return answer(message.id, admission.enterHost(message.realm, message.most));
        case "start-transfer":
          return answer(message.id, admission.startTransfer());
        case "claim":
          return answer(message.id, claim(message.place));
        case "release":
          held.get(message.id)?.end();
          held.delete(message.id);
          return;
        case "fail-login":
          admission.failLogin(message.host);
          return send({ type: "failure-noted", id: message.id });
        case "ban":
          return admission.ban(message.host, message.milliseconds);
        case "unban":
          return admission.unban(message.address);
        case "rate-open":
        case "rate-take":
        case "rate-close":
          return rates.receive(message);
        default:
          quotas.receive(message).catch((cause: unknown) => {
            if ("id" in message) send({ type: "failed", id: message.id, error: countError(cause) });
          });
      }
    },
    leave() {
      for (const counted of held.values()) counted.end();
      held.clear();
      rates.leave();
      quotas.leave();
    },
  };
}
