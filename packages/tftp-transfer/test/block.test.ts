import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockAt, blockIndex, lastBlock, type Rollover, wireNumber } from "../src/index.ts";

describe("the number of a block on the wire", () => {
  it("rolls over to 0, or to 1", () => {
    expect([0, 1, 65535, 65536, 65537, 131072].map((index) => wireNumber(index, 0))).toEqual([
      0, 1, 65535, 0, 1, 0,
    ]);
    expect([0, 1, 65535, 65536, 131070, 131071].map((index) => wireNumber(index, 1))).toEqual([
      0, 1, 65535, 1, 65535, 1,
    ]);
  });

  it("leads back to the block, within a window and far beyond 2^32 blocks", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 45 }),
        fc.integer({ min: 1, max: 32_000 }),
        fc.integer({ min: 0, max: 32_000 }),
        fc.constantFrom<Rollover>(0, 1),
        (reference, reach, ahead, rollover) => {
          const index = reference + (ahead % (reach + 1));
          expect(blockIndex(wireNumber(index, rollover), reference, reach, rollover)).toBe(index);
        },
      ),
    );
  });

  it("is a duplicate's where it lies before the window, also at the wrap", () => {
    expect(blockIndex(65535, 65536, 4, 0)).toBe(65535);
    expect(blockIndex(65530, 65537, 4, 0)).toBe(65530);
    expect(blockIndex(1, 65537, 4, 0)).toBe(65537);
    expect(blockIndex(5, 65537, 4, 0)).toBe(65541);
    expect(blockIndex(6, 65537, 4, 0)).toBe(6);
    expect(blockIndex(65535, 65536, 1, 1)).toBe(65535);
    expect(blockIndex(0, 65536, 1, 1)).toBe(0);
  });

  it("stands for none where it cannot have come yet", () => {
    expect(blockIndex(9, 0, 4, 0)).toBeUndefined();
    expect(blockIndex(65535, 3, 4, 1)).toBeUndefined();
  });

  it("covers the largest windows", () => {
    expect(blockIndex(65534, 0, 65534, 1)).toBe(65534);
    expect(blockIndex(65535, 0, 65535, 1)).toBe(65535);
    expect(blockIndex(0, 1, 65535, 0)).toBe(65536);
  });
});

describe("a block's place", () => {
  it("is counted from the first", () => {
    expect(blockAt(1, 512, 0)).toEqual({ number: 1, position: 0 });
    expect(blockAt(65537, 512, 0)).toEqual({ number: 1, position: 65536 * 512 });
  });

  it("is the last one's where the content ends in it, with an empty block after an exact multiple", () => {
    expect([0, 1, 511, 512, 513, 1024].map((size) => lastBlock(size, 512))).toEqual([1, 1, 1, 2, 2, 3]);
  });
});
