import { addressList, createBans } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";

/** A table that bans after three failures within 100, for 1000. */
const bansOf = (more: object = {}) =>
  createBans({ failures: 3, window: 100, duration: 1000, allow: [], ...more });

describe("ban by address after M", () => {
  it("bans with the Mth failure within the window, for the time set", () => {
    const bans = bansOf();
    expect(bans.fail("192.0.2.7", 0)).toBeUndefined();
    expect(bans.fail("192.0.2.7", 50)).toBeUndefined();
    expect(bans.isBanned("192.0.2.7", 50)).toBe(false);
    expect(bans.fail("192.0.2.7", 99)).toEqual({ address: "192.0.2.7", until: 1099 });
    expect(bans.isBanned("192.0.2.7", 1098)).toBe(true);
    expect(bans.isBanned("192.0.2.8", 100)).toBe(false);
    expect(bans.deadline).toBe(1099);
    expect(bans.expire(1098)).toEqual([]);
    expect(bans.expire(1099)).toEqual([{ address: "192.0.2.7", until: 1099 }]);
    expect(bans.isBanned("192.0.2.7", 1099)).toBe(false);
    expect(bans.deadline).toBeUndefined();
  });

  it("forgets failures that are older than the window", () => {
    const bans = bansOf();
    for (const now of [0, 60, 120, 180, 240, 300]) expect(bans.fail("192.0.2.7", now)).toBeUndefined();
    expect(bans.fail("192.0.2.7", 301)).toEqual({ address: "192.0.2.7", until: 1301 });
  });

  it("begins anew after a ban", () => {
    const bans = bansOf();
    for (const now of [0, 1, 2]) bans.fail("192.0.2.7", now);
    bans.expire(1002);
    expect(bans.fail("192.0.2.7", 1003)).toBeUndefined();
    expect(bans.isBanned("192.0.2.7", 1003)).toBe(false);
  });

  it("takes the addresses of one IPv6 /64 for one", () => {
    const bans = bansOf();
    bans.fail("2001:db8:1:2::1", 0);
    bans.fail("2001:db8:1:2:aaaa::2", 1);
    expect(bans.fail("2001:db8:1:2:ffff:ffff:ffff:ffff", 2)?.address).toBe("2001:db8:1:2::/64");
    expect(bans.isBanned("2001:db8:1:2::9", 3)).toBe(true);
    expect(bans.isBanned("2001:db8:1:3::1", 3)).toBe(false);
  });

  it("takes a /56 or a single address for one, where told", () => {
    const wide = createBans({ failures: 1, allow: [] }, 56);
    expect(wide.fail("2001:db8:1:2ff::1", 0)?.address).toBe("2001:db8:1:200::/56");
    const single = createBans({ failures: 1, allow: [] }, 128);
    expect(single.fail("2001:db8::1", 0)?.address).toBe("2001:db8::1");
  });

  it("never bans who is on the allow-list, by default this machine itself", () => {
    const bans = bansOf({ allow: ["192.0.2.0/24", "2001:db8::/32"] });
    for (let now = 0; now < 20; now++) {
      expect(bans.fail("192.0.2.7", now)).toBeUndefined();
      expect(bans.fail("2001:db8:9::1", now)).toBeUndefined();
    }
    const standard = createBans({ failures: 1 });
    expect(standard.fail("127.0.0.5", 0)).toBeUndefined();
    expect(standard.fail("::1", 0)).toBeUndefined();
    expect(standard.fail("192.0.2.7", 0)).toBeDefined();
  });

  it("holds a bounded number of places, whatever knocks", () => {
    const bans = bansOf({ entries: 10 });
    for (let number = 0; number < 1000; number++) {
      const host = `198.51.${number >> 8}.${number & 255}`;
      for (const now of [0, 1, 2]) bans.fail(host, now);
    }
    expect(bans.list).toHaveLength(10);
    expect(bans.isBanned("198.51.3.231", 3)).toBe(true);
    expect(bans.isBanned("198.51.0.0", 3)).toBe(false);
    // Of those that only failed, the one that has been quiet longest is forgotten first.
    const failing = bansOf({ entries: 2 });
    for (const host of ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"]) failing.fail(host, 0);
    expect(failing.fail("192.0.2.1", 1)).toBeDefined();
    expect(failing.fail("192.0.2.2", 1)).toBeUndefined();
  });

  it("bans and unbans by hand, by address or by the network that was banned", () => {
    const bans = bansOf();
    expect(bans.ban("2001:db8::1", 0, 5)).toEqual({ address: "2001:db8::/64", until: 5 });
    expect(bans.unban("2001:db8::/64")?.address).toBe("2001:db8::/64");
    expect(bans.unban("2001:db8::1")).toBeUndefined();
    bans.ban("192.0.2.7", 0);
    expect(bans.unban("192.0.2.7")).toEqual({ address: "192.0.2.7", until: 1000 });
    expect(bans.isBanned("192.0.2.7", 1)).toBe(false);
  });
});

describe("a list of addresses", () => {
  it("knows addresses and networks of both families", () => {
    const isListed = addressList(["192.0.2.7", "10.0.0.0/8", "2001:db8::/32", "::1"]);
    for (const host of ["192.0.2.7", "10.255.0.1", "2001:db8:ffff::", "::1"])
      expect(isListed(host)).toBe(true);
    for (const host of ["192.0.2.8", "11.0.0.1", "2001:db9::", "::2", "", "name"])
      expect(isListed(host)).toBe(false);
  });

  it("names the entry that is none", () => {
    for (const wrong of ["localhost", "10.0.0.0/33", "10.0.0.0/", "::/129", "1.2.3.4/8/8", "", "10.0.0.0/-1"])
      expect(() => addressList(["10.0.0.1", wrong])).toThrow(`${JSON.stringify(wrong)} is neither`);
  });
});
