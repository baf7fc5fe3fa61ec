import { addressList, customerPrefix, rangeOf } from "./address-range.ts";

/** When an address is banned for refused logins. Times are milliseconds. */
export interface BanOptions {
  /** Refused logins within `window` that ban; 20 unless told. */
  readonly failures?: number;
  /** 600,000 (ten minutes) unless told. */
  readonly window?: number;
  /** How long a ban lasts; 900,000 (a quarter of an hour) unless told. */
  readonly duration?: number;
  /**
   * Addresses and networks that are never banned; this machine's own (`127.0.0.0/8`, `::1`) unless told: behind a
   * proxy or a tunnel everybody comes from there.
   */
  readonly allow?: readonly string[];
  /** Places remembered at most, failing and banned each; 10,000 unless told. Beyond it the oldest is forgotten. */
  readonly entries?: number;
}

/** A place that may not connect: an IPv4 address or an IPv6 network, until when by the clock of whoever asks. */
export interface Ban {
  readonly address: string;
  readonly until: number;
}

/**
 * The table of bans. It asks no clock and starts no timer: `now` is an argument, `deadline` says when `expire` is
 * next due. Memory and the work of each call are bounded.
 */
export interface Bans {
  /** A login from `host` was refused. Answers the ban that comes of it, if one does. */
  fail(host: string, now: number): Ban | undefined;
  isBanned(host: string, now: number): boolean;
  /** Bans whatever `host` says, allowed or not, for `duration` milliseconds or as the options have it. */
  ban(host: string, now: number, duration?: number): Ban;
  /** Forgets the ban and the failures of `host`, an address or a network as a ban names it. Answers what was banned. */
  unban(host: string): Ban | undefined;
  /** Takes the bans that are over out, and answers them. */
  expire(now: number): readonly Ban[];
  /** When the next ban is over. */
  readonly deadline: number | undefined;
  readonly list: readonly Ban[];
}

/**
 * @param ipv6Prefix bits of an IPv6 address that are one place
 * @throws {RangeError} when an entry of `allow` is neither an address nor a network
 */
export function createBans(options: BanOptions = {}, ipv6Prefix: number = customerPrefix): Bans {
  const { failures = 20, window = 600_000, duration = 900_000, entries = 10_000 } = options;
  const { allow = ["127.0.0.0/8", "::1"] } = options;
  const isAllowed = addressList(allow);
  /** The times of the last refused logins, by place; whoever failed last stands last. */
  const failing = new Map<string, number[]>();
  const banned = new Map<string, number>();

  function ban(host: string, now: number, time: number = duration): Ban {
    const address = rangeOf(host, ipv6Prefix);
    const until = now + time;
    failing.delete(address);
    banned.delete(address);
    dropOldest(banned, entries);
    banned.set(address, until);
    return { address, until };
  }

  return {
    fail(host, now) {
      if (isAllowed(host)) return undefined;
      const address = rangeOf(host, ipv6Prefix);
      const times = (failing.get(address) ?? []).filter((time) => time > now - window);
      times.push(now);
      if (times.length >= failures) return ban(host, now);
      failing.delete(address);
      dropOldest(failing, entries);
      failing.set(address, times);
      return undefined;
    },
    isBanned(host, now) {
      const until = banned.get(rangeOf(host, ipv6Prefix));
      return until !== undefined && now < until;
    },
    ban,
    unban(host) {
      const address = rangeOf(host.replace(/\/\d+$/, ""), ipv6Prefix);
      const until = banned.get(address);
      failing.delete(address);
      banned.delete(address);
      return until === undefined ? undefined : { address, until };
    },
    expire(now) {
      const over: Ban[] = [];
      for (const [address, until] of banned) {
        if (now < until) continue;
        banned.delete(address);
        over.push({ address, until });
      }
      return over;
    },
    get deadline() {
      let first: number | undefined;
      for (const until of banned.values()) if (first === undefined || until < first) first = until;
      return first;
    },
    get list() {
      return [...banned].map(([address, until]) => ({ address, until }));
    },
  };
}

function dropOldest(table: Map<string, unknown>, most: number): void {
  const [oldest] = table.keys();
  if (table.size >= most && oldest !== undefined) table.delete(oldest);
}
