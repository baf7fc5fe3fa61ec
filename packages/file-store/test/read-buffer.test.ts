import { createReadBuffer } from "@longshore/file-store";
import { describe, expect, it } from "vitest";

describe("memory to read into", () => {
  it.each([0, 1, 1 << 18])("has %i bytes, all zero, and some before them that are nobody's", (size) => {
    const buffer = createReadBuffer(size);
    expect(buffer.length).toBe(size);
    expect(buffer.every((byte) => byte === 0)).toBe(true);
    // Not 0 to 31 behind a page where the memory itself begins 0 to 16 behind one.
    expect(buffer.byteOffset % 4096).toBeGreaterThanOrEqual(32);
    expect(buffer.byteOffset % 4096).toBeLessThan(4096 - 32);
  });
});
