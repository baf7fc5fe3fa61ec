import {
  type PacketDecodeError,
  type RequestPacket,
  type TftpPacket,
  tftpErrors,
} from "@longshore/tftp-packet";
import {
  type CloseEffect,
  none,
  type ResultEffect,
  type SendPacketEffect,
  sendError,
  type Tid,
} from "./effect.ts";
import type { TransferEngine } from "./engine.ts";
import { checkOack, defaultTerms, type Terms } from "./negotiate.ts";
import { failed, type Outcome } from "./outcome.ts";
import { createCounters } from "./statistics.ts";
import { createRetransmissionTimer, type TimingOptions } from "./timing.ts";

export interface RequestOptions {
  readonly packet: RequestPacket;
  /** Where requests go. The answer comes from the same address, and from a port of its own (RFC 1350 §4). */
  readonly server: Tid;
  /** Most octets of a file that are accepted; an announced size beyond them is answered with ERROR 3 (RFC 2349). */
  readonly maxSize?: number;
  readonly timing?: TimingOptions;
}

/** The server answered; a sender or receiver takes over from here with `peer` and `terms`. */
export interface AcceptedEffect {
  readonly type: "accepted";
  /** The server's end from now on. */
  readonly peer: Tid;
  readonly terms: Terms;
  /** The answer: what comes as DATA is the receiver's first packet. */
  readonly packet: TftpPacket;
  /** Milliseconds from question to answer, where it was asked once (Karn); a first value for the timers. */
  readonly roundTrip?: number;
}

export type RequestEffect = SendPacketEffect | AcceptedEffect | ResultEffect | CloseEffect;

export type RequestState =
  | { readonly type: "idle" }
  | { readonly type: "asking" }
  | { readonly type: "accepted"; readonly peer: Tid }
  | { readonly type: "ended"; readonly outcome: Outcome };

/** A client's request until the first answer. */
export interface Request extends TransferEngine<RequestEffect> {
  readonly state: RequestState;
}

/** Asks, repeats the question, and locks on to the first valid answer from the server's address. */
export function createRequest(options: RequestOptions, now: number): Request {
  const { packet: request, server, maxSize = Infinity } = options;
  const timer = createRetransmissionTimer(options.timing ?? {}, now);
  const counters = createCounters();
  let state: RequestState = { type: "idle" };
  let deadline: number | undefined;
  let askedAt = now;

  function ask(at: number): readonly RequestEffect[] {
    state = { type: "asking" };
    askedAt = at;
    deadline = at + timer.timeout;
    return [{ type: "send-packet", packet: request, to: server }];
  }

  function receive(packet: TftpPacket, from: Tid, at: number): readonly RequestEffect[] {
    if (state.type !== "asking") return none;
    if (from.address !== server.address) {
      counters.strangers++;
      return none;
    }
    if (packet.type === "error") return end(failed({ ...packet, type: "peer-error" }));
    if (packet.type === "oack") {
      const negotiation = checkOack(request, packet.options);
      if (!negotiation.ok) return refuse(negotiation.code, negotiation.message, from);
      if (request.type === "rrq" && (negotiation.terms.size ?? 0) > maxSize)
        return refuse(tftpErrors.diskFull.code, `the file is larger than ${maxSize} octets`, from, "local");
      return accept(packet, negotiation.terms, from, at);
    }
    // Without an OACK the defaults hold (RFC 2347).
    const isAnswer =
      request.type === "rrq"
        ? packet.type === "data" && packet.block === 1
        : packet.type === "ack" && packet.block === 0;
    if (isAnswer) return accept(packet, defaultTerms, from, at);
    counters.ignored++;
    return none;
  }

  function accept(packet: TftpPacket, terms: Terms, peer: Tid, at: number): readonly RequestEffect[] {
    state = { type: "accepted", peer };
    deadline = undefined;
    const measured = counters.retransmissions === 0 ? { roundTrip: at - askedAt } : {};
    return [{ type: "accepted", peer, terms, packet, ...measured }];
  }

  function malformed(error: PacketDecodeError, from: Tid): readonly RequestEffect[] {
    if (state.type !== "asking" || from.address !== server.address) return none;
    if (error.opcode === 6) return refuse(tftpErrors.optionRefused.code, error.message, from);
    counters.ignored++;
    return none;
  }

  function expire(at: number): readonly RequestEffect[] {
    if (deadline === undefined || at < deadline) return none;
    counters.timeouts++;
    timer.backOff();
    if (timer.isLost(at, true)) return end(failed({ type: "timeout", silentFor: timer.silence(at) }));
    counters.retransmissions++;
    return ask(at);
  }

  function refuse(
    code: number,
    message: string,
    to: Tid,
    type: "protocol" | "local" = "protocol",
  ): readonly RequestEffect[] {
    return [sendError(code, message, to), ...end(failed({ type, code, message }))];
  }

  function end(outcome: Outcome): readonly RequestEffect[] {
    state = { type: "ended", outcome };
    deadline = undefined;
    return [{ type: "result", outcome }, { type: "close" }];
  }

  return {
    get state() {
      return state;
    },
    bytes: 0,
    get deadline() {
      return deadline;
    },
    get statistics() {
      return { ...counters, roundTrip: timer.roundTrip };
    },
    start: ask,
    receive,
    malformed,
    expire,
    // No end has answered yet, so that there is nobody to tell.
    fail: (code, message) =>
      state.type === "asking" || state.type === "idle" ? end(failed({ type: "local", code, message })) : none,
  };
}
