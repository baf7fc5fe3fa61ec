import { describe, expect, it } from "vitest";
import { createArena } from "../src/arena.ts";

/** Whether two pieces share an octet. */
function overlap(one: Uint8Array, other: Uint8Array): boolean {
  return (
    one.buffer === other.buffer &&
    one.byteOffset < other.byteOffset + other.length &&
    other.byteOffset < one.byteOffset + one.length
  );
}

describe("memory for datagrams on their way", () => {
  it("is used again once they have left", () => {
    const arena = createArena();
    const first = arena.take(1000);
    expect(overlap(first, arena.take(1000))).toBe(false);
    arena.release(false);
    expect(overlap(first, arena.take(1000))).toBe(true);
  });

  it("is left to those that the system still holds", () => {
    const arena = createArena();
    const held: Uint8Array[] = [];
    for (let round = 0; round < 40; round++) {
      const parts = [arena.take(60_000), arena.take(4)];
      for (const part of parts) for (const old of held) expect(overlap(part, old)).toBe(false);
      const isHeld = round % 2 === 0;
      if (isHeld) held.push(...parts);
      arena.release(isHeld);
    }
  });

  it("has room for the largest datagram there is", () => {
    expect(createArena().take(1 << 20)).toHaveLength(1 << 20);
  });
});
