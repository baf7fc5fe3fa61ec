import { describe, expect, it } from "vitest";
import { pattern, random, run } from "./network.ts";

describe("block numbers", () => {
  it.each([
    ["rrq", 0],
    ["wrq", 1],
  ] as const)("roll over in %s, to %d, through losses", (operation, rollover) => {
    // 8-octet blocks: 70,000 of them, twice over the end of the numbers with what is sent again.
    const content = pattern(8 * 70_000 + 3);
    const next = random(7 + rollover);
    const result = run({
      operation,
      content,
      rollover,
      options: [
        ["blksize", "8"],
        ["windowsize", "64"],
      ],
      latency: 0.1,
      fault: () => (next() < 0.001 ? "drop" : undefined),
    });
    expect(result.client?.type).toBe("complete");
    expect(Buffer.from(result.received).equals(Buffer.from(content))).toBe(true);
  });
});
