import type { ListingEntry } from "@longshore/ftp-listing";
import { FtpError } from "@longshore/ftp-session/client";
import { FtpClient } from "./client.ts";
import type { Listing } from "./listing.ts";
import { createConnectionMemory } from "./memory.ts";
import type { CallOptions, FtpClientOptions } from "./options.ts";
import { toPace } from "./rate.ts";
import { type RetryOptions, retry } from "./retry.ts";
import { createSessionPool, type SessionPool } from "./session-pool.ts";
import { signalOf } from "./signal.ts";

/** The calls of a client that need nothing of their session but that it is logged in. */
type PooledCalls = Pick<
  FtpClient,
  | "list"
  | "listNames"
  | "stat"
  | "download"
  | "read"
  | "upload"
  | "remove"
  | "rename"
  | "makeDirectory"
  | "removeDirectory"
  | "size"
  | "modified"
  | "setModified"
  | "hash"
  | "features"
>;

/**
 * Several sessions with one server, and the calls of an {@link FtpClient} spread over them. Paths are absolute, for no
 * session's working directory is another's. A session that is lost is replaced; what failed for a reason that may pass
 * is tried again, if trying twice can do no harm.
 */
export interface FtpPool extends PooledCalls, AsyncDisposable {
  /** Runs `task` with a session to itself: for what needs several commands, or a working directory that is put back. */
  use<T>(task: (client: FtpClient) => Promise<T>, options?: UseOptions): Promise<T>;
  /** Sessions that are open now. */
  readonly sessions: number;
  /** Sessions that may be open: as asked for, or fewer where the server refused more. */
  readonly limit: number;
  /** Lets the calls that were made end, those that wait included, then closes every session with QUIT. */
  close(): Promise<void>;
  /** Closes at once; what is under way rejects. */
  destroy(): void;
}

export interface FtpPoolOptions extends FtpClientOptions {
  /** Sessions at most, from 1; 4 unless told. They are opened as they are needed. */
  readonly maxSessions?: number;
  /** How often a session is tried to be opened and a call to be made, and how long is waited in between. */
  readonly retry?: RetryOptions;
  /** Milliseconds until more sessions are tried again than the server had allowed; 60,000 unless told. */
  readonly limitMemory?: number;
}

export interface UseOptions extends CallOptions {
  /** The task may be run again over another session when it failed for a reason that may pass; `false` unless told. */
  readonly repeatable?: boolean;
}

export const FtpPool: {
  /**
   * Opens the first session.
   *
   * @throws {FtpError} as `FtpClient.connect` does, after the tries of `retry` where trying again may help
   * @example
   * await using pool = await FtpPool.connect({ host: "ftp.example.org", maxSessions: 8 });
   * await Promise.all(names.map((name) => pool.download(`/pub/${name}`, name)));
   */
  connect(options: FtpPoolOptions): Promise<FtpPool>;
} = { connect };

async function connect(options: FtpPoolOptions): Promise<FtpPool> {
  const { maxSessions = 4, retry: tries = {}, limitMemory = 60_000, signal, ...rest } = options;
  const rateLimit = toPace(rest.rateLimit);
  const { memory = createConnectionMemory() } = rest;
  const client = { ...rest, memory, ...(rateLimit === undefined ? {} : { rateLimit }) };
  if (!Number.isInteger(maxSessions) || maxSessions < 1)
    throw new FtpError("bad-argument", `maxSessions is ${maxSessions}, which is no number of sessions`);
  const controller = new AbortController();
  let isConnected = false;
  const until = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
  const sessions = createSessionPool<FtpClient>({
    maxSessions,
    limitMemory,
    // With a session open a refusal is the server's limit, and there is no need to wait for another answer.
    open(isFirst) {
      const ending = isConnected ? controller.signal : until;
      const attempt = (): Promise<FtpClient> => FtpClient.connect({ ...client, signal: ending });
      return isFirst ? retry(tries, ending, mayPass, attempt) : attempt();
    },
    cancel: () => controller.abort(new FtpError("closed", "the pool was closed")),
  });
  const first = await sessions.acquire(signal).catch((error: unknown) => {
    sessions.destroy();
    throw error;
  });
  isConnected = true;
  first.release();
  return createPool(sessions, tries);
}

function createPool(sessions: SessionPool<FtpClient>, tries: RetryOptions): FtpPool {
  const use = async <T>(
    task: (client: FtpClient) => Promise<T>,
    { repeatable = false, ...call }: UseOptions = {},
  ): Promise<T> => {
    const signal = signalOf(call);
    const worthIt = (error: FtpError): boolean => mayTryAgain(error, repeatable);
    return retry(tries, signal, worthIt, async () => {
      const held = await sessions.acquire(signal);
      try {
        return await task(held.session);
      } finally {
        held.release();
      }
    });
  };

  /** One call of a client; the time of `call` runs on through every try. */
  const once = async <T>(
    paths: readonly string[],
    call: CallOptions | undefined,
    repeatable: boolean,
    task: (client: FtpClient, own: CallOptions) => Promise<T>,
  ): Promise<T> => {
    for (const path of paths) refuseRelative(path);
    const own = ownOf(call);
    return use((client) => task(client, own), { ...own, repeatable });
  };

  /** What is iterated holds its session until the end, or until the loop is left. */
  const iterate = <T>(
    path: string,
    call: CallOptions,
    shared: boolean,
    begin: (client: FtpClient, own: CallOptions) => AsyncIterable<T>,
  ): AsyncIterable<T> => {
    refuseRelative(path);
    let isBegun = false;
    return {
      [Symbol.asyncIterator]() {
        if (isBegun) throw new FtpError("busy", "this can be iterated once; ask for it again");
        isBegun = true;
        return values();
      },
    };
    async function* values(): AsyncGenerator<T> {
      const own = ownOf(call);
      const { signal } = own;
      // Only the beginning can be tried again: what was handed out cannot be taken back.
      const started = await retry(
        tries,
        signal,
        (error) => mayTryAgain(error, true),
        async () => {
          const held = await sessions.acquire(signal, shared);
          try {
            const iterator = begin(held.session, own)[Symbol.asyncIterator]();
            return { held, iterator, first: await iterator.next() };
          } catch (error) {
            held.release();
            throw error;
          }
        },
      );
      const { held, iterator } = started;
      try {
        for (let step = started.first; step.done !== true; step = await iterator.next()) yield step.value;
      } finally {
        await iterator.return?.();
        held.release();
      }
    }
  };

  return {
    use,
    list(path = "/", call = {}) {
      let inner: Listing | undefined;
      const iterable = iterate(path, call, true, (client, own) => {
        inner = client.list(path, { ...call, ...own });
        return inner;
      });
      return {
        get unparsed() {
          return inner?.unparsed ?? [];
        },
        get isCut() {
          return inner?.isCut ?? false;
        },
        [Symbol.asyncIterator]: () => iterable[Symbol.asyncIterator](),
        async toArray() {
          const entries: ListingEntry[] = [];
          for await (const entry of iterable) entries.push(entry);
          return entries;
        },
      };
    },
    listNames: (path = "/", call = {}) =>
      iterate(path, call, true, (client, own) => client.listNames(path, { ...call, ...own })),
    stat: (path, call) => once([path], call, true, (client, own) => client.stat(path, own)),
    download: (remote, to, call) =>
      once([remote], call, typeof to === "string", (client, own) =>
        client.download(remote, to, { ...call, ...own }),
      ),
    read: (remote, call = {}) =>
      iterate(remote, call, false, (client, own) => client.read(remote, { ...call, ...own })),
    upload(from, remote, call = {}) {
      const isAtHand = typeof from === "string" || from instanceof Uint8Array;
      const repeatable = isAtHand && call.append !== true && call.unique !== true;
      return once([remote], call, repeatable, (client, own) =>
        client.upload(from, remote, { ...call, ...own }),
      );
    },
    remove: (path, call) => once([path], call, false, (client, own) => client.remove(path, own)),
    rename: (from, to, call) => once([from, to], call, false, (client, own) => client.rename(from, to, own)),
    makeDirectory: (path, call = {}) =>
      once([path], call, call.recursive === true, (client, own) =>
        client.makeDirectory(path, { ...call, ...own }),
      ),
    removeDirectory: (path, call) =>
      once([path], call, false, (client, own) => client.removeDirectory(path, own)),
    size: (path, call) => once([path], call, true, (client, own) => client.size(path, own)),
    modified: (path, call) => once([path], call, true, (client, own) => client.modified(path, own)),
    hash: (path, call = {}) =>
      once([path], call, true, (client, own) => client.hash(path, { ...call, ...own })),
    setModified: (path, time, call) =>
      once([path], call, true, (client, own) => client.setModified(path, time, own)),
    features: (call) => once([], call, true, (client, own) => client.features(own)),
    get sessions() {
      return sessions.size;
    },
    get limit() {
      return sessions.limit;
    },
    close: () => sessions.close(),
    destroy: () => sessions.destroy(),
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}

/** Each session has a working directory of its own, so that one relative path could mean several places. */
function refuseRelative(path: string): void {
  if (path.startsWith("/")) return;
  const shown = JSON.stringify(path);
  throw new FtpError("bad-argument", `a pool takes absolute paths, and ${shown} is none: begin it with /`);
}

/** What each try of a call is given. */
function ownOf(call: CallOptions | undefined): CallOptions {
  const signal = signalOf(call);
  return { timeout: 0, ...(signal === undefined ? {} : { signal }) };
}

/** Whether opening a first session may succeed later. */
function mayPass(error: FtpError): boolean {
  return error.retryable || isFull(error);
}

/** Servers that are full say 421, or refuse the login with 530 and say why in words. */
function isFull({ reply }: FtpError): boolean {
  if (reply?.code === 421) return true;
  return reply?.code === 530 && /too many|maximum|limit|exceed|only \d+ /i.test(reply.lines.join(" "));
}

/** A command that cannot be given twice is only tried again where the server said itself that it was not done. */
function mayTryAgain(error: FtpError, repeatable: boolean): boolean {
  if (!error.retryable) return false;
  return repeatable || (error.reply !== undefined && error.reply.code >= 400 && error.reply.code < 500);
}
