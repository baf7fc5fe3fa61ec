import { now } from "./clock.ts";
import type { Session } from "./session.ts";

/** The sessions of a server: what is known of each client's end, and how many there are. */
export interface SessionTable {
  /** Transfers under way; one that was begun anew counts until it has ended. */
  readonly active: number;
  /** The same with one address. */
  activeWith(address: string): number;
  /** The session of a client's end: the latest, where there are two. */
  known(key: string): Known | undefined;
  /** Counts a session that is about to be opened. */
  begin(address: string): void;
  /** Keeps it until it is closed. */
  keep(key: string, known: Known): void;
  /** It ended, or never began. */
  settled(address: string): void;
  /** Forgets it; the client's end has the one before again, where that goes on. */
  closed(key: string, id: number): void;
  /** Ends the oldest session that was opened more than `silent` milliseconds ago and never heard of; false without one. */
  makeRoom(silent: number): boolean;
  /** Resolves when none is under way, and after `timeout` milliseconds at the latest. */
  idle(timeout: number): Promise<void>;
  /** Ends all, those that only answer duplicates as well. */
  fail(code: number, message: string): void;
}

/** The session of a client's end. */
export interface Known {
  readonly session: Session;
  /** The request that it answers. */
  readonly datagram: Uint8Array;
  /** Another one for the same request, that goes on until the client has answered this one. */
  readonly before: Known | undefined;
}

export function createSessionTable(): SessionTable {
  const latest = new Map<string, Known>();
  /** All that are not closed, by number: the oldest first. */
  const open = new Map<number, Session>();
  const perAddress = new Map<string, number>();
  let active = 0;
  let onIdle: (() => void) | undefined;

  return {
    get active() {
      return active;
    },
    activeWith: (address) => perAddress.get(address) ?? 0,
    known: (key) => latest.get(key),
    begin(address) {
      active++;
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
    },
    keep(key, { session, datagram, before }) {
      open.set(session.id, session);
      // Who asks again and again leaves no chain behind: of those before, one at most is under way.
      latest.set(key, { session, datagram, before: before && { ...before, before: undefined } });
    },
    settled(address) {
      active--;
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
      if (active === 0) onIdle?.();
    },
    closed(key, id) {
      open.delete(id);
      const known = latest.get(key);
      if (known?.session.id !== id) return;
      if (known.before?.session.isSettled === false) latest.set(key, known.before);
      else latest.delete(key);
    },
    makeRoom(silent) {
      for (const session of open.values())
        if (!session.isSettled && !session.isConfirmed && now() - session.openedAt > silent) {
          session.abandon("another client took the place of this silent one");
          return true;
        }
      return false;
    },
    async idle(timeout) {
      if (active === 0 || timeout <= 0) return;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        timer = setTimeout(resolve, timeout);
      });
      clearTimeout(timer);
      onIdle = undefined;
    },
    fail(code, message) {
      for (const session of [...open.values()]) session.fail(code, message);
    },
  };
}
