import { performance } from "node:perf_hooks";
import { customerPrefix, rangeOf } from "./address-range.ts";
import { type Ban, type BanOptions, type Bans, createBans } from "./ban.ts";
import { type Counted, once } from "./once.ts";
import { createRates, type Rates } from "./rate.ts";
import type { Rate } from "./user-options.ts";

/** How many may be there at once. 0: no limit. */
export interface AdmissionLimits {
  /** Sessions in all; 1000 unless told. */
  readonly sessions?: number;
  /** Sessions from one address, or from one IPv6 network of `ipv6Prefix` bits; 100 unless told. */
  readonly sessionsPerAddress?: number;
  /** Sessions of one user, where the user has no number of their own; no limit unless told. */
  readonly sessionsPerUser?: number;
  /** Transfers and listings under way in all; 1000 unless told. Beyond it they are refused with 450. */
  readonly transfers?: number;
  /** How fast all transfers may be together; no limit unless told. */
  readonly rate?: Rate;
  /** How fast each session may be whose user has no rate of their own for that; no limit unless told. */
  readonly sessionRate?: Rate;
  /** Bits of an IPv6 address that count as one address; 64 unless told, which is what one customer gets. */
  readonly ipv6Prefix?: number;
}

export interface AdmissionOptions {
  readonly limits?: AdmissionLimits;
  /** Bans for refused logins, on unless `false`. */
  readonly ban?: false | BanOptions;
  /** Asked of each connection before anything else: whether it may come in at all. */
  readonly mayConnect?: (host: string) => boolean;
  /** Told of every ban and its end. */
  readonly onEvent?: (event: BanEvent) => void;
  /** Milliseconds from any beginning, for tests; `performance.now` unless told. */
  readonly clock?: () => number;
}

export type BanEvent =
  | {
      readonly type: "ban";
      /** An IPv4 address or an IPv6 network. */
      readonly address: string;
      /** How long it lasts. */
      readonly milliseconds: number;
      /** `failures`: too many refused logins. `request`: somebody called `ban`. */
      readonly reason: "failures" | "request";
    }
  | { readonly type: "unban"; readonly address: string; readonly reason: "over" | "request" };

/** Why a connection does not become a session. */
export type AdmissionRefusal = "banned" | "sessions" | "sessions-per-address";

/**
 * Who may come in, and how many: one table for all listeners of a server, or of several servers that are given the
 * same. Each `end` may be called more than once and counts once.
 */
export interface Admission {
  /** Counts a connection until `end`, or says why it may not be. */
  connect(host: string): Counted | AdmissionRefusal;
  /** Counts a session of a user until `end`; nothing when there are `most` of them already (0: no limit). */
  logIn(user: string, most?: number): Counted | undefined;
  /** Counts a session that has chosen this virtual host until `end`; nothing when there are `most` of them already. */
  enterHost(realm: string, most: number): Counted | undefined;
  /** Counts a transfer until `end`; nothing when there are too many. */
  startTransfer(): Counted | undefined;
  /** How fast the transfers of sessions may be; after `reload`, of those that log in from then on. */
  readonly rates: Rates;
  /** A login from there was refused. */
  failLogin(host: string): void;
  isBanned(host: string): boolean;
  /** Bans an address and its network, for `milliseconds` or as long as the options have it. */
  ban(host: string, milliseconds?: number): void;
  /** Ends the ban of an address or of a network as the event named it, and forgets its refused logins. */
  unban(address: string): void;
  /**
   * Puts other limits and rules for bans in force. Who is counted and who is banned stays so; refused logins that have
   * not led to a ban are forgotten.
   *
   * @throws {RangeError} as {@link createAdmission}; nothing has then changed
   */
  reload(options: Pick<AdmissionOptions, "limits" | "ban" | "mayConnect">): void;
  /** The places that are banned, and for how many more milliseconds. */
  readonly bans: readonly { readonly address: string; readonly milliseconds: number }[];
  readonly sessions: number;
  readonly transfers: number;
}

/** What has to be asked elsewhere, in another process: what an {@link Admission} counts. */
type Asked = "connect" | "logIn" | "enterHost" | "startTransfer" | "failLogin";

/**
 * An admission whose counts stand in another process, so that they hold for several servers together. What it counts is
 * asked there each time; bans are known here as well, and `sessions` and `transfers` are those that were counted from here.
 * Rejects when that process is gone.
 */
export interface SharedAdmission extends Omit<Admission, Asked> {
  connect(host: string): Promise<Counted | AdmissionRefusal>;
  logIn(user: string, most?: number): Promise<Counted | undefined>;
  enterHost(realm: string, most: number): Promise<Counted | undefined>;
  startTransfer(): Promise<Counted | undefined>;
  /** Resolves when the ban that comes of it, if one does, is known here. */
  failLogin(host: string): Promise<void>;
}

/** @throws {RangeError} when an entry of `ban.allow` is neither an address nor a network */
export function createAdmission(options: AdmissionOptions = {}): Admission {
  const { onEvent, clock = () => performance.now() } = options;
  let { bans, ...rules } = rulesOf(options);
  const addresses = new Map<string, number>();
  const users = new Map<string, number>();
  const hosts = new Map<string, number>();
  let sessions = 0;
  let transfers = 0;
  let timer: NodeJS.Timeout | undefined;

  const tell = (event: BanEvent): void => onEvent?.(event);

  function banned({ address, until }: Ban, reason: "failures" | "request"): void {
    tell({ type: "ban", address, milliseconds: until - clock(), reason });
    schedule();
  }

  /** Ends bans that are over; nobody is kept alive for that. */
  function schedule(): void {
    clearTimeout(timer);
    const { deadline } = bans;
    if (deadline === undefined) return;
    const wait = Math.min(longestWait, Math.max(0, Math.ceil(deadline - clock())));
    timer = setTimeout(() => {
      for (const { address } of bans.expire(clock())) tell({ type: "unban", address, reason: "over" });
      schedule();
    }, wait);
    timer.unref();
  }

  return {
    get rates() {
      return rules.rates;
    },
    connect(host) {
      const { mostSessions, sessionsPerAddress, ipv6Prefix, mayConnect } = rules;
      if (bans.isBanned(host, clock()) || mayConnect?.(host) === false) return "banned";
      if (mostSessions > 0 && sessions >= mostSessions) return "sessions";
      const address = rangeOf(host, ipv6Prefix);
      if (sessionsPerAddress > 0 && (addresses.get(address) ?? 0) >= sessionsPerAddress)
        return "sessions-per-address";
      sessions++;
      count(addresses, address, 1);
      return once(() => {
        sessions--;
        count(addresses, address, -1);
      });
    },
    logIn: (user, most = rules.sessionsPerUser) => countIn(users, user, most),
    enterHost: (realm, most) => countIn(hosts, realm, most),
    startTransfer() {
      if (rules.mostTransfers > 0 && transfers >= rules.mostTransfers) return undefined;
      transfers++;
      return once(() => {
        transfers--;
      });
    },
    failLogin(host) {
      if (!rules.areBansOn) return;
      const ban = bans.fail(host, clock());
      if (ban !== undefined) banned(ban, "failures");
    },
    isBanned: (host) => bans.isBanned(host, clock()),
    ban: (host, milliseconds) => banned(bans.ban(host, clock(), milliseconds), "request"),
    unban(address) {
      const ban = bans.unban(address);
      if (ban !== undefined) tell({ type: "unban", address: ban.address, reason: "request" });
      schedule();
    },
    reload(changed) {
      const { bans: next, ...others } = rulesOf(changed);
      const now = clock();
      for (const { address, until } of bans.list) if (until > now) next.ban(address, now, until - now);
      bans = next;
      rules = others;
      schedule();
    },
    get bans() {
      const now = clock();
      return bans.list.map(({ address, until }) => ({ address, milliseconds: Math.max(0, until - now) }));
    },
    get sessions() {
      return sessions;
    },
    get transfers() {
      return transfers;
    },
  };
}

type Rules = Pick<AdmissionOptions, "limits" | "ban" | "mayConnect">;

function rulesOf({ limits = {}, ban = {}, mayConnect }: Rules): {
  bans: Bans;
  readonly areBansOn: boolean;
  readonly mostSessions: number;
  readonly sessionsPerAddress: number;
  readonly sessionsPerUser: number;
  readonly mostTransfers: number;
  readonly ipv6Prefix: number;
  readonly mayConnect: AdmissionOptions["mayConnect"];
  readonly rates: Rates;
} {
  const { ipv6Prefix = customerPrefix } = limits;
  return {
    bans: createBans(ban === false ? {} : ban, ipv6Prefix),
    areBansOn: ban !== false,
    mostSessions: limits.sessions ?? 1000,
    sessionsPerAddress: limits.sessionsPerAddress ?? 100,
    sessionsPerUser: limits.sessionsPerUser ?? 0,
    mostTransfers: limits.transfers ?? 1000,
    ipv6Prefix,
    mayConnect,
    rates: createRates(limits.rate, limits.sessionRate),
  };
}

/** What a timer can be set to. */
const longestWait = 2 ** 31 - 1;

function count(table: Map<string, number>, key: string, change: 1 | -1): void {
  const number = (table.get(key) ?? 0) + change;
  if (number > 0) table.set(key, number);
  else table.delete(key);
}

function countIn(table: Map<string, number>, key: string, most: number): Counted | undefined {
  if (most > 0 && (table.get(key) ?? 0) >= most) return undefined;
  count(table, key, 1);
  return once(() => count(table, key, -1));
}
