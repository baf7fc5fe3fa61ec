import type { RawOption, TftpPacket } from "@longshore/tftp-packet";
import { describe, expect, it } from "vitest";
import {
  createMulticastGroup,
  createMulticastMember,
  createRequest,
  type MemberEndEffect,
  type MulticastGroupEffect,
  type MulticastMember,
  type Outcome,
  type ReceiverEffect,
  type Request,
  type RequestEffect,
  sameTid,
  type Tid,
} from "../src/index.ts";
import { type Fault, faults, pattern, random } from "./network.ts";

const requestTid: Tid = { address: "192.0.2.2", port: 69 };
const groupTid: Tid = { address: "192.0.2.2", port: 50_000 };

interface Client {
  readonly tid: Tid;
  engine: Request | MulticastMember;
  outcome: Outcome | undefined;
  readonly received: Uint8Array;
  octets: number;
}

interface Scenario {
  readonly size: number;
  readonly blockSize?: number;
  /** When each client asks, in milliseconds. */
  readonly joins: readonly number[];
  /** What happens to the delivery `ordinal` of a packet; a multicast packet is delivered to each by itself. */
  readonly fault?: (ordinal: number) => Fault | undefined;
  /** Clients that fall silent for good at that time. */
  readonly vanishes?: Readonly<Record<number, number>>;
}

interface Run {
  readonly clients: readonly Client[];
  readonly ends: readonly MemberEndEffect[];
  /** Blocks that the server sent, in order. */
  readonly blocks: readonly number[];
  readonly deliveries: number;
  readonly masters: readonly number[];
  readonly content: Uint8Array;
}

/** A server and its clients over a network with faults and a virtual clock. */
function run({ size, blockSize = 8, joins, fault, vanishes = {} }: Scenario): Run {
  const content = pattern(size);
  const granted: readonly RawOption[] = [
    ["blksize", String(blockSize)],
    ["tsize", String(size)],
  ];
  const events: { at: number; order: number; act: () => void }[] = [];
  const ends: MemberEndEffect[] = [];
  const blocks: number[] = [];
  const masters: number[] = [];
  let group = newGroup();
  let now = 0;
  let deliveries = 0;
  let order = 0;

  function newGroup() {
    return createMulticastGroup({ address: "239.1.2.3", port: 1758, size, blockSize });
  }

  const schedule = (at: number, act: () => void): void => void events.push({ at, order: order++, act });

  function carry(act: () => void): void {
    const what = fault?.(deliveries);
    deliveries++;
    if (what === "drop") return;
    schedule(now + (what === "delay" ? 1500 : what === "reorder" ? 1.5 : 1), act);
    if (what === "duplicate") schedule(now + 1.2, act);
  }

  const clients = joins.map((at, index): Client => {
    const tid = { address: `192.0.2.${10 + index}`, port: 40_000 + index };
    const options: readonly RawOption[] = [
      ["blksize", String(blockSize)],
      ["tsize", "0"],
      ["multicast", ""],
    ];
    const packet = { type: "rrq", filename: "f", mode: "octet", options } as const;
    const engine = createRequest({ packet, server: requestTid }, at);
    const client: Client = { tid, engine, outcome: undefined, received: new Uint8Array(size), octets: 0 };
    schedule(at, () => perform(client, engine.start(now)));
    return client;
  });

  const isGone = (client: Client): boolean => now >= (vanishes[clients.indexOf(client)] ?? Infinity);

  function toServer(from: Tid, packet: TftpPacket): void {
    if (packet.type !== "rrq") {
      serve(group.receive(packet, from, now));
      return;
    }
    if (group.members.length === 0) group = newGroup();
    serve(group.join(from, granted, now));
  }

  function serve(effects: readonly MulticastGroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "member-end") ends.push(effect);
      else if (effect.type === "send-packet") {
        const to = clients.find(({ tid }) => sameTid(tid, effect.to));
        if (to !== undefined) carry(() => deliver(to, effect.packet));
      } else if (effect.type === "multicast-block") {
        const { index } = effect;
        blocks.push(index);
        const data = content.subarray((index - 1) * blockSize, index * blockSize);
        for (const client of clients)
          if ("stored" in client.engine) carry(() => deliver(client, { type: "data", block: index, data }));
      }
    }
    const at = clients.findIndex(({ tid }) => group.master !== undefined && sameTid(tid, group.master));
    if (at >= 0 && masters.at(-1) !== at) masters.push(at);
  }

  function deliver(client: Client, packet: TftpPacket): void {
    if (isGone(client)) return;
    perform(client, client.engine.receive(packet, groupTid, now));
  }

  function perform(client: Client, effects: readonly (RequestEffect | ReceiverEffect)[]): void {
    for (const effect of effects) {
      if (effect.type === "send-packet") carry(() => toServer(client.tid, effect.packet));
      else if (effect.type === "result") client.outcome = effect.outcome;
      else if (effect.type === "write") {
        client.received.set(effect.data, effect.position);
        client.octets += effect.data.length;
        if ("written" in client.engine) client.engine.written(effect.data.length, now);
      } else if (effect.type === "store") {
        if ("stored" in client.engine) perform(client, client.engine.stored(now));
      } else if (effect.type === "accepted") {
        const { multicast, size: told } = effect.terms;
        const engine = createMulticastMember(
          { peer: effect.peer, blockSize, master: multicast?.master ?? false, size: Number(told) },
          now,
        );
        client.engine = engine;
        perform(client, engine.start(now));
      }
    }
  }

  for (let step = 0; step < 500_000; step++) {
    events.sort((a, b) => a.at - b.at || a.order - b.order);
    const due = events[0]?.at ?? Infinity;
    const waiting = clients.filter((client) => !isGone(client));
    const timer = Math.min(
      group.deadline ?? Infinity,
      ...waiting.map(({ engine }) => engine.deadline ?? Infinity),
    );
    if (due === Infinity && timer === Infinity) break;
    now = Math.max(now, Math.min(due, timer));
    if (due <= timer) events.shift()?.act();
    else {
      serve(group.expire(now));
      for (const client of waiting) perform(client, client.engine.expire(now));
    }
  }
  return { clients, ends, blocks, deliveries, masters, content };
}

function check(result: Run, what: string): void {
  for (const [index, client] of result.clients.entries()) {
    expect(client.outcome, `${what}, client ${index}`).toEqual({
      type: "complete",
      bytes: result.content.length,
    });
    expect(client.octets, what).toBe(result.content.length);
    expect(Buffer.from(client.received).equals(result.content), what).toBe(true);
  }
}

describe("multicast (RFC 2090)", () => {
  it("serves one client as any other", () => {
    for (const size of [0, 7, 8, 9, 100]) {
      const result = run({ size, joins: [0] });
      check(result, `${size} octets`);
      expect(result.ends).toMatchObject([{ outcome: { type: "complete", bytes: size } }]);
      expect(result.blocks).toEqual(
        Array.from({ length: Math.floor(size / 8) + 1 }, (_, index) => index + 1),
      );
    }
  });

  it("sends each block once to clients that are there from the beginning", () => {
    const result = run({ size: 400, joins: [0, 0.1, 0.2, 0.3] });
    check(result, "four clients");
    expect(result.blocks).toHaveLength(51);
    expect(result.ends).toHaveLength(4);
  });

  it("lets who comes later ask for what it missed, when its turn comes", () => {
    const result = run({ size: 400, joins: [0, 20, 50] });
    check(result, "late clients");
    // The second one asks from the first block on for what it missed, and the third gets some of that, too.
    expect(result.masters).toEqual([0, 1, 2]);
    expect(result.blocks.slice(0, 51)).toEqual(Array.from({ length: 51 }, (_, index) => index + 1));
    expect(result.blocks[51]).toBe(1);
    expect(result.blocks.length).toBeLessThan(2 * 51);
  });

  it("goes on with the next client where the master is gone", () => {
    const result = run({ size: 800, joins: [0, 0.5, 1], vanishes: { 0: 30 } });
    for (const client of result.clients.slice(1)) expect(client.outcome?.type).toBe("complete");
    expect(result.ends.map(({ outcome }) => outcome.type).sort()).toEqual(["complete", "complete", "failed"]);
  });

  it("does not wait for a client that never was", () => {
    const result = run({ size: 80, joins: [0, 0.5], vanishes: { 0: 0.5 } });
    expect(result.clients[1]?.outcome?.type).toBe("complete");
    expect(result.ends).toContainEqual(
      expect.objectContaining({
        outcome: { type: "failed", failure: expect.objectContaining({ type: "timeout" }) },
      }),
    );
  });

  it("survives every single fault, with one client to three", () => {
    let runs = 0;
    for (const joins of [[0], [0, 0.1], [0, 4, 9]])
      for (const size of [0, 8, 20]) {
        const { deliveries } = run({ size, joins });
        for (let at = 0; at < deliveries; at++)
          for (const fault of faults) {
            check(
              run({ size, joins, fault: (ordinal) => (ordinal === at ? fault : undefined) }),
              `${fault} at ${at}`,
            );
            runs++;
          }
      }
    expect(runs).toBeGreaterThan(300);
  });

  it.each([0.02, 0.1, 0.2])("arrives everywhere through a loss of %d", (loss) => {
    for (let seed = 1; seed <= 12; seed++) {
      const dice = random(seed * 100 + loss * 1000);
      const result = run({
        size: 300 + seed,
        joins: [0, 3, 10, 40],
        fault: () => {
          const thrown = dice();
          return thrown < loss
            ? "drop"
            : thrown < loss + 0.02
              ? "duplicate"
              : thrown < loss + 0.04
                ? "reorder"
                : undefined;
        },
      });
      check(result, `seed ${seed}`);
      // Far fewer than each by itself.
      if (loss < 0.1) expect(result.blocks.length).toBeLessThan(3.2 * 38);
    }
  });
});

describe("the group", () => {
  const clients = [1, 2].map((port): Tid => ({ address: "192.0.2.9", port }));
  const [first, second] = clients as [Tid, Tid];
  const ack = (block: number): TftpPacket => ({ type: "ack", block });
  const group = () => createMulticastGroup({ address: "239.1.2.3", port: 1758, size: 2000 });

  it("tells where the file comes, and who acknowledges", () => {
    const engine = group();
    expect(engine.join(first, [["BLKSIZE", "512"]], 0, "MultiCast")).toEqual([
      {
        type: "send-packet",
        packet: {
          type: "oack",
          options: [
            ["BLKSIZE", "512"],
            ["MultiCast", "239.1.2.3,1758,1"],
          ],
        },
        to: first,
      },
    ]);
    expect(engine.join(second, [], 1)).toMatchObject([
      { packet: { options: [["multicast", "239.1.2.3,1758,0"]] }, to: second },
    ]);
    expect(engine.receive(ack(0), first, 2)).toEqual([{ type: "multicast-block", index: 1 }]);
    expect(engine.receive(ack(0), second, 3)).toEqual([]);
    // The session of RFC 2090 goes on so: the next client is told without the address, which it knows.
    expect(engine.receive(ack(4), first, 4)).toMatchObject([
      { type: "member-end", member: first, outcome: { type: "complete" } },
      { type: "send-packet", packet: { options: [["multicast", ",,1"]] }, to: second },
    ]);
  });

  it("sends nothing to the group before a client is confirmed, and two answers to it at most", () => {
    const engine = group();
    const effects = [...engine.join(first, [], 0)];
    for (let again = 0; again < 5; again++) effects.push(...engine.join(first, [], 1));
    while (engine.deadline !== undefined) effects.push(...engine.expire(engine.deadline));
    expect(effects.map(({ type }) => type)).toEqual(["send-packet", "send-packet", "member-end", "close"]);
  });

  it("sends a block once for an ACK that comes twice", () => {
    const engine = group();
    engine.join(first, [], 0);
    expect(engine.receive(ack(0), first, 1)).toHaveLength(1);
    expect(engine.receive(ack(0), first, 2)).toEqual([]);
    expect(engine.receive(ack(2), first, 3)).toEqual([{ type: "multicast-block", index: 3 }]);
  });

  it("tells a client that acknowledges out of turn that it is not its turn, and sends it away at last", () => {
    const engine = group();
    for (const client of clients) engine.join(client, [], 0);
    for (const client of clients) engine.receive(ack(0), client, 1);
    expect(engine.receive(ack(1), second, 2)).toMatchObject([
      { packet: { options: [["multicast", ",,0"]] }, to: second },
    ]);
    const effects = Array.from({ length: 30 }, () => engine.receive(ack(1), second, 3)).flat();
    expect(effects).toContainEqual(
      expect.objectContaining({ packet: expect.objectContaining({ type: "error", code: 4 }) }),
    );
    expect(engine.members).toEqual([first]);
  });

  it("answers a stranger with ERROR 5, and an ERROR with nothing", () => {
    const engine = group();
    engine.join(first, [], 0);
    expect(engine.receive(ack(1), second, 1)).toMatchObject([
      { packet: { type: "error", code: 5 }, to: second },
    ]);
    expect(engine.receive({ type: "error", code: 0, message: "" }, second, 1)).toEqual([]);
    expect(engine.receive({ type: "error", code: 0, message: "" }, first, 1)).toMatchObject([
      { type: "member-end", outcome: { type: "probed" } },
      { type: "close" },
    ]);
  });

  it("takes no file of more blocks than a number can name", () => {
    expect(() => createMulticastGroup({ address: "239.1.2.3", port: 1758, size: 512 * 65_535 })).toThrow(
      /65535/,
    );
    expect(() =>
      createMulticastGroup({ address: "239.1.2.3", port: 1758, size: 512 * 65_534 }),
    ).not.toThrow();
  });
});
