import {
  decodePacket,
  encodePacket,
  parseMode,
  type RawOption,
  type TftpPacket,
} from "@longshore/tftp-packet";
import {
  type AcceptedEffect,
  answerOptions,
  blockAt,
  createReceiver,
  createRequest,
  createSender,
  type NegotiationPolicy,
  type Outcome,
  type Receiver,
  type Request,
  type RequestEffect,
  type Rollover,
  type Sender,
  sameTid,
  type Terms,
  type Tid,
  type TimingOptions,
  type TransferEffect,
  type TransferStatistics,
} from "../src/index.ts";

/** What the network does to one packet. */
export type Fault = "drop" | "duplicate" | "delay" | "reorder";
export const faults: readonly Fault[] = ["drop", "duplicate", "delay", "reorder"];

export interface Scenario {
  readonly operation: "rrq" | "wrq";
  readonly content: Uint8Array;
  readonly options?: readonly RawOption[];
  readonly policy?: NegotiationPolicy;
  readonly rollover?: Rollover;
  /** What happens to the packet `ordinal`, counted over both directions. */
  readonly fault?: (ordinal: number) => Fault | undefined;
  /** Milliseconds one way. */
  readonly latency?: number;
  readonly timing?: TimingOptions;
  readonly readBlocks?: number;
  /** Milliseconds that a read or the final store takes. */
  readonly storage?: number;
  readonly unconfirmedAnswers?: number;
  readonly maxUnwritten?: number;
}

export interface Run {
  readonly client: Outcome | undefined;
  readonly server: Outcome | undefined;
  readonly received: Uint8Array;
  /** Packets sent by both ends. */
  readonly packets: readonly {
    readonly from: "client" | "server";
    readonly packet: TftpPacket;
    readonly at: number;
  }[];
  /** When both had their result, in milliseconds. */
  readonly time: number;
  readonly clientStatistics: TransferStatistics;
  readonly serverStatistics: TransferStatistics | undefined;
  readonly terms: Terms | undefined;
}

const clientTid: Tid = { address: "192.0.2.1", port: 40001 };
const requestTid: Tid = { address: "192.0.2.2", port: 69 };

/** One transfer between a client's and a server's engines over a network with faults and a virtual clock. */
export function run(scenario: Scenario): Run {
  const { operation, content, options = [], latency = 1, storage = 0, rollover = 0 } = scenario;
  const timing = scenario.timing ?? {};
  const events: { readonly at: number; readonly order: number; readonly act: () => void }[] = [];
  const packets: { from: "client" | "server"; packet: TftpPacket; at: number }[] = [];
  let now = 0;
  let order = 0;
  let doneAt = 0;
  /** The server's end that the client locked on to. */
  let locked = requestTid;

  interface End {
    readonly name: "client" | "server";
    readonly tid: Tid;
    engine: Request | Sender | Receiver | undefined;
    outcome: Outcome | undefined;
    terms: Terms | undefined;
    readonly received: Uint8Array[];
  }
  /** Both ends, the server with one for each request that it took for a new one. */
  const ends: End[] = [];
  const client = addEnd("client", clientTid);

  function addEnd(name: End["name"], tid: Tid): End {
    const end: End = { name, tid, engine: undefined, outcome: undefined, terms: undefined, received: [] };
    ends.push(end);
    return end;
  }

  function schedule(at: number, act: () => void): void {
    events.push({ at, order: order++, act });
  }

  function send(end: End, packet: TftpPacket, to: Tid): void {
    const fault = scenario.fault?.(packets.length);
    packets.push({ from: end.name, packet, at: now });
    // Blocks and ACKs go through the codec, which refuses what no wire can carry.
    const carried = packet.type === "data" || packet.type === "ack" ? reread(packet) : packet;
    const arrive = (delay: number): void => schedule(now + delay, () => deliver(to, carried, end.tid));
    if (fault === "drop") return;
    // A delay is longer than the retransmission timer's first value; a reordering lets the next few overtake.
    arrive(fault === "delay" ? latency + 1500 : fault === "reorder" ? latency * 1.5 : latency);
    if (fault === "duplicate") arrive(latency * 1.2);
  }

  function deliver(to: Tid, packet: TftpPacket, from: Tid): void {
    if (packet.type === "rrq" || packet.type === "wrq") {
      // A request that comes again belongs to its session; one after its end is taken for a new one.
      const session = ends.findLast((end) => end.name === "server" && end.engine?.state.type !== "ended");
      if (session === undefined) accept(packet.type, packet.mode, packet.options);
      else if (session.engine !== undefined && "repeat" in session.engine)
        perform(session, session.engine.repeat(now));
      return;
    }
    const end = ends.find(({ tid }) => sameTid(tid, to));
    if (end?.engine !== undefined) perform(end, end.engine.receive(packet, from, now));
  }

  function accept(type: "rrq" | "wrq", modeText: string, asked: readonly RawOption[]): void {
    const server = addEnd("server", { address: requestTid.address, port: 50000 + ends.length });
    const mode = parseMode(modeText) ?? "octet";
    const answer = answerOptions({ type, mode, options: asked, size: content.length }, scenario.policy);
    if (!answer.ok) throw new Error(answer.message);
    const { terms } = answer;
    server.terms = terms;
    const opening =
      terms.granted.length > 0 ? ({ type: "oack", options: terms.granted } as const) : undefined;
    const common = {
      peer: clientTid,
      blockSize: terms.blockSize,
      windowSize: terms.windowSize,
      rollover,
      timing: { ...timing, ...(terms.interval === undefined ? {} : { interval: terms.interval }) },
      unconfirmedAnswers: scenario.unconfirmedAnswers ?? 2,
    };
    server.engine =
      type === "rrq"
        ? createSender(
            {
              ...common,
              size: content.length,
              ...(scenario.readBlocks === undefined ? {} : { readBlocks: scenario.readBlocks }),
              ...(opening === undefined ? {} : { opening }),
            },
            now,
          )
        : createReceiver(
            {
              ...common,
              opening: opening ?? { type: "ack", block: 0 },
              ...(scenario.maxUnwritten === undefined ? {} : { maxUnwritten: scenario.maxUnwritten }),
            },
            now,
          );
    perform(server, server.engine.start(now));
  }

  function perform(end: End, effects: readonly (TransferEffect | RequestEffect)[]): void {
    for (const effect of effects) {
      const { engine } = end;
      switch (effect.type) {
        case "send-packet":
          send(end, effect.packet, effect.to ?? peerOf(end));
          break;
        case "send-data": {
          const { blockSize = 512 } = end.terms ?? {};
          for (let index = effect.first; index <= effect.last; index++) {
            const block = blockAt(index, blockSize, rollover);
            const data = content.subarray(block.position, block.position + blockSize);
            send(end, { type: "data", block: block.number, data }, peerOf(end));
          }
          break;
        }
        case "read": {
          const length = Math.max(0, Math.min(effect.length, content.length - effect.position));
          schedule(now + storage, () => {
            if (engine !== undefined && "provide" in engine) perform(end, engine.provide(length, now));
          });
          break;
        }
        case "write":
          end.received.push(effect.data);
          schedule(now + storage, () => {
            if (engine !== undefined && "written" in engine)
              perform(end, engine.written(effect.data.length, now));
          });
          break;
        case "store":
          schedule(now + storage, () => {
            if (engine !== undefined && "stored" in engine && engine.state.type === "storing")
              perform(end, engine.stored(now));
          });
          break;
        case "accepted":
          takeOver(end, effect);
          break;
        case "result":
          end.outcome = effect.outcome;
          doneAt = now;
          break;
        case "close":
          break;
      }
    }
  }

  function takeOver(end: End, { peer, terms, packet, roundTrip }: AcceptedEffect): void {
    locked = peer;
    end.terms = terms;
    const common = {
      peer,
      blockSize: terms.blockSize,
      windowSize: terms.windowSize,
      rollover,
      confirmed: true,
      timing: {
        ...timing,
        ...(roundTrip === undefined ? {} : { roundTrip }),
        ...(terms.interval === undefined ? {} : { interval: terms.interval }),
      },
    };
    if (operation === "rrq") {
      const engine = createReceiver(
        { ...common, ...(packet.type === "oack" ? { opening: { type: "ack", block: 0 } as const } : {}) },
        now,
      );
      end.engine = engine;
      perform(end, engine.start(now));
      if (packet.type === "data") perform(end, engine.receive(packet, peer, now));
    } else {
      const engine = createSender(
        { ...common, ...(scenario.readBlocks === undefined ? {} : { readBlocks: scenario.readBlocks }) },
        now,
      );
      end.engine = engine;
      perform(end, engine.start(now));
    }
  }

  const request = createRequest(
    { packet: { type: operation, filename: "file", mode: "octet", options }, server: requestTid, timing },
    now,
  );
  client.engine = request;
  perform(client, request.start(now));

  // Steps bound the run, so that a livelock is a failed test and not an endless one.
  for (let step = 0; step < 2_000_000; step++) {
    const due = nextEvent(events);
    const timers = ends.filter((end) => end.engine?.deadline !== undefined);
    const timer = timers.reduce<End | undefined>(
      (first, end) => (first === undefined || deadlineOf(end) < deadlineOf(first) ? end : first),
      undefined,
    );
    if (due === undefined && timer === undefined) break;
    if (due !== undefined && (timer === undefined || due.at <= deadlineOf(timer))) {
      events.splice(events.indexOf(due), 1);
      now = Math.max(now, due.at);
      due.act();
    } else if (timer?.engine !== undefined) {
      now = Math.max(now, deadlineOf(timer));
      perform(timer, timer.engine.expire(now));
    }
  }

  const server = ends.find(({ tid }) => sameTid(tid, locked));
  return {
    client: client.outcome,
    server: server?.outcome,
    received: concat((operation === "rrq" ? client : server)?.received ?? []),
    packets,
    time: doneAt,
    clientStatistics: client.engine.statistics,
    serverStatistics: server?.engine?.statistics,
    terms: client.terms,
  };

  function deadlineOf(end: End): number {
    return end.engine?.deadline ?? Number.POSITIVE_INFINITY;
  }

  function peerOf(end: End): Tid {
    return end === client ? locked : clientTid;
  }
}

function nextEvent<Event extends { readonly at: number; readonly order: number }>(
  events: readonly Event[],
): Event | undefined {
  let first: Event | undefined;
  for (const event of events)
    if (first === undefined || event.at < first.at || (event.at === first.at && event.order < first.order))
      first = event;
  return first;
}

function reread(packet: TftpPacket): TftpPacket {
  const decoded = decodePacket(encodePacket(packet));
  if (!decoded.ok) throw new Error(`an engine sent a malformed packet: ${decoded.error.message}`);
  return decoded.packet;
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Octets that differ from block to block, so that a wrong order shows. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + (index >> 16)) & 0xff);
}

/** A small generator of reproducible numbers from 0 to 1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
