import {
  type AckPacket,
  type OackPacket,
  type PacketDecodeError,
  type TftpPacket,
  tftpErrors,
} from "@longshore/tftp-packet";
import { blockIndex, type Rollover, wireNumber } from "./block.ts";
import { none, type ReceiverEffect, sendError, type Tid } from "./effect.ts";
import type { TransferEngine } from "./engine.ts";
import { failed, type Outcome, type TransferStatistics } from "./outcome.ts";
import { createStrangerGuard, sameTid } from "./peer.ts";
import { createCounters } from "./statistics.ts";
import { createRetransmissionTimer, type TimingOptions } from "./timing.ts";
import { checkRange, TransferUsageError } from "./usage.ts";

export interface ReceiverOptions {
  readonly peer: Tid;
  /** 8 to 65464; 512 unless told. */
  readonly blockSize?: number;
  /** 1 to 65534; 1 unless told. */
  readonly windowSize?: number;
  /**
   * What asks for the first block: a server's OACK or ACK 0 (RFC 1350 §4), a client's ACK 0 after an OACK
   * (RFC 2347). Absent for a client that got DATA at once.
   */
  readonly opening?: OackPacket | AckPacket;
  /** Whether the peer's address is known to be its own, as after an answer to a request; off. */
  readonly confirmed?: boolean;
  /** Answers to a peer that is not confirmed, the first included; 2 unless told, for it may not have asked. */
  readonly unconfirmedAnswers?: number;
  /** Octets accepted in all; beyond them the transfer fails with ERROR 3. Unlimited unless told. */
  readonly maxSize?: number;
  /** Octets announced with `tsize`: a content of another length fails. */
  readonly size?: number;
  /**
   * Octets delivered and not yet `written` from which on no more is asked for; 256 KiB unless told. It holds
   * memory bounded where the storage is slower than the peer.
   */
  readonly maxUnwritten?: number;
  /**
   * Milliseconds that duplicates are answered after the end, for a peer that missed the last ACK; 6000, as tftp-hpa
   * and atftp send again after 5 seconds, or twice the seconds agreed on with `timeout`, unless told.
   */
  readonly dally?: number;
  readonly rollover?: Rollover;
  readonly timing?: TimingOptions;
}

/** Where a receiver stands. */
export type ReceiverState =
  | { readonly type: "idle" }
  /** The first block is awaited. */
  | { readonly type: "opening" }
  /** Blocks are counted from 1 and do not roll over. */
  | { readonly type: "receiving"; readonly received: number; readonly acknowledged: number }
  /** Everything came; the last ACK waits for `stored`. */
  | { readonly type: "storing" }
  /** The last ACK was sent; duplicates are answered for a while (RFC 1350 §6). */
  | { readonly type: "dallying"; readonly outcome: Outcome }
  | { readonly type: "ended"; readonly outcome: Outcome };

/** The end of a transfer that gets the content: a server's after WRQ, a client's after RRQ. */
export interface Receiver extends TransferEngine<ReceiverEffect> {
  readonly state: ReceiverState;
  /** Whether the peer's address is known to be its own. */
  readonly confirmed: boolean;
  /** `length` more of the octets delivered have been taken off the driver's hands. */
  written(length: number, now: number): readonly ReceiverEffect[];
  /**
   * The content is stored for good: the last block is acknowledged only now, so that the peer's success means
   * that it is stored.
   *
   * @throws {TransferUsageError} `out-of-order` before the `store` effect
   */
  stored(now: number): readonly ReceiverEffect[];
  /** The request came again: answers it again while the peer is unconfirmed (RFC 1350 §4). */
  repeat(now: number): readonly ReceiverEffect[];
}

/**
 * @throws {TransferUsageError} `out-of-range` for an option
 */
export function createReceiver(options: ReceiverOptions, now: number): Receiver {
  const { peer, opening, size, rollover = 0, unconfirmedAnswers = 2 } = options;
  const dally = options.dally ?? Math.max(6000, 2000 * (options.timing?.interval ?? 0));
  const { maxSize = Infinity, maxUnwritten = 1 << 18 } = options;
  const blockSize = checkRange("the block size", options.blockSize ?? 512, 1, 65464);
  const windowSize = checkRange("the window size", options.windowSize ?? 1, 1, 65534);
  const timer = createRetransmissionTimer(options.timing ?? {}, now);
  const answerStranger = createStrangerGuard();
  const counters = createCounters();
  /** Blocks that came before one that is missing; at most a window of them. */
  const early = new Map<number, Uint8Array>();

  let state: ReceiverState = { type: "idle" };
  let deadline: number | undefined;
  let confirmed = options.confirmed ?? false;
  let answers = 0;
  /** The last block that came in order, and the last one acknowledged: the window begins after it. */
  let received = 0;
  let acknowledged = 0;
  let unwritten = 0;
  /** A hole was told; told once until it is filled. */
  let isGapTold = false;
  /** The last block of a run of duplicates: one that is not after it begins a new repetition. */
  let lastDuplicate = Infinity;
  /** The block whose ACK is awaited to bring the next, sent once, and when. */
  let timed: number | undefined;
  let timedAt = 0;

  function receive(packet: TftpPacket, from: Tid, at: number): readonly ReceiverEffect[] {
    if (state.type === "ended" || state.type === "idle") return none;
    if (!sameTid(from, peer)) {
      counters.strangers++;
      return answerStranger(packet, from, at);
    }
    if (packet.type === "data") return accept(packet.block, packet.data, at);
    // Once everything is here, the peer's giving up changes nothing.
    if (packet.type === "error" && (state.type === "opening" || state.type === "receiving")) {
      confirmed = true;
      return end(failed({ ...packet, type: "peer-error" }));
    }
    // The server's OACK came again: our ACK 0 was lost.
    if (packet.type === "oack" && opening?.type === "ack" && state.type === "opening") {
      counters.duplicates++;
      return open(at);
    }
    counters.ignored++;
    return none;
  }

  function accept(number: number, data: Uint8Array, at: number): readonly ReceiverEffect[] {
    if (data.length > blockSize) return tooLong(at);
    const index = blockIndex(number, acknowledged, windowSize, rollover);
    if (
      index === undefined ||
      (index > received && (state.type === "storing" || state.type === "dallying"))
    ) {
      counters.ignored++;
      return none;
    }
    counters.blocks++;
    if (index <= received) return repeated(index, at);
    confirmed = true;
    if (state.type === "opening") state = { type: "receiving", received, acknowledged };
    return index === received + 1 ? inOrder(index, data, at) : ahead(index, data, at);
  }

  /** The block that was due, and those that had come before it. */
  function inOrder(index: number, data: Uint8Array, at: number): readonly ReceiverEffect[] {
    if (timed !== undefined && index === timed + 1) timer.sample(at - timedAt);
    timed = undefined;
    timer.heard(at);
    isGapTold = false;
    lastDuplicate = Infinity;
    const effects: ReceiverEffect[] = [];
    let block: Uint8Array | undefined = data;
    while (block !== undefined) {
      received++;
      early.delete(received);
      const position = counters.bytes;
      if (position + block.length > maxSize)
        return [
          ...effects,
          ...fail(tftpErrors.diskFull.code, `the file is larger than ${maxSize} octets`, at),
        ];
      counters.bytes += block.length;
      if (block.length > 0) {
        unwritten += block.length;
        effects.push({ type: "write", position, data: block });
      }
      // RFC 1350 §6, RFC 2348: a block shorter than the block size is the last.
      if (block.length < blockSize) {
        early.clear();
        if (size !== undefined && counters.bytes !== size)
          return [
            ...effects,
            ...fail(tftpErrors.notDefined.code, `${size} octets were announced, ${counters.bytes} came`, at),
          ];
        state = { type: "storing" };
        deadline = undefined;
        effects.push({ type: "store", length: counters.bytes });
        return effects;
      }
      block = early.get(received + 1);
    }
    deadline = at + patience();
    if (received >= acknowledged + windowSize) effects.push(...acknowledge(at));
    return effects;
  }

  /** A block after a hole: the last one in order is acknowledged at once, and once (RFC 7440 §4). */
  function ahead(index: number, data: Uint8Array, at: number): readonly ReceiverEffect[] {
    if (early.has(index)) counters.duplicates++;
    else early.set(index, data);
    if (isGapTold) return none;
    isGapTold = true;
    counters.gaps++;
    return acknowledge(at);
  }

  /** A block that was there already: its ACK was lost, or it came twice on the way. */
  function repeated(index: number, at: number): readonly ReceiverEffect[] {
    counters.duplicates++;
    const isToldAlready = index > acknowledged || index > lastDuplicate;
    lastDuplicate = index;
    // One answer for each repetition of a window: the sender goes on after the first.
    if (isToldAlready || state.type === "storing" || isHeld()) return none;
    return acknowledge(at, true);
  }

  /** Acknowledges the last block in order, unless the storage lags behind. */
  function acknowledge(at: number, isAgain = false): readonly ReceiverEffect[] {
    if (isHeld()) {
      deadline = undefined;
      return none;
    }
    if (isAgain) counters.retransmissions++;
    timed = isAgain || acknowledged === received ? undefined : received;
    timedAt = at;
    acknowledged = received;
    if (state.type === "receiving") deadline = at + patience();
    return [{ type: "send-packet", packet: { type: "ack", block: wireNumber(received, rollover) } }];
  }

  function isHeld(): boolean {
    return unwritten > maxUnwritten;
  }

  /**
   * The sender's timer goes first, ours stands in where an ACK was lost and that timer is slow. Not so in the
   * beginning: until it is answered, a server repeats itself hardly or not at all.
   */
  function patience(): number {
    return state.type === "opening" ? timer.timeout : 2 * timer.timeout;
  }

  function written(length: number, at: number): readonly ReceiverEffect[] {
    const wasHeld = isHeld();
    unwritten = Math.max(0, unwritten - length);
    if (state.type !== "receiving" || !wasHeld || isHeld()) return none;
    timer.heard(at);
    deadline = at + patience();
    return received >= acknowledged + windowSize || isGapTold ? acknowledge(at) : none;
  }

  function stored(at: number): readonly ReceiverEffect[] {
    if (state.type === "ended") return none;
    if (state.type !== "storing")
      throw new TransferUsageError("out-of-order", "not all of the content has come");
    const outcome: Outcome = { type: "complete", bytes: counters.bytes };
    unwritten = 0;
    state = { type: "dallying", outcome };
    const effects = acknowledge(at);
    deadline = at + dally;
    return [...effects, { type: "result", outcome }];
  }

  function expire(at: number): readonly ReceiverEffect[] {
    if (deadline === undefined || at < deadline) return none;
    if (state.type === "dallying") {
      state = { type: "ended", outcome: state.outcome };
      deadline = undefined;
      return [{ type: "close" }];
    }
    counters.timeouts++;
    timer.backOff();
    if (timer.isLost(at, confirmed)) return end(failed({ type: "timeout", silentFor: timer.silence(at) }));
    deadline = at + patience();
    if (!confirmed && answers >= unconfirmedAnswers) return none;
    return received === 0 && opening !== undefined ? open(at) : acknowledge(at, true);
  }

  function open(at: number): readonly ReceiverEffect[] {
    if (opening === undefined) return none;
    timed = answers === 0 ? 0 : undefined;
    timedAt = at;
    if (answers > 0) counters.retransmissions++;
    answers++;
    deadline = at + patience();
    return [{ type: "send-packet", packet: opening }];
  }

  function start(at: number): readonly ReceiverEffect[] {
    state = { type: "opening" };
    deadline = at + patience();
    return open(at);
  }

  function repeat(at: number): readonly ReceiverEffect[] {
    if (state.type !== "opening" || answers >= unconfirmedAnswers) return none;
    counters.duplicates++;
    return open(at);
  }

  function tooLong(at: number): readonly ReceiverEffect[] {
    const { code } = tftpErrors.illegalOperation;
    const message = `a block is longer than the ${blockSize} octets agreed on`;
    if (state.type === "dallying") return none;
    deadline = at;
    return [sendError(code, message), ...end(failed({ type: "protocol", code, message }))];
  }

  function malformed(error: PacketDecodeError, from: Tid, at: number): readonly ReceiverEffect[] {
    if (!sameTid(from, peer)) counters.strangers++;
    else if (error.code === "too-long" && error.opcode === 3 && state.type !== "ended") return tooLong(at);
    else counters.ignored++;
    return none;
  }

  function fail(code: number, message: string, _at: number): readonly ReceiverEffect[] {
    if (state.type === "ended" || state.type === "dallying") return none;
    return [sendError(code, message), ...end(failed({ type: "local", code, message }))];
  }

  function end(outcome: Outcome): readonly ReceiverEffect[] {
    state = { type: "ended", outcome };
    deadline = undefined;
    early.clear();
    return [{ type: "result", outcome }, { type: "close" }];
  }

  return {
    get state(): ReceiverState {
      return state.type === "receiving" ? { type: "receiving", received, acknowledged } : state;
    },
    get confirmed() {
      return confirmed;
    },
    get bytes() {
      return counters.bytes;
    },
    get deadline() {
      return deadline;
    },
    get statistics(): TransferStatistics {
      return { ...counters, roundTrip: timer.roundTrip };
    },
    start,
    receive,
    malformed,
    written,
    stored,
    expire,
    repeat,
    fail,
  };
}
