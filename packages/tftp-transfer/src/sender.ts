import { type OackPacket, type PacketDecodeError, type TftpPacket, tftpErrors } from "@longshore/tftp-packet";
import { blockIndex, lastBlock, type Rollover } from "./block.ts";
import { none, type SenderEffect, sendError, type Tid } from "./effect.ts";
import type { TransferEngine } from "./engine.ts";
import { failed, type Outcome, type TransferStatistics } from "./outcome.ts";
import { createPace } from "./pace.ts";
import { createStrangerGuard, sameTid } from "./peer.ts";
import { createCounters } from "./statistics.ts";
import { createRetransmissionTimer, type TimingOptions } from "./timing.ts";
import { checkRange, TransferUsageError } from "./usage.ts";

export interface SenderOptions {
  readonly peer: Tid;
  /** 8 to 65464; 512 unless told. */
  readonly blockSize?: number;
  /** 1 to 65534; 1 unless told. */
  readonly windowSize?: number;
  /** Octets of the content, where known: a content that ends sooner fails, what follows is not sent. */
  readonly size?: number;
  /** The OACK that answers an RRQ; absent where nothing was granted, and for a client. */
  readonly opening?: OackPacket;
  /** Whether the peer's address is known to be its own, as after an answer to a request; off. */
  readonly confirmed?: boolean;
  /** Answers to a peer that is not confirmed, the first included; 2 unless told, for it may not have asked. */
  readonly unconfirmedAnswers?: number;
  /**
   * Blocks of one read, at least the window size; that many unless told. The driver keeps the content of
   * `2 * readBlocks` blocks: those from the last acknowledged one on.
   */
  readonly readBlocks?: number;
  readonly rollover?: Rollover;
  readonly timing?: TimingOptions;
}

/** Where a sender stands. */
export type SenderState =
  | { readonly type: "idle" }
  /** OACK was sent, ACK 0 is awaited (RFC 2347). */
  | { readonly type: "opening" }
  /** Blocks are counted from 1 and do not roll over. */
  | { readonly type: "sending"; readonly acknowledged: number; readonly next: number }
  | { readonly type: "ended"; readonly outcome: Outcome };

/** The end of a transfer that has the content: a server's after RRQ, a client's after WRQ. */
export interface Sender extends TransferEngine<SenderEffect> {
  readonly state: SenderState;
  /** Whether the peer's address is known to be its own. */
  readonly confirmed: boolean;
  /**
   * The octets of the read under way have come: `length` of them, fewer than asked only at the end.
   *
   * @throws {TransferUsageError} `out-of-order` when there is no read under way, `out-of-range`
   */
  provide(length: number, now: number): readonly SenderEffect[];
  /** The request came again: answers it again while the peer is unconfirmed (RFC 1350 §4). */
  repeat(now: number): readonly SenderEffect[];
}

/**
 * @throws {TransferUsageError} `out-of-range` for an option
 */
export function createSender(options: SenderOptions, now: number): Sender {
  const { peer, size, opening, rollover = 0, unconfirmedAnswers = 2 } = options;
  const blockSize = checkRange("the block size", options.blockSize ?? 512, 1, 65464);
  const windowSize = checkRange("the window size", options.windowSize ?? 1, 1, 65534);
  const readBlocks = checkRange("readBlocks", options.readBlocks ?? windowSize, windowSize, 1 << 20);
  const timer = createRetransmissionTimer(options.timing ?? {}, now);
  const pace = createPace(windowSize, blockSize);
  const answerStranger = createStrangerGuard();
  const counters = createCounters();

  let state: SenderState = { type: "idle" };
  let deadline: number | undefined;
  let confirmed = options.confirmed ?? false;
  let answers = 0;
  /** The last block acknowledged in order: the window begins after it. */
  let acknowledged = 0;
  /** The next block to send, and the last one sent ever. */
  let next = 1;
  let highest = 0;
  let last = size === undefined ? undefined : lastBlock(size, blockSize);
  let asked = 0;
  let provided = 0;
  let reading = 0;
  /** The block whose round trip is measured, and when it went out. */
  let timed = 0;
  let timedAt = 0;
  let restartedAt = Number.NEGATIVE_INFINITY;
  let burstAt = Number.NEGATIVE_INFINITY;

  function receive(packet: TftpPacket, from: Tid, at: number): readonly SenderEffect[] {
    if (state.type === "ended" || state.type === "idle") return none;
    if (!sameTid(from, peer)) {
      counters.strangers++;
      return answerStranger(packet, from, at);
    }
    if (packet.type === "ack") return acknowledge(packet.block, at);
    if (packet.type === "error") {
      confirmed = true;
      // A loader that wanted the size alone ends with ERROR 0 or 8, and asks again.
      const probed = state.type === "opening" && (packet.code === 0 || packet.code === 8);
      return end(probed ? { type: "probed" } : failed({ ...packet, type: "peer-error" }));
    }
    counters.ignored++;
    return none;
  }

  function acknowledge(number: number, at: number): readonly SenderEffect[] {
    const index = blockIndex(number, acknowledged, windowSize, rollover);
    if (state.type === "opening") {
      if (index !== 0) return ignore();
      confirm(at);
      if (answers === 1) timer.sample(at - timedAt);
      return proceed(at);
    }
    if (index === undefined || index > highest) return ignore();
    // RFC 1123 §4.2.3.1: a duplicate ACK never makes a sender send, or every packet would go twice from then on.
    if (index <= acknowledged) {
      counters.duplicates++;
      return none;
    }
    confirm(at);
    deadline = undefined;
    if (index === timed) timer.sample(at - timedAt);
    acknowledged = index;
    counters.bytes = Math.min(index * blockSize, provided);
    if (index === last) return end({ type: "complete", bytes: counters.bytes });
    if (index >= next - 1) next = index + 1;
    else if (at - restartedAt >= (timer.roundTrip ?? 0)) {
      // RFC 7440 §4: an ACK inside the window tells of a hole and begins the next window, once for each: what
      // comes within a round trip of a restart answers blocks from before it.
      counters.gaps++;
      restart(at);
      return proceed(at);
    }
    if (next === acknowledged + 1) pace.faster();
    return proceed(at);
  }

  function confirm(at: number): void {
    confirmed = true;
    timer.heard(at);
  }

  /** The window begins anew after the last ACK. */
  function restart(at: number): void {
    restartedAt = at;
    next = acknowledged + 1;
    timed = 0;
    pace.slower();
  }

  /** Sends what the window and the content allow, asks for more content, and sets the deadline. */
  function proceed(at: number): readonly SenderEffect[] {
    if (state.type !== "sending") state = { type: "sending", acknowledged, next };
    const effects: SenderEffect[] = [];
    const windowEnd = Math.min(acknowledged + windowSize, last ?? Infinity);
    const until = Math.min(windowEnd, ready());
    if (next <= until && at >= burstAt) {
      const to = Math.min(until, next + pace.burst - 1);
      effects.push({ type: "send-data", first: next, last: to });
      counters.blocks += to - next + 1;
      counters.retransmissions += Math.max(0, Math.min(highest, to) - next + 1);
      // Only the end of a window is acknowledged at once, and only what was sent once tells a time (Karn).
      timed = to > highest && to === windowEnd ? to : 0;
      timedAt = at;
      highest = Math.max(highest, to);
      next = to + 1;
      burstAt = next <= until ? at + pace.pause(timer.roundTrip) : at;
      deadline = undefined;
      if (!confirmed) answers++;
    }
    if (next <= until) deadline = burstAt;
    // While the window waits for content, nothing is due from the peer.
    else if (next <= windowEnd) deadline = undefined;
    else deadline ??= at + timer.timeout;
    readAhead(effects);
    return effects;
  }

  /** The last block whose content is at hand. */
  function ready(): number {
    return isEnded() ? (last ?? 0) : Math.floor(provided / blockSize);
  }

  function readAhead(effects: SenderEffect[]): void {
    if (reading > 0 || isEnded()) return;
    const chunk = readBlocks * blockSize;
    const free = 2 * chunk - (asked - acknowledged * blockSize);
    reading = Math.min(chunk, size === undefined ? chunk : size - asked);
    if (free < chunk || reading === 0) {
      reading = 0;
      return;
    }
    effects.push({ type: "read", position: asked, length: reading });
    asked += reading;
  }

  /** Whether the content is known to be provided whole. */
  function isEnded(): boolean {
    return last !== undefined && (size === undefined || provided === size);
  }

  function provide(length: number, at: number): readonly SenderEffect[] {
    if (state.type === "ended") return none;
    if (reading === 0) throw new TransferUsageError("out-of-order", "no read is under way");
    checkRange("the length", length, 0, reading);
    const isShort = length < reading;
    provided += length;
    reading = 0;
    if (isShort && size !== undefined)
      return fail(tftpErrors.notDefined.code, "the file became shorter while it was sent", at);
    if (isShort) last = lastBlock(provided, blockSize);
    if (state.type !== "sending") return none;
    if (deadline === undefined) timer.heard(at);
    return proceed(at);
  }

  function expire(at: number): readonly SenderEffect[] {
    if (deadline === undefined || at < deadline) return none;
    if (state.type === "sending" && next <= Math.min(acknowledged + windowSize, ready())) return proceed(at);
    counters.timeouts++;
    timer.backOff();
    if (timer.isLost(at, confirmed)) return giveUp(at);
    if (!confirmed && answers >= unconfirmedAnswers) {
      deadline = at + timer.timeout;
      return none;
    }
    if (state.type === "opening") return open(at);
    return again(at);
  }

  /** The window once more, now. */
  function again(at: number): readonly SenderEffect[] {
    restart(at);
    burstAt = at;
    deadline = undefined;
    return proceed(at);
  }

  function open(at: number): readonly SenderEffect[] {
    if (opening === undefined) return proceed(at);
    answers++;
    timedAt = at;
    deadline = at + timer.timeout;
    return [{ type: "send-packet", packet: opening }];
  }

  function start(at: number): readonly SenderEffect[] {
    if (opening === undefined) return proceed(at);
    state = { type: "opening" };
    const effects = [...open(at)];
    readAhead(effects);
    return effects;
  }

  function repeat(at: number): readonly SenderEffect[] {
    if (confirmed || answers >= unconfirmedAnswers || state.type === "ended") return none;
    counters.duplicates++;
    if (state.type === "opening") return open(at);
    return highest === 0 ? none : again(at);
  }

  function giveUp(at: number): readonly SenderEffect[] {
    const isLastWindow = last !== undefined && highest === last && last - acknowledged <= windowSize;
    if (isLastWindow) return end({ type: "unconfirmed", bytes: provided });
    return end(failed({ type: "timeout", silentFor: timer.silence(at) }));
  }

  function fail(code: number, message: string, _at: number): readonly SenderEffect[] {
    if (state.type === "ended") return none;
    return [sendError(code, message), ...end(failed({ type: "local", code, message }))];
  }

  function end(outcome: Outcome): readonly SenderEffect[] {
    state = { type: "ended", outcome };
    deadline = undefined;
    return [{ type: "result", outcome }, { type: "close" }];
  }

  function ignore(): readonly SenderEffect[] {
    counters.ignored++;
    return none;
  }

  return {
    get state(): SenderState {
      return state.type === "sending" ? { type: "sending", acknowledged, next } : state;
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
    malformed: (_error: PacketDecodeError, from: Tid) => {
      if (sameTid(from, peer)) counters.ignored++;
      else counters.strangers++;
      return none;
    },
    provide,
    expire,
    repeat,
    fail,
  };
}
