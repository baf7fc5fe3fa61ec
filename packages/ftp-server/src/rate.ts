import { createPace, joinPaces, type Pace } from "@longshore/ftp-data";
import { once } from "./once.ts";
import type { Rate } from "./user-options.ts";

/** How fast the transfers of one session may be, each way; absent: as fast as they can. */
export interface Paces {
  readonly up: Pace | undefined;
  readonly down: Pace | undefined;
}

/** The rates of all sessions of a server, or of several that share one table. */
export interface Rates {
  /** The paces of a session: its own, joined with its user's and everybody's. `end` when it is over. */
  open(user: string, own: { readonly rate?: Rate; readonly sessionRate?: Rate }): Paces & { end(): void };
}

/** One rate that all share who open it by the same key, as long as anybody has it open. */
export type SharedPaces = (key: string, rate: Rate) => Paces & { end(): void };

/**
 * @param total for all sessions together
 * @param session for each session whose user has none of their own
 * @param share where rates stand that several sessions share; here unless told
 */
export function createRates(
  total: Rate = {},
  session: Rate = {},
  share: SharedPaces = shareHere((rate) => createPace(rate)),
): Rates {
  const all = share("all", total);
  return {
    open(user, { rate = {}, sessionRate = session }) {
      const shared = share(`user ${user}`, rate);
      const own = pacesOf(sessionRate, (rate) => createPace(rate));
      return {
        up: joinPaces([all.up, shared.up, own.up]),
        down: joinPaces([all.down, shared.down, own.down]),
        end: shared.end,
      };
    },
  };
}

/** Rates that are shared in this process. @param onClosed called when nobody has one open any more */
export function shareHere(
  make: (rate: number, way: keyof Paces, key: string) => Pace,
  onClosed: (key: string) => void = () => {},
): SharedPaces {
  const open = new Map<string, { readonly paces: Paces; sessions: number }>();
  return (key, rate) => {
    if (isUnlimited(rate)) return unlimited;
    const shared = open.get(key) ?? {
      paces: pacesOf(rate, (bytes, way) => make(bytes, way, key)),
      sessions: 0,
    };
    open.set(key, shared);
    shared.sessions++;
    const { end } = once(() => {
      if (--shared.sessions > 0) return;
      open.delete(key);
      onClosed(key);
    });
    return { ...shared.paces, end };
  };
}

/** What most users have: nothing is kept of it. */
const unlimited: Paces & { end(): void } = { up: undefined, down: undefined, end() {} };

function isUnlimited({ up = 0, down = 0 }: Rate): boolean {
  return up <= 0 && down <= 0;
}

function pacesOf({ up = 0, down = 0 }: Rate, make: (rate: number, way: keyof Paces) => Pace): Paces {
  return { up: up > 0 ? make(up, "up") : undefined, down: down > 0 ? make(down, "down") : undefined };
}
