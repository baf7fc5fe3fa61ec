import type { TftpPacket } from "@longshore/tftp-packet";
import { describe, expect, it } from "vitest";
import {
  createReceiver,
  createRequest,
  createSender,
  type Receiver,
  type ReceiverOptions,
  type Sender,
  type SenderEffect,
  type SenderOptions,
  type Tid,
  TransferUsageError,
} from "../src/index.ts";

const peer: Tid = { address: "192.0.2.7", port: 3000 };
const stranger: Tid = { address: "192.0.2.8", port: 3000 };

const ack = (block: number): TftpPacket => ({ type: "ack", block });
const data = (block: number, length: number): TftpPacket => ({
  type: "data",
  block,
  data: new Uint8Array(length),
});

/** The blocks that effects send, as "first-last". */
function sent(effects: readonly SenderEffect[]): readonly string[] {
  return effects.flatMap((effect) => (effect.type === "send-data" ? [`${effect.first}-${effect.last}`] : []));
}

/** A sender that has all its content. */
function sender(options: Omit<SenderOptions, "peer"> & { readonly size: number }): Sender {
  const engine = createSender({ peer, confirmed: true, readBlocks: 1000, ...options }, 0);
  const [read] = engine.start(0).filter((effect) => effect.type === "read");
  if (read?.type === "read") engine.provide(read.length, 0);
  return engine;
}

function receiver(options: Omit<ReceiverOptions, "peer"> = {}): Receiver {
  const engine = createReceiver({ peer, opening: { type: "ack", block: 0 }, ...options }, 0);
  engine.start(0);
  return engine;
}

describe("a sender", () => {
  it("sends the next block for an ACK, and nothing for its duplicate", () => {
    const engine = sender({ size: 5000 });
    expect(sent(engine.receive(ack(1), peer, 1))).toEqual(["2-2"]);
    expect(engine.receive(ack(1), peer, 2)).toEqual([]);
    expect(engine.receive(ack(0), peer, 2)).toEqual([]);
    expect(engine.statistics.duplicates).toBe(2);
  });

  it("ignores an ACK of what it never sent", () => {
    const engine = sender({ size: 5000 });
    expect(engine.receive(ack(2), peer, 1)).toEqual([]);
    expect(engine.statistics.ignored).toBe(1);
  });

  it("begins the window anew after the last ACK when the timer runs out", () => {
    const engine = sender({ size: 50_000, windowSize: 4 });
    expect(sent(engine.receive(ack(2), peer, 10))).toEqual(["3-6"]);
    expect(engine.expire((engine.deadline ?? 0) - 1)).toEqual([]);
    expect(sent(engine.expire(engine.deadline ?? 0))).toEqual(["3-6"]);
    expect(engine.statistics).toMatchObject({ timeouts: 1, gaps: 1 });
  });

  it("takes no sample from a block that was sent twice (Karn)", () => {
    const engine = sender({ size: 5000 });
    engine.expire(engine.deadline ?? 0);
    engine.receive(ack(1), peer, 5000);
    expect(engine.statistics.roundTrip).toBeUndefined();
    engine.receive(ack(2), peer, 5040);
    expect(engine.statistics.roundTrip).toBe(40);
  });

  it("asks only for content that it has room for, each octet once", () => {
    const engine = createSender(
      { peer, confirmed: true, blockSize: 10, windowSize: 2, size: 1000, readBlocks: 3 },
      0,
    );
    const reads: [number, number][] = [];
    let held = 0;
    let effects = engine.start(0);
    for (let block = 0, now = 1; engine.state.type !== "ended"; now++) {
      const read = effects.find((effect) => effect.type === "read");
      if (read?.type === "read") {
        reads.push([read.position, read.length]);
        held = read.position + read.length;
        expect(held - block * 10).toBeLessThanOrEqual(60);
        effects = engine.provide(read.length, now);
        continue;
      }
      block = Math.min(block + 2, 101);
      effects = engine.receive(ack(block), peer, now);
    }
    expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBe(1000);
    for (const [index, [position]] of reads.entries()) expect(position).toBe(index * 30);
  });

  it("waits for slow content without blaming the peer", () => {
    const engine = createSender({ peer, confirmed: true, size: 600 }, 0);
    engine.start(0);
    expect(engine.deadline).toBeUndefined();
    expect(sent(engine.provide(512, 60_000))).toEqual(["1-1"]);
    expect(engine.deadline).toBe(61_000);
  });

  it("fails when the file became shorter", () => {
    const engine = createSender({ peer, confirmed: true, size: 600 }, 0);
    engine.start(0);
    expect(engine.provide(100, 1)).toMatchObject([
      { type: "send-packet", packet: { type: "error", code: 0 } },
      { type: "result", outcome: { type: "failed" } },
      { type: "close" },
    ]);
  });

  it("ends probably complete when the last ACK never comes", () => {
    const engine = sender({ size: 600 });
    engine.receive(ack(1), peer, 1);
    let effects: readonly SenderEffect[] = [];
    while (engine.deadline !== undefined) effects = engine.expire(engine.deadline);
    expect(effects).toMatchObject([
      { type: "result", outcome: { type: "unconfirmed", bytes: 600 } },
      { type: "close" },
    ]);
  });

  it("gives up on a peer that only repeats itself", () => {
    const engine = sender({ size: 5000 });
    engine.receive(ack(1), peer, 1);
    while (engine.deadline !== undefined) {
      engine.receive(ack(1), peer, engine.deadline - 1);
      engine.expire(engine.deadline);
    }
    expect(engine.state).toMatchObject({ type: "ended", outcome: { failure: { type: "timeout" } } });
  });

  it("sends a large window in bursts that a receiver's buffer holds", () => {
    const engine = createSender(
      { peer, confirmed: true, blockSize: 1024, windowSize: 1000, readBlocks: 1000, size: 1 << 20 },
      0,
    );
    engine.start(0);
    expect(sent(engine.provide(1000 * 1024, 0))).toEqual(["1-92"]);
    expect(engine.deadline).toBe(1);
    expect(sent(engine.expire(1))).toEqual(["93-184"]);
  });

  it("slows down where a window lost blocks, and speeds up again", () => {
    const engine = sender({ size: 1 << 20, blockSize: 512, windowSize: 32 });
    expect(sent(engine.receive(ack(32), peer, 10))).toEqual(["33-64"]);
    expect(sent(engine.receive(ack(40), peer, 30))).toEqual(["41-56"]);
    while (engine.deadline !== undefined && engine.state.type === "sending" && engine.state.next <= 72)
      engine.expire(engine.deadline);
    expect(sent(engine.receive(ack(72), peer, 60))).toEqual(["73-104"]);
  });

  it("throws for what its caller cannot mean", () => {
    expect(() => createSender({ peer, blockSize: 0 }, 0)).toThrow(TransferUsageError);
    expect(() => createSender({ peer, windowSize: 65535 }, 0)).toThrow(TransferUsageError);
    expect(() => createSender({ peer, windowSize: 9, readBlocks: 8 }, 0)).toThrow(/readBlocks/);
    expect(() => createSender({ peer, size: 0 }, 0).provide(1, 0)).toThrow(TransferUsageError);
    expect(() => receiver().stored(0)).toThrow(TransferUsageError);
  });
});

describe("a receiver", () => {
  it("acknowledges each block, and a duplicate again", () => {
    const engine = receiver();
    expect(engine.receive(data(1, 512), peer, 1)).toMatchObject([{ type: "write" }, { packet: ack(1) }]);
    expect(engine.receive(data(1, 512), peer, 2)).toMatchObject([{ packet: ack(1) }]);
  });

  it("answers a peer that missed the last ACK and has a timer of five seconds", () => {
    const engine = receiver();
    engine.receive(data(1, 100), peer, 10);
    engine.written(100, 10);
    expect(engine.stored(20)).toMatchObject([{ packet: ack(1) }, { type: "result" }]);
    expect(engine.receive(data(1, 100), peer, 5030)).toMatchObject([{ packet: ack(1) }]);
  });

  it("acknowledges a window at its end", () => {
    const engine = receiver({ windowSize: 3 });
    for (const block of [1, 2])
      expect(engine.receive(data(block, 512), peer, 1)).toMatchObject([{ type: "write" }]);
    expect(engine.receive(data(3, 512), peer, 1)).toMatchObject([{ type: "write" }, { packet: ack(3) }]);
  });

  it("answers a window that comes again with one ACK", () => {
    const engine = receiver({ windowSize: 3 });
    for (const block of [1, 2, 3]) engine.receive(data(block, 512), peer, 1);
    for (const again of [2, 3])
      expect([1, 2, 3].flatMap((block) => engine.receive(data(block, 512), peer, again))).toMatchObject([
        { packet: ack(3) },
      ]);
  });

  it("tells a hole at once and once, and never joins what lies on both sides of it", () => {
    const engine = receiver({ windowSize: 4 });
    engine.receive(data(1, 512), peer, 1);
    expect(engine.receive(data(3, 512), peer, 1)).toEqual([{ type: "send-packet", packet: ack(1) }]);
    expect(engine.receive(data(4, 512), peer, 1)).toEqual([]);
    expect(engine.receive(data(2, 512), peer, 2)).toMatchObject(
      [512, 1024, 1536].map((position) => ({ type: "write", position })),
    );
  });

  it("acknowledges the last block only when it is stored", () => {
    const engine = receiver();
    expect(engine.receive(data(1, 10), peer, 1)).toMatchObject([
      { type: "write" },
      { type: "store", length: 10 },
    ]);
    expect(engine.receive(data(1, 10), peer, 2)).toEqual([]);
    expect(engine.stored(3)).toMatchObject([
      { packet: ack(1) },
      { type: "result", outcome: { type: "complete", bytes: 10 } },
    ]);
    expect(engine.receive(data(1, 10), peer, 4)).toMatchObject([{ packet: ack(1) }]);
    expect(engine.expire(engine.deadline ?? 0)).toEqual([{ type: "close" }]);
  });

  it("answers ERROR 3 instead where it cannot be stored", () => {
    const engine = receiver();
    engine.receive(data(1, 10), peer, 1);
    expect(engine.fail(3, "Disk full", 2)).toMatchObject([
      { packet: { type: "error", code: 3 } },
      { type: "result", outcome: { type: "failed" } },
      { type: "close" },
    ]);
    expect(engine.stored(3)).toEqual([]);
  });

  it("asks for no more than the storage takes, and goes on when it has", () => {
    const engine = receiver({ maxUnwritten: 1000 });
    expect(engine.receive(data(1, 512), peer, 1)).toMatchObject([{ type: "write" }, { packet: ack(1) }]);
    expect(engine.receive(data(2, 512), peer, 1)).toMatchObject([{ type: "write" }]);
    expect(engine.deadline).toBeUndefined();
    expect(engine.receive(data(2, 512), peer, 2)).toEqual([]);
    expect(engine.written(512, 90_000)).toMatchObject([{ packet: ack(2) }]);
  });

  it("fails where more or less comes than was announced or is allowed", () => {
    const announced = receiver({ size: 600 });
    announced.receive(data(1, 512), peer, 1);
    expect(announced.receive(data(2, 87), peer, 1)).toContainEqual(
      expect.objectContaining({ packet: expect.objectContaining({ type: "error", code: 0 }) }),
    );
    expect(receiver({ maxSize: 500 }).receive(data(1, 512), peer, 1)).toMatchObject([
      { packet: { type: "error", code: 3 } },
      { type: "result" },
      { type: "close" },
    ]);
  });

  it("changes nothing once all has come, when the peer gives up", () => {
    const engine = receiver();
    engine.receive(data(1, 10), peer, 1);
    expect(engine.receive({ type: "error", code: 0, message: "tired" }, peer, 2)).toEqual([]);
    expect(engine.stored(3)).toMatchObject([
      { packet: ack(1) },
      { type: "result", outcome: { type: "complete" } },
    ]);
  });

  it("repeats its ACK where the sender's timer is slow", () => {
    const engine = receiver();
    engine.receive(data(1, 512), peer, 40);
    expect(engine.deadline).toBeLessThan(400);
    expect(engine.expire(engine.deadline ?? 0)).toMatchObject([{ packet: ack(1) }]);
  });
});

describe("a packet from a wrong TID", () => {
  it("gets ERROR 5 and changes nothing; an ERROR gets nothing", () => {
    for (const engine of [sender({ size: 5000 }), receiver()]) {
      const before = engine.state;
      expect(engine.receive(ack(1), stranger, 1)).toMatchObject([
        { packet: { type: "error", code: 5 }, to: stranger },
      ]);
      expect(engine.receive({ type: "error", code: 0, message: "" }, stranger, 1)).toEqual([]);
      expect(engine.state).toEqual(before);
    }
  });

  it("is answered at a limited rate", () => {
    const engine = receiver();
    const answers = (now: number): number =>
      Array.from({ length: 100 }, () => engine.receive(ack(1), stranger, now)).flat().length;
    expect([answers(1), answers(2), answers(1002), answers(60_000)]).toEqual([4, 0, 1, 4]);
  });
});

describe("a request", () => {
  const server: Tid = { address: "192.0.2.7", port: 69 };
  const ask = (type: "rrq" | "wrq", options: readonly (readonly [string, string])[] = []) => {
    const packet = { type, filename: "f", mode: "octet", options } as const;
    const engine = createRequest({ packet, server }, 0);
    expect(engine.start(0)).toEqual([{ type: "send-packet", packet, to: server }]);
    return engine;
  };

  it("locks on to the first valid answer from the server's address, from any port", () => {
    const engine = ask("rrq");
    expect(engine.receive(data(1, 5), stranger, 1)).toEqual([]);
    expect(engine.receive(data(2, 5), peer, 1)).toEqual([]);
    expect(engine.receive(ack(0), peer, 1)).toEqual([]);
    expect(engine.receive(data(1, 5), peer, 7)).toMatchObject([
      { type: "accepted", peer, terms: { blockSize: 512, windowSize: 1 }, roundTrip: 7 },
    ]);
    expect(ask("wrq").receive(ack(0), peer, 1)).toMatchObject([{ type: "accepted", peer }]);
  });

  it("refuses what it did not ask for with ERROR 8", () => {
    const oack: TftpPacket = { type: "oack", options: [["blksize", "1024"]] };
    expect(ask("rrq").receive(oack, peer, 1)).toMatchObject([
      { packet: { type: "error", code: 8 }, to: peer },
      { type: "result", outcome: { failure: { type: "protocol", code: 8 } } },
      { type: "close" },
    ]);
  });

  it("refuses a file that is announced too large with ERROR 3", () => {
    const packet = { type: "rrq", filename: "f", mode: "octet", options: [["tsize", "0"]] } as const;
    const engine = createRequest({ packet, server, maxSize: 100 }, 0);
    engine.start(0);
    expect(engine.receive({ type: "oack", options: [["tsize", "101"]] }, peer, 1)).toMatchObject([
      { packet: { type: "error", code: 3 } },
      { type: "result" },
      { type: "close" },
    ]);
  });

  it("asks again with backoff, and gives up", () => {
    const engine = ask("rrq");
    const times: number[] = [];
    while (engine.deadline !== undefined) {
      times.push(engine.deadline);
      engine.expire(engine.deadline);
    }
    expect(times.slice(0, 5)).toEqual([1000, 3000, 7000, 12_000, 17_000]);
    expect(engine.state).toMatchObject({
      outcome: { failure: { type: "timeout", silentFor: times.at(-1) } },
    });
  });
});
