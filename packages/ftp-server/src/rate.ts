import { createPace, joinPaces, type Pace } from "@longshore/ftp-data";
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

/**
 * @param total for all sessions together
 * @param session for each session whose user has none of their own
 */
export function createRates(total: Rate = {}, session: Rate = {}): Rates {
  const all = pacesOf(total);
  /** Shared by the sessions of one user, as long as there are any. */
  const users = new Map<string, { readonly paces: Paces; sessions: number }>();
  return {
    open(user, { rate = {}, sessionRate = session }) {
      const shared = users.get(user) ?? { paces: pacesOf(rate), sessions: 0 };
      users.set(user, shared);
      shared.sessions++;
      const own = pacesOf(sessionRate);
      let isOver = false;
      return {
        up: joinPaces([all.up, shared.paces.up, own.up]),
        down: joinPaces([all.down, shared.paces.down, own.down]),
        end() {
          if (isOver) return;
          isOver = true;
          if (--shared.sessions === 0 && users.get(user) === shared) users.delete(user);
        },
      };
    },
  };
}

function pacesOf({ up = 0, down = 0 }: Rate): Paces {
  return { up: up > 0 ? createPace(up) : undefined, down: down > 0 ? createPace(down) : undefined };
}
