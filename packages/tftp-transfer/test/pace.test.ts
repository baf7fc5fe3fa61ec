import { describe, expect, it } from "vitest";
import { createSender, type SenderEffect, type Tid } from "../src/index.ts";
import { createPace } from "../src/pace.ts";
import { datagramsHeld, usualReceiveBuffer } from "../src/receive-buffer.ts";

const peer: Tid = { address: "192.0.2.7", port: 3000 };

/** What a path does that takes `most` blocks at once and loses the rest: octets sent, and windows with a hole. */
function sendOver(most: number): {
  readonly windows: number;
  readonly gaps: number;
  readonly blocks: number;
} {
  const [blockSize, windowSize, blocks] = [512, 32, 32 * 400];
  const engine = createSender(
    { peer, confirmed: true, blockSize, windowSize, size: blockSize * blocks - 1, readBlocks: blocks },
    0,
  );
  let now = 0;
  let received = 0;
  let windows = 0;
  let effects: readonly SenderEffect[] = engine.start(now);
  while (engine.state.type !== "ended") {
    const [read] = effects.filter((effect) => effect.type === "read");
    if (read?.type === "read") {
      effects = engine.provide(read.length, now);
      continue;
    }
    const burst = effects.find((effect) => effect.type === "send-data");
    if (burst?.type === "send-data") {
      const arrived = Math.min(burst.last, burst.first + most - 1);
      const isWhole = arrived === burst.last;
      if (burst.first === received + 1) received = arrived;
      const { state } = engine;
      const isOver =
        state.type === "sending" && received >= Math.min(state.acknowledged + windowSize, blocks);
      if (!isWhole || isOver) {
        if (isOver) windows++;
        // The hole is told by a block after it, or by the next burst.
        now += 2;
        effects = engine.receive({ type: "ack", block: received % 0x10000 }, peer, now);
        continue;
      }
    }
    now = Math.max(now, engine.deadline ?? now);
    effects = engine.expire(now);
  }
  const { gaps, blocks: sent } = engine.statistics;
  return { windows, gaps, blocks: sent };
}

describe("a window that the way does not take at once", () => {
  it("goes out whole where nothing is lost", () => {
    expect(sendOver(32)).toMatchObject({ gaps: 0, blocks: 12_800 });
  });

  it("teaches the sender smaller bursts, and is tried out ever more seldom", () => {
    for (const most of [5, 8, 12, 20]) {
      const { gaps, blocks } = sendOver(most);
      expect(gaps, `${most} at once`).toBeGreaterThan(0);
      // A sender that forgot would lose in every other window of the four hundred.
      expect(gaps, `${most} at once`).toBeLessThan(30);
      expect(blocks, `${most} at once`).toBeLessThan(12_800 * 1.1);
    }
  });

  it("is whole again at once after a loss that had other reasons", () => {
    const pace = createPace(32, 512);
    for (let round = 0; round < 5; round++) {
      pace.slower();
      expect(pace.burst).toBe(16);
      pace.faster();
      expect(pace.burst).toBe(32);
      for (let whole = 0; whole < 10; whole++) pace.faster();
    }
  });
});

describe("the receive buffer that nobody made larger", () => {
  it.each([
    [516, 166],
    [1432, 92],
    [1472, 92],
    [8196, 12],
    [20000, 10],
    [32772, 6],
    [65468, 3],
  ])("holds datagrams of %d octets: %d", (octets, held) => {
    // As many as a socket of Linux 6 kept that nobody read from.
    expect(datagramsHeld(octets, usualReceiveBuffer)).toBe(held);
  });
});
