import { type Admission, type AdmissionOptions, type BanEvent, createAdmission } from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const host = (number: number): string => `192.0.2.${number}`;

/** How many of `hosts` get in. */
function fill(admission: Admission, hosts: readonly string[]): readonly string[] {
  return hosts.map((one) => {
    const result = admission.connect(one);
    return typeof result === "string" ? result : "in";
  });
}

describe("limits shared by all listeners", () => {
  it("counts sessions in all", () => {
    const admission = createAdmission({ limits: { sessions: 2 } });
    const first = admission.connect(host(1));
    expect(fill(admission, [host(2), host(3)])).toEqual(["in", "sessions"]);
    if (typeof first === "string") throw new Error(first);
    first.end();
    first.end();
    expect(admission.sessions).toBe(1);
    expect(fill(admission, [host(3), host(4)])).toEqual(["in", "sessions"]);
  });

  it("counts sessions per address, and an IPv6 /64 as one address", () => {
    const admission = createAdmission({ limits: { sessionsPerAddress: 2 } });
    expect(fill(admission, [host(1), host(1), host(1), host(2)])).toEqual([
      "in",
      "in",
      "sessions-per-address",
      "in",
    ]);
    const network = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3", "2001:db8:0:1::1"];
    expect(fill(admission, network)).toEqual(["in", "in", "sessions-per-address", "in"]);
  });

  it("counts sessions per user, by the user's own number or the common one", () => {
    const admission = createAdmission({ limits: { sessionsPerUser: 1 } });
    const ann = admission.logIn("ann");
    expect(admission.logIn("ann")).toBeUndefined();
    expect(admission.logIn("ann", 2)).toBeDefined();
    expect(admission.logIn("bob")).toBeDefined();
    expect(admission.logIn("bob", 0)).toBeDefined();
    ann?.end();
    expect(admission.logIn("ann")).toBeUndefined();
  });

  it("counts transfers in all", () => {
    const admission = createAdmission({ limits: { transfers: 1 } });
    const transfer = admission.startTransfer();
    expect(admission.startTransfer()).toBeUndefined();
    transfer?.end();
    expect(admission.transfers).toBe(0);
    expect(admission.startTransfer()).toBeDefined();
  });

  it("has safe defaults, and none where the limit is 0", () => {
    const standard = createAdmission();
    const many = Array.from({ length: 101 }, () => host(1));
    expect(fill(standard, many).filter((result) => result === "in")).toHaveLength(100);
    const others = Array.from({ length: 1000 }, (_, index) => `198.51.${index >> 8}.${index & 255}`);
    expect(fill(standard, others).filter((result) => result === "in")).toHaveLength(900);
    const open = createAdmission({ limits: { sessions: 0, sessionsPerAddress: 0, transfers: 0 } });
    expect(fill(open, [...many, ...others, ...others]).every((result) => result === "in")).toBe(true);
  });

  it("asks the hook before anything else", () => {
    const admission = createAdmission({ mayConnect: (one) => one !== host(1) });
    expect(fill(admission, [host(1), host(2)])).toEqual(["banned", "in"]);
    expect(admission.sessions).toBe(1);
  });
});

describe("bans, by the clock", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function banning(options: AdmissionOptions = {}): { admission: Admission; events: BanEvent[] } {
    const events: BanEvent[] = [];
    const admission = createAdmission({
      ban: { failures: 2, window: 1000, duration: 60_000, allow: [] },
      onEvent: (event) => events.push(event),
      clock: Date.now,
      ...options,
    });
    return { admission, events };
  }

  it("tells of a ban and of its end", async () => {
    const { admission, events } = banning();
    admission.failLogin(host(1));
    admission.failLogin(host(1));
    expect(events).toEqual([{ type: "ban", address: host(1), milliseconds: 60_000, reason: "failures" }]);
    expect(fill(admission, [host(1), host(2)])).toEqual(["banned", "in"]);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(admission.isBanned(host(1))).toBe(true);
    expect(admission.bans).toEqual([{ address: host(1), milliseconds: 1 }]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events.at(-1)).toEqual({ type: "unban", address: host(1), reason: "over" });
    expect(fill(admission, [host(1)])).toEqual(["in"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("bans and unbans by hand", () => {
    const { admission, events } = banning();
    admission.ban("2001:db8::5", 1000);
    expect(admission.isBanned("2001:db8::6")).toBe(true);
    admission.unban("2001:db8::6");
    admission.unban("2001:db8::6");
    expect(admission.isBanned("2001:db8::5")).toBe(false);
    expect(events).toEqual([
      { type: "ban", address: "2001:db8::/64", milliseconds: 1000, reason: "request" },
      { type: "unban", address: "2001:db8::/64", reason: "request" },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("bans nobody for failures where that is switched off, and still by hand", () => {
    const { admission } = banning({ ban: false });
    for (let number = 0; number < 1000; number++) admission.failLogin(host(1));
    expect(admission.isBanned(host(1))).toBe(false);
    admission.ban(host(1));
    expect(admission.isBanned(host(1))).toBe(true);
  });
});
