import { FtpError } from "@longshore/ftp-session/client";
import { abortError } from "./queue.ts";

/** What a pool has to know of the sessions that it hands out. */
export interface PooledSession {
  readonly isClosed: boolean;
  close(): Promise<void>;
  destroy(): void;
}

/** Hands sessions to those who ask, in the order in which they did, and opens no more than the server allows. */
export interface SessionPool<S extends PooledSession> {
  /**
   * A session until `release`. A `shared` holder (a listing, which makes way by itself) leaves it to others as well
   * where no other session can be had.
   */
  acquire(signal: AbortSignal | undefined, shared?: boolean): Promise<Held<S>>;
  /** Sessions that are open. */
  readonly size: number;
  /** Sessions that may be open: as asked for, or fewer where the server refused more. */
  readonly limit: number;
  /** Takes no new calls, lets those that were made end, and closes every session. */
  close(): Promise<void>;
  /** Closes at once: who waits is refused. */
  destroy(): void;
}

export interface Held<S> {
  readonly session: S;
  release(): void;
}

interface SessionPoolOptions<S> {
  readonly maxSessions: number;
  /** Milliseconds after which more sessions are tried again than the server allowed. */
  readonly limitMemory: number;
  readonly open: (isFirst: boolean) => Promise<S>;
  /** Ends what `open` is waiting for. */
  readonly cancel: () => void;
}

interface Entry<S> {
  readonly session: S;
  holders: number;
  /** Those of the holders that share. */
  sharers: number;
}

interface Waiter<S> {
  readonly shared: boolean;
  readonly take: (held: Held<S>) => void;
  readonly refuse: (error: unknown) => void;
}

export function createSessionPool<S extends PooledSession>(options: SessionPoolOptions<S>): SessionPool<S> {
  const { maxSessions, limitMemory, open, cancel } = options;
  const entries = new Set<Entry<S>>();
  const line: Waiter<S>[] = [];
  const drained: (() => void)[] = [];
  let opening = 0;
  let found: { readonly limit: number; readonly until: number } | undefined;
  let state: "open" | "closing" | "closed" = "open";

  const limitNow = (): number => {
    if (found !== undefined && performance.now() >= found.until) found = undefined;
    return found?.limit ?? maxSessions;
  };

  /** A session that nobody holds, else one whose holders all share. */
  const free = (): Entry<S> | undefined => {
    let shareable: Entry<S> | undefined;
    for (const entry of entries) {
      if (entry.session.isClosed) {
        if (entry.holders === 0) entries.delete(entry);
      } else if (entry.holders === 0) return entry;
      else if (entry.holders === entry.sharers) shareable ??= entry;
    }
    return mayOpen() || opening > 0 ? undefined : shareable;
  };

  const living = (): number => [...entries].filter(({ session }) => !session.isClosed).length;
  /** Whether one lets anybody in is found out with one session, not with all at once. */
  const mayOpen = (): boolean => living() + opening < (living() === 0 ? 1 : limitNow());

  const hold = (entry: Entry<S>, { shared, take }: Waiter<S>): void => {
    entry.holders++;
    if (shared) entry.sharers++;
    let isHeld = true;
    take({
      session: entry.session,
      release() {
        if (!isHeld) return;
        isHeld = false;
        entry.holders--;
        if (shared) entry.sharers--;
        if (entry.session.isClosed && entry.holders === 0) entries.delete(entry);
        serve();
      },
    });
  };

  /** Gives those who wait what there is, and opens what may be opened for the rest. */
  const serve = (): void => {
    while (line.length > 0) {
      const entry = free();
      if (entry === undefined) break;
      const waiter = line.shift();
      if (waiter !== undefined) hold(entry, waiter);
    }
    while (line.length > opening && mayOpen()) openOne();
    const isQuiet = line.length === 0 && opening === 0 && [...entries].every(({ holders }) => holders === 0);
    if (isQuiet) for (const tell of drained.splice(0)) tell();
  };

  const openOne = (): void => {
    opening++;
    open(living() === 0).then(
      (session) => {
        opening--;
        if (state === "closed") session.destroy();
        else entries.add({ session, holders: 0, sharers: 0 });
        // Of those opened together one may be refused before another is let in.
        if (found !== undefined && living() > found.limit) found = { ...found, limit: living() };
        serve();
      },
      (error: unknown) => {
        opening--;
        const standing = living();
        // What let one session in refuses another: however it says so, this is as many as there are to be had.
        if (standing > 0) found = { limit: standing, until: performance.now() + limitMemory };
        // With none at all, what one was refused for all will be: nobody tries a wrong password a thousand times.
        else for (const waiter of line.splice(0)) waiter.refuse(error);
        serve();
      },
    );
  };

  return {
    acquire(signal, shared = false) {
      return new Promise((resolve, reject) => {
        if (state !== "open") {
          reject(new FtpError("closed", "the pool was closed"));
          return;
        }
        if (signal?.aborted) {
          reject(abortError(signal));
          return;
        }
        const onAbort = (): void => {
          line.splice(line.indexOf(waiter), 1);
          reject(abortError(signal));
          serve();
        };
        const over = (): void => signal?.removeEventListener("abort", onAbort);
        const waiter: Waiter<S> = {
          shared,
          take(held) {
            over();
            resolve(held);
          },
          refuse(error) {
            over();
            reject(error);
          },
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        line.push(waiter);
        serve();
      });
    },
    get size() {
      return living();
    },
    get limit() {
      return limitNow();
    },
    async close() {
      if (state === "open") state = "closing";
      await new Promise<void>((resolve) => {
        drained.push(resolve);
        serve();
      });
      state = "closed";
      const closing = [...entries].map(({ session }) => session.close());
      entries.clear();
      await Promise.all(closing);
    },
    destroy() {
      state = "closed";
      cancel();
      for (const waiter of line.splice(0)) waiter.refuse(new FtpError("closed", "the pool was closed"));
      for (const { session } of entries) session.destroy();
    },
  };
}
