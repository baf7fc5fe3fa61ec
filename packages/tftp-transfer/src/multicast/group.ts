import { formatOption, type RawOption, type TftpPacket, tftpErrors } from "@longshore/tftp-packet";
import { lastBlock } from "../block.ts";
import type { CloseEffect, SendPacketEffect, Tid } from "../effect.ts";
import { none } from "../effect.ts";
import { failed, type Outcome, type TransferStatistics } from "../outcome.ts";
import { createStrangerGuard, sameTid } from "../peer.ts";
import { type Counters, createCounters } from "../statistics.ts";
import { createRetransmissionTimer, type RetransmissionTimer, type TimingOptions } from "../timing.ts";
import { checkRange } from "../usage.ts";

/** Blocks that a file may have: an ACK asks for any block by its number, and a number must mean one block. */
export const maxMulticastBlocks = 0xffff;

export interface MulticastGroupOptions {
  /** Where the blocks go (RFC 2090). */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Octets of the file, of at most {@link maxMulticastBlocks} blocks. */
  readonly size: number;
  /** 8 to 65464; 512 unless told. */
  readonly blockSize?: number;
  readonly timing?: TimingOptions;
  /** Answers to a client that is not confirmed; 2 unless told, for it may not have asked. */
  readonly unconfirmedAnswers?: number;
}

/** The block is to go to the group's address. */
export interface MulticastBlockEffect {
  readonly type: "multicast-block";
  /** Counted from 1. */
  readonly index: number;
}

/** How it ended for one client. Comes once for each that joined. */
export interface MemberEndEffect {
  readonly type: "member-end";
  readonly member: Tid;
  readonly outcome: Outcome;
  readonly statistics: TransferStatistics;
}

export type MulticastGroupEffect =
  | (SendPacketEffect & { readonly to: Tid })
  | MulticastBlockEffect
  | MemberEndEffect
  | CloseEffect;

/** The clients that get one file together: the oldest of them, the master, acknowledges (RFC 2090). */
export interface MulticastGroup {
  readonly deadline: number | undefined;
  /** Clients that are not done, the oldest first. */
  readonly members: readonly Tid[];
  /** The client that acknowledges now. */
  readonly master: Tid | undefined;
  /** Whether the client has answered, so that its address is known to be its own. */
  isConfirmed(member: Tid): boolean;
  /**
   * A client asked for the file; `granted` is what else its OACK grants. Who is a member already hears its OACK again.
   *
   * @param option the option's name as the client wrote it
   */
  join(
    member: Tid,
    granted: readonly RawOption[],
    now: number,
    option?: string,
  ): readonly MulticastGroupEffect[];
  receive(packet: TftpPacket, from: Tid, now: number): readonly MulticastGroupEffect[];
  expire(now: number): readonly MulticastGroupEffect[];
  /** Ends it for all, who are told with ERROR. */
  fail(code: number, message: string, now: number): readonly MulticastGroupEffect[];
  /** Ends it for one client without a word. */
  leave(member: Tid, message: string, now: number): readonly MulticastGroupEffect[];
}

interface Member {
  readonly tid: Tid;
  readonly granted: readonly RawOption[];
  readonly option: string;
  readonly counters: Counters;
  timer: RetransmissionTimer;
  confirmed: boolean;
  answers: number;
  /** When its OACK is sent again; undefined while nothing is awaited of it. */
  deadline: number | undefined;
  /** ACKs that it sent without being the master. */
  erroneous: number;
  /** Times that it was asked to be master and did not answer. */
  refusals: number;
}

/** ACKs of a client that is not the master before it is sent away, and times that it is asked to be. */
const mostErroneous = 16;
const mostRefusals = 3;

/**
 * @throws {TransferUsageError} `out-of-range` for an option
 */
export function createMulticastGroup(options: MulticastGroupOptions): MulticastGroup {
  const { address, port, size, timing = {}, unconfirmedAnswers = 2 } = options;
  const blockSize = checkRange("the block size", options.blockSize ?? 512, 1, 65464);
  const last = checkRange("the number of blocks", lastBlock(size, blockSize), 1, maxMulticastBlocks);
  const answerStranger = createStrangerGuard();
  /** The oldest first. */
  const members: Member[] = [];
  let master: Member | undefined;
  /** The block that the master asked for last, when it was sent, and whether once. */
  let current = 0;
  let sentAt = 0;
  let isTimed = false;
  /** Whether the master has acknowledged a block as such: its first ACK may be older than its being the master. */
  let isSure = false;
  let isClosed = false;

  function find(tid: Tid): Member | undefined {
    return members.find((member) => sameTid(member.tid, tid));
  }

  function join(
    tid: Tid,
    granted: readonly RawOption[],
    at: number,
    option = "multicast",
  ): readonly MulticastGroupEffect[] {
    const known = find(tid);
    if (known !== undefined) {
      if (known.confirmed || known.answers >= unconfirmedAnswers) return none;
      return answer(known, at);
    }
    const member: Member = {
      tid,
      granted,
      option,
      counters: createCounters(),
      timer: createRetransmissionTimer(timing, at),
      confirmed: false,
      answers: 0,
      deadline: undefined,
      erroneous: 0,
      refusals: 0,
    };
    members.push(member);
    if (master === undefined) appoint(member, at);
    return answer(member, at);
  }

  function appoint(member: Member, at: number): void {
    master = member;
    current = 0;
    isTimed = false;
    isSure = false;
    member.timer = createRetransmissionTimer(timing, at);
  }

  /** The OACK: where the file comes, and whether this client acknowledges. */
  function answer(member: Member, at: number): readonly MulticastGroupEffect[] {
    // RFC 2090: later OACKs may leave out the address, which the client has by then.
    const place = member.confirmed ? { address: undefined, port: undefined } : { address, port };
    const value = formatOption("multicast", { ...place, master: member === master });
    const others = member.confirmed ? [] : member.granted;
    member.answers++;
    member.deadline = at + member.timer.timeout;
    const packet = { type: "oack", options: [...others, [member.option, value]] } as const;
    return [{ type: "send-packet", packet, to: member.tid }];
  }

  function receive(packet: TftpPacket, from: Tid, at: number): readonly MulticastGroupEffect[] {
    const member = find(from);
    if (member === undefined) return isClosed ? none : toStranger(packet, from, at);
    if (packet.type === "error") {
      const probed = !member.confirmed && (packet.code === 0 || packet.code === 8);
      member.confirmed = true;
      return end(member, probed ? { type: "probed" } : failed({ ...packet, type: "peer-error" }), at);
    }
    if (packet.type !== "ack") {
      member.counters.ignored++;
      return none;
    }
    const isFirst = !member.confirmed;
    if (packet.block > last) {
      member.counters.ignored++;
      return none;
    }
    member.confirmed = true;
    member.refusals = 0;
    // RFC 2090: an ACK of the last block ends it, also where the client is not the master.
    if (packet.block === last) return finish(member, at);
    if (member === master) return proceed(member, packet.block, at);
    if (isFirst) {
      member.deadline = undefined;
      return none;
    }
    return correct(member, at);
  }

  /** The master asks for the block after the one that it acknowledges. */
  function proceed(member: Member, block: number, at: number): readonly MulticastGroupEffect[] {
    const wanted = block + 1;
    // RFC 1123 §4.2.3.1: what is asked for twice is sent once, until the timer runs out.
    if (wanted === current) {
      member.counters.duplicates++;
      return none;
    }
    if (block === current && block > 0) isSure = true;
    if (isTimed && block === current) member.timer.sample(at - sentAt);
    member.timer.heard(at);
    current = wanted;
    isTimed = true;
    return send(member, at);
  }

  function send(member: Member, at: number): readonly MulticastGroupEffect[] {
    sentAt = at;
    member.deadline = at + member.timer.timeout;
    member.counters.blocks++;
    return [{ type: "multicast-block", index: current }];
  }

  /** RFC 2090: a client that acknowledges without being the master is told so, and sent away if it goes on. */
  function correct(member: Member, at: number): readonly MulticastGroupEffect[] {
    member.counters.duplicates++;
    if (++member.erroneous > mostErroneous) {
      const { code } = tftpErrors.illegalOperation;
      const message = "another client acknowledges";
      return [
        { type: "send-packet", packet: { type: "error", code, message }, to: member.tid },
        ...end(member, failed({ type: "protocol", code, message }), at),
      ];
    }
    const effects = answer(member, at);
    member.deadline = undefined;
    return effects;
  }

  function finish(member: Member, at: number): readonly MulticastGroupEffect[] {
    member.counters.bytes = size;
    return end(member, { type: "complete", bytes: size }, at);
  }

  function end(member: Member, outcome: Outcome, at: number): readonly MulticastGroupEffect[] {
    members.splice(members.indexOf(member), 1);
    const { counters, timer, tid } = member;
    const statistics = { ...counters, roundTrip: timer.roundTrip };
    const effects: MulticastGroupEffect[] = [{ type: "member-end", member: tid, outcome, statistics }];
    if (members.length === 0 && !isClosed) {
      isClosed = true;
      master = undefined;
      return [...effects, { type: "close" }];
    }
    return member === master ? [...effects, ...succeed(at)] : effects;
  }

  /** The next oldest client becomes master: one that has answered before one that has not. */
  function succeed(at: number): readonly MulticastGroupEffect[] {
    master = undefined;
    const next = members.find(({ confirmed }) => confirmed) ?? members[0];
    if (next === undefined) return none;
    appoint(next, at);
    return answer(next, at);
  }

  function expire(at: number): readonly MulticastGroupEffect[] {
    return [...members].flatMap((member) =>
      member.deadline === undefined || at < member.deadline || !members.includes(member)
        ? []
        : expireOne(member, at),
    );
  }

  function expireOne(member: Member, at: number): readonly MulticastGroupEffect[] {
    const { timer, confirmed, counters } = member;
    counters.timeouts++;
    timer.backOff();
    if (timer.isLost(at, confirmed)) {
      const isLastSent = member === master && current === last;
      if (isLastSent) return end(member, { type: "unconfirmed", bytes: size }, at);
      return end(member, failed({ type: "timeout", silentFor: timer.silence(at) }), at);
    }
    if (!confirmed && member.answers >= unconfirmedAnswers) {
      member.deadline = at + timer.timeout;
      // Others need not wait for somebody who may not be there.
      return member === master ? replace(member, at) : none;
    }
    if (member === master && current > 0) {
      isTimed = false;
      counters.retransmissions++;
      return isSure ? send(member, at) : [...answer(member, at), ...send(member, at)];
    }
    counters.retransmissions++;
    // RFC 2090: who does not answer to being master is asked again after the next one.
    if (member === master && ++member.refusals >= mostRefusals && members.length > 1) {
      member.refusals = 0;
      members.splice(members.indexOf(member), 1);
      members.push(member);
      return replace(member, at);
    }
    return answer(member, at);
  }

  /** Another one takes the place of a master that does not answer, where there is one that has. */
  function replace(member: Member, at: number): readonly MulticastGroupEffect[] {
    const other = members.find((one) => one !== member && one.confirmed);
    if (other === undefined) {
      member.deadline ??= at + member.timer.timeout;
      return none;
    }
    if (member.confirmed) member.deadline = undefined;
    appoint(other, at);
    return answer(other, at);
  }

  function toStranger(packet: TftpPacket, from: Tid, at: number): readonly MulticastGroupEffect[] {
    return answerStranger(packet, from, at).map((effect) => ({ ...effect, to: from }));
  }

  return {
    get deadline() {
      return members.reduce<number | undefined>(
        (first, { deadline }) =>
          deadline !== undefined && (first === undefined || deadline < first) ? deadline : first,
        undefined,
      );
    },
    get members() {
      return members.map(({ tid }) => tid);
    },
    get master() {
      return master?.tid;
    },
    isConfirmed: (tid) => find(tid)?.confirmed ?? false,
    join,
    receive,
    expire,
    fail: (code, message, at) =>
      [...members].flatMap((member): readonly MulticastGroupEffect[] => {
        master = undefined;
        return [
          { type: "send-packet", packet: { type: "error", code, message }, to: member.tid },
          ...end(member, failed({ type: "local", code, message }), at),
        ];
      }),
    leave(tid, message, at) {
      const member = find(tid);
      return member === undefined ? none : end(member, failed({ type: "local", code: 0, message }), at);
    },
  };
}
