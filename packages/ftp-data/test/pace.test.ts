import { createPace, joinPaces } from "@longshore/ftp-data";
import { describe, expect, it } from "vitest";

/** A clock that is set by hand. */
function virtualClock(): { now: number; readonly clock: () => number } {
  const time = { now: 0, clock: () => time.now };
  return time;
}

describe("a pace, by a virtual clock", () => {
  it("lets the burst pass at once and waits for the rest", () => {
    const { clock } = virtualClock();
    const pace = createPace(1000, { burst: 500, clock });
    expect(pace.take(500)).toBe(0);
    expect(pace.take(100)).toBe(100);
    expect(pace.take(100)).toBe(200);
  });

  it("over a long time moves the rate and no more", () => {
    const time = virtualClock();
    const pace = createPace(1_000_000, { clock: time.clock });
    let moved = 0;
    while (time.now < 60_000) {
      moved += pace.step;
      time.now += pace.take(pace.step);
    }
    expect(moved).toBeGreaterThan(59_900_000);
    expect(moved).toBeLessThan(60_400_000);
  });

  it("saves no more than the burst while nothing moves", () => {
    const time = virtualClock();
    const pace = createPace(1000, { burst: 500, clock: time.clock });
    time.now = 3_600_000;
    expect(pace.take(500)).toBe(0);
    expect(pace.take(1)).toBe(1);
  });

  it("is even between those that share it", () => {
    const time = virtualClock();
    const pace = createPace(900_000, { clock: time.clock });
    const readers = [0, 0, 0].map(() => ({ moved: 0, next: 0 }));
    while (time.now < 10_000) {
      const [reader] = readers.toSorted((a, b) => a.next - b.next);
      if (reader === undefined) throw new Error("nobody");
      time.now = Math.max(time.now, reader.next);
      reader.moved += pace.step;
      reader.next = time.now + pace.take(pace.step);
    }
    for (const { moved } of readers) expect(Math.abs(moved - 3_075_000)).toBeLessThan(300_000);
  });

  it("of several, the slowest holds, and all are charged", () => {
    const { clock } = virtualClock();
    const slow = createPace(100, { burst: 0, clock });
    const fast = createPace(1000, { burst: 0, clock });
    const both = joinPaces([fast, undefined, slow]);
    expect(both?.take(10)).toBe(100);
    expect(fast.take(0)).toBe(10);
    expect(both?.step).toBe(slow.step);
    expect(joinPaces([undefined])).toBeUndefined();
    expect(joinPaces([slow, undefined])).toBe(slow);
  });

  it("moves in steps of a sensible size, whatever the rate", () => {
    expect(createPace(1).step).toBe(512);
    expect(createPace(80_000).step).toBe(10_000);
    expect(createPace(1e12).step).toBe(65_536);
  });
});
