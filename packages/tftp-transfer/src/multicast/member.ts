import { type PacketDecodeError, parseOptions, type TftpPacket, tftpErrors } from "@longshore/tftp-packet";
import { lastBlock } from "../block.ts";
import { none, type ReceiverEffect, sendError, type Tid } from "../effect.ts";
import type { TransferEngine } from "../engine.ts";
import { failed, type Outcome, type TransferStatistics } from "../outcome.ts";
import { createStrangerGuard, sameTid } from "../peer.ts";
import { createCounters } from "../statistics.ts";
import { createRetransmissionTimer, type TimingOptions } from "../timing.ts";
import { checkRange, TransferUsageError } from "../usage.ts";
import { createBlockSet } from "./block-set.ts";
import { maxMulticastBlocks } from "./group.ts";

export interface MulticastMemberOptions {
  /** The server's end: what comes to the group's address from anybody else is not the file. */
  readonly peer: Tid;
  /** 8 to 65464; 512 unless told. */
  readonly blockSize?: number;
  /** Whether the first OACK made this client the master. */
  readonly master: boolean;
  /** Octets told with `tsize`: a content of another length fails. */
  readonly size?: number;
  /** Octets accepted in all; unlimited unless told. */
  readonly maxSize?: number;
  /**
   * Octets delivered and not yet `written` beyond which blocks are left out, to be asked for later; 1 MiB unless
   * told.
   */
  readonly maxUnwritten?: number;
  /**
   * Milliseconds that the server is answered after the end, where it missed the last ACK: 3000 unless told, and the
   * patience where it asks only when this client's turn comes.
   */
  readonly dally?: number;
  readonly timing?: TimingOptions;
}

export type MulticastMemberState =
  | { readonly type: "idle" }
  /** Blocks are taken as they come; the master asks for those that are missing. */
  | { readonly type: "receiving"; readonly master: boolean; readonly missing: number }
  | { readonly type: "storing" }
  | { readonly type: "dallying"; readonly outcome: Outcome }
  | { readonly type: "ended"; readonly outcome: Outcome };

/** A client's end of a transfer that it shares with others (RFC 2090). Blocks are delivered in any order. */
export interface MulticastMember extends TransferEngine<ReceiverEffect> {
  readonly state: MulticastMemberState;
  /** `length` more of the octets delivered have been taken off the driver's hands. */
  written(length: number, now: number): readonly ReceiverEffect[];
  /** @throws {TransferUsageError} `out-of-order` before the `store` effect */
  stored(now: number): readonly ReceiverEffect[];
}

/** ACKs that tell a server of a client which is not the master, for it may never answer them. */
const mostGreetings = 4;

/**
 * @throws {TransferUsageError} `out-of-range` for an option
 */
export function createMulticastMember(options: MulticastMemberOptions, now: number): MulticastMember {
  const { peer, size, maxSize = Infinity, maxUnwritten = 1 << 20, timing = {} } = options;
  const blockSize = checkRange("the block size", options.blockSize ?? 512, 1, 65464);
  const timer = createRetransmissionTimer(timing, now);
  const patience = timing.patience ?? 30_000;
  const answerStranger = createStrangerGuard();
  const counters = createCounters();
  const blocks = createBlockSet();

  let state: MulticastMemberState = { type: "idle" };
  let isMaster = options.master;
  let deadline: number | undefined;
  let last = size === undefined ? undefined : lastBlock(size, blockSize);
  let unwritten = 0;
  /** Whether the server is seen to have heard from here, and how often and when it was told else. */
  let isKnown = false;
  let greetings = 0;
  let greetedAt = Number.NEGATIVE_INFINITY;
  /** The last block acknowledged as master, and when, where it was so for the first time. */
  let asked: number | undefined;
  let askedAt: number | undefined;

  function receive(packet: TftpPacket, from: Tid, at: number): readonly ReceiverEffect[] {
    if (state.type === "idle" || state.type === "ended") return none;
    if (!sameTid(from, peer)) {
      counters.strangers++;
      // What comes to the group's address is addressed to nobody in particular, and gets no answer.
      return packet.type === "data" ? none : answerStranger(packet, from, at);
    }
    if (packet.type === "data") return accept(packet.block, packet.data, at);
    if (packet.type === "oack") return appointed(packet.options, at);
    if (packet.type === "error" && state.type === "receiving")
      return end(failed({ ...packet, type: "peer-error" }));
    counters.ignored++;
    return none;
  }

  /** RFC 2090: a later OACK makes a client the master, or tells it that it is not. */
  function appointed(oack: Parameters<typeof parseOptions>[0], at: number): readonly ReceiverEffect[] {
    const { multicast } = parseOptions(oack, "oack").values;
    if (multicast === undefined || multicast === "") {
      counters.ignored++;
      return none;
    }
    timer.heard(at);
    if (state.type === "dallying") return acknowledgeEnd();
    if (state.type !== "receiving") return none;
    isMaster = multicast.master;
    isKnown = isMaster || multicast.address === undefined;
    if (isMaster) return ask(at);
    // Told the address again: our ACK 0 was lost. Once a second, for some tell it whenever they are sent one.
    if (!isKnown && at - greetedAt >= 1000) return greet(at);
    deadline = at + patience;
    return none;
  }

  /** The ACK that a client which is not the master has to send once, for the server to know that it is there. */
  function greet(at: number): readonly ReceiverEffect[] {
    greetings++;
    greetedAt = at;
    deadline = at + timer.timeout;
    return [send(0)];
  }

  function accept(index: number, data: Uint8Array, at: number): readonly ReceiverEffect[] {
    counters.blocks++;
    // A master's last ACK was lost; to others, the block that ends the file is nothing new.
    if (state.type === "dallying") return isMaster && index === last ? acknowledgeEnd() : none;
    if (state.type !== "receiving") return none;
    if (data.length > blockSize) return tooLong(at);
    const isLast = data.length < blockSize;
    if (
      index === 0 ||
      index > (last ?? maxMulticastBlocks) ||
      (last !== undefined && isLast !== (index === last))
    ) {
      counters.ignored++;
      return none;
    }
    timer.heard(at);
    if (!isMaster && !mayGreet()) deadline = at + patience;
    if (blocks.has(index)) {
      counters.duplicates++;
      return none;
    }
    // What cannot be taken now is missing, and asked for later.
    if (unwritten > maxUnwritten) return none;
    const position = (index - 1) * blockSize;
    if (position + data.length > maxSize)
      return fail(tftpErrors.diskFull.code, `the file is larger than ${maxSize} octets`, at);
    if (isLast) {
      last = index;
      if (size !== undefined && position + data.length !== size)
        return fail(tftpErrors.notDefined.code, `${size} octets were announced, others came`, at);
    }
    const before = blocks.firstMissing;
    if (index > before) counters.gaps++;
    blocks.add(index);
    counters.bytes += data.length;
    unwritten += data.length;
    const effects: ReceiverEffect[] = data.length === 0 ? [] : [{ type: "write", position, data }];
    if (blocks.count === last) {
      state = { type: "storing" };
      deadline = undefined;
      return [...effects, { type: "store", length: counters.bytes }];
    }
    if (!isMaster || blocks.firstMissing === before) return effects;
    if (askedAt !== undefined && asked !== undefined && index === asked + 1) timer.sample(at - askedAt);
    return [...effects, ...ask(at)];
  }

  /** The master's ACK asks for the first block that is missing (RFC 2090). */
  function ask(at: number): readonly ReceiverEffect[] {
    const block = blocks.firstMissing - 1;
    askedAt = asked === block ? undefined : at;
    if (asked === block) counters.retransmissions++;
    asked = block;
    deadline = at + timer.timeout;
    return [send(block)];
  }

  function send(block: number): ReceiverEffect {
    return { type: "send-packet", packet: { type: "ack", block } };
  }

  function acknowledgeEnd(): readonly ReceiverEffect[] {
    return last === undefined ? none : [send(last)];
  }

  function stored(at: number): readonly ReceiverEffect[] {
    if (state.type === "ended") return none;
    if (state.type !== "storing")
      throw new TransferUsageError("out-of-order", "not all of the content has come");
    const outcome: Outcome = { type: "complete", bytes: counters.bytes };
    state = { type: "dallying", outcome };
    deadline = at + (options.dally ?? (isMaster ? 3000 : patience));
    return [...acknowledgeEnd(), { type: "result", outcome }];
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
    const isLost = isMaster ? timer.isLost(at, true) : timer.silence(at) >= patience;
    if (isLost) return end(failed({ type: "timeout", silentFor: timer.silence(at) }));
    if (isMaster) return ask(at);
    if (mayGreet()) return greet(at);
    deadline = at + patience - timer.silence(at);
    return none;
  }

  function mayGreet(): boolean {
    return !isKnown && greetings < mostGreetings;
  }

  function tooLong(at: number): readonly ReceiverEffect[] {
    const { code } = tftpErrors.illegalOperation;
    const message = `a block is longer than the ${blockSize} octets agreed on`;
    deadline = at;
    return [sendError(code, message), ...end(failed({ type: "protocol", code, message }))];
  }

  function fail(code: number, message: string, _at: number): readonly ReceiverEffect[] {
    if (state.type === "ended" || state.type === "dallying") return none;
    return [sendError(code, message), ...end(failed({ type: "local", code, message }))];
  }

  function end(outcome: Outcome): readonly ReceiverEffect[] {
    state = { type: "ended", outcome };
    deadline = undefined;
    return [{ type: "result", outcome }, { type: "close" }];
  }

  return {
    get state(): MulticastMemberState {
      return state.type === "receiving"
        ? { type: "receiving", master: isMaster, missing: blocks.firstMissing }
        : state;
    },
    get deadline() {
      return deadline;
    },
    get bytes() {
      return counters.bytes;
    },
    get statistics(): TransferStatistics {
      return { ...counters, roundTrip: timer.roundTrip };
    },
    start(at) {
      state = { type: "receiving", master: isMaster, missing: 1 };
      return isMaster ? ask(at) : greet(at);
    },
    receive,
    malformed(error: PacketDecodeError, from, at) {
      if (!sameTid(from, peer)) counters.strangers++;
      else if (error.code === "too-long" && error.opcode === 3 && state.type === "receiving")
        return tooLong(at);
      else counters.ignored++;
      return none;
    },
    expire,
    written(length) {
      unwritten = Math.max(0, unwritten - length);
      return none;
    },
    stored,
    fail,
  };
}
