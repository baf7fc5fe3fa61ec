import { describe, expect, it } from "vitest";
import { createRetransmissionTimer } from "../src/index.ts";

describe("the retransmission timer", () => {
  it("begins at a second, follows the round trip, and never goes below its floor", () => {
    const timer = createRetransmissionTimer({}, 0);
    expect(timer.timeout).toBe(1000);
    timer.sample(100);
    // RFC 6298 §2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR.
    expect(timer.timeout).toBe(300);
    timer.sample(100);
    expect(timer.timeout).toBe(250);
    for (let round = 0; round < 50; round++) timer.sample(0.1);
    expect(timer.timeout).toBe(25);
    expect(timer.roundTrip).toBeLessThan(1);
  });

  it("backs off to its cap, and stays there until a sample (Karn)", () => {
    const timer = createRetransmissionTimer({}, 0);
    timer.sample(40);
    const waits = Array.from({ length: 8 }, () => {
      timer.backOff();
      return timer.timeout;
    });
    expect(waits).toEqual([240, 480, 960, 1920, 3840, 5000, 5000, 5000]);
    timer.heard(100);
    expect(timer.timeout).toBe(5000);
    timer.sample(40);
    expect(timer.timeout).toBeLessThan(120);
  });

  it("sends nothing again sooner than the seconds agreed on (RFC 2349)", () => {
    const timer = createRetransmissionTimer({ interval: 7 }, 0);
    expect(timer.timeout).toBe(7000);
    for (let round = 0; round < 20; round++) timer.sample(1);
    expect(timer.timeout).toBe(7000);
  });

  it("gives up after its patience, but not before its retries", () => {
    const timer = createRetransmissionTimer({ patience: 1000, retries: 3 }, 500);
    expect(timer.isLost(5000, true)).toBe(false);
    for (let tries = 0; tries < 3; tries++) timer.backOff();
    expect(timer.isLost(1499, true)).toBe(false);
    expect(timer.isLost(1500, true)).toBe(true);
    timer.heard(1500);
    expect(timer.isLost(9000, true)).toBe(false);
    expect(timer.silence(1700)).toBe(200);
  });

  it("takes a measured round trip to begin with", () => {
    expect(createRetransmissionTimer({ roundTrip: 30 }, 0).timeout).toBe(90);
  });
});
