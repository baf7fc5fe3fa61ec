import type { Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { encodeReply, reply } from "@longshore/ftp-reply";
import type { Accounts } from "./accounts.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { engineOptionsOf } from "./engine-options.ts";
import type { SessionEnvironment } from "./environment.ts";
import { FtpServerError } from "./error.ts";
import type { FtpServerEvent } from "./event.ts";
import { createHooks, type UploadedFile } from "./hooks.ts";
import { type Connection, createListener, type ListenerOptions } from "./listener.ts";
import type { FtpServerOptions } from "./options.ts";
import { createAdvertiser } from "./public-address.ts";
import { destroySession, shutDownSession, startSession } from "./session.ts";
import type { SessionState } from "./session-state.ts";
import { createTlsSetup } from "./tls-setup.ts";
import { createHosts } from "./virtual-host.ts";

/** A running or stopped server. */
export interface FtpServer {
  /** Listens; answers the address with the port that was picked. Rejects with the system's error. */
  listen(): Promise<HostPort>;
  /**
   * Takes no more sessions, ends idle ones with 421 and lets running transfers finish, and hooks that they call, for
   * up to `drain` milliseconds (0 unless told); then everything is closed.
   */
  close(options?: { readonly drain?: number }): Promise<void>;
  /** Of the first listener; absent while it does not listen. */
  readonly address: HostPort | undefined;
  /** Of all listeners that listen. */
  readonly addresses: readonly HostPort[];
  /** Sessions at the moment. */
  readonly sessions: number;
  /** Who is there and who is banned; also where addresses are banned and unbanned by hand. */
  readonly admission: Admission;
  /** Reads the users files now. Rejects with a `UsersFileError`; the users of before stay. */
  reloadUsers(): Promise<void>;
}

/**
 * An FTP server over a store: RFC 959 with what its clients expect of it today.
 *
 * @throws {FtpServerError} where the options contradict each other or a certificate cannot be used
 * @example
 * const server = createFtpServer({ store: createMemoryStore({ files: { "/hello.txt": "hello\n" } }), anonymous: true });
 * const { port } = await server.listen();
 */
export function createFtpServer(options: FtpServerOptions): FtpServer {
  const sessions = new Set<SessionState>();
  const emit = (event: FtpServerEvent, file?: UploadedFile): void => {
    try {
      options.onEvent?.(event);
    } catch {
      // A log that fails is no reason to fail.
    }
    hooks.tell(event, file);
  };
  const hooks = createHooks(options.hooks ?? {}, options.limits?.hookTimeout ?? 30_000, emit);
  const { limits, ban, mayConnect } = options;
  const admission =
    options.admission ??
    createAdmission({
      onEvent: emit,
      ...(limits === undefined ? {} : { limits }),
      ...(ban === undefined ? {} : { ban }),
      ...(mayConnect === undefined ? {} : { mayConnect }),
    });
  const onRevoked = (accounts: Accounts, names: ReadonlySet<string>): void => {
    for (const session of [...sessions]) {
      const user = session.login?.user.name;
      if (session.host.accounts === accounts && user !== undefined && names.has(user))
        shutDownSession(session);
    }
  };
  const environment: SessionEnvironment = {
    ...settingsOf(options, admission, emit, onRevoked),
    sessions,
    taken: new Set(),
    emit,
    hooks,
    admission,
    hostSessions: new Map(),
  };
  const listeners = listenersOf(options).map((listener) =>
    createListener(listener, { onConnection: admit, onError: (error) => emit({ type: "error", error }) }),
  );
  let lastId = 0;
  let isDraining = false;
  /** Who waits for the end of the last session: each call of `close`. */
  let onEmpty: (() => void)[] = [];

  function admit(connection: Connection): void {
    const { remote, socket } = connection;
    const admitted = isDraining ? "draining" : admission.connect(remote.host);
    if (typeof admitted === "string") {
      emit({ type: "connect-refused", remote, reason: admitted });
      turnAway(socket, connection.isImplicit);
      return;
    }
    const session = startSession(++lastId, connection, environment, () => {
      sessions.delete(session);
      admitted.end();
      if (sessions.size === 0) tellEmpty();
    });
    sessions.add(session);
  }

  function tellEmpty(): void {
    const waiting = onEmpty;
    onEmpty = [];
    for (const tell of waiting) tell();
  }

  async function listen(): Promise<HostPort> {
    isDraining = false;
    await Promise.all(environment.hosts.accounts.map((accounts) => accounts.open()));
    let first: HostPort | undefined;
    try {
      for (const listener of listeners) {
        const address = await listener.listen();
        first ??= address;
        emit({ type: "listening", address, implicitTls: listener.isImplicit });
      }
    } catch (error) {
      await Promise.all(listeners.map((listener) => listener.close()));
      for (const accounts of environment.hosts.accounts) accounts.close();
      throw error;
    }
    if (first === undefined) throw new FtpServerError("listener", "there is none");
    return first;
  }

  async function close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    isDraining = true;
    for (const accounts of environment.hosts.accounts) accounts.close();
    const stopped = Promise.all(listeners.map((listener) => listener.close()));
    const all = new Promise<void>((resolve) => {
      onEmpty.push(resolve);
    });
    for (const session of sessions) shutDownSession(session);
    if (sessions.size === 0) tellEmpty();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drain);
    });
    await Promise.race([all.then(() => hooks.settled()), late]);
    clearTimeout(timer);
    for (const session of sessions) destroySession(session);
    await Promise.all([all, stopped]);
  }

  return {
    listen,
    close,
    get address() {
      return listeners[0]?.address;
    },
    get addresses() {
      return listeners.flatMap(({ address }) => address ?? []);
    },
    get sessions() {
      return sessions.size;
    },
    admission,
    async reloadUsers() {
      await Promise.all(environment.hosts.accounts.map((accounts) => accounts.reload()));
    },
  };
}

/** What comes of the options, and of nothing else. */
function settingsOf(
  options: FtpServerOptions,
  admission: Admission,
  emit: (event: FtpServerEvent) => void,
  onRevoked: (accounts: Accounts, names: ReadonlySet<string>) => void,
): Pick<SessionEnvironment, "options" | "hosts" | "engine" | "tls" | "advertise"> {
  const hosts = createHosts(options, admission, emit, onRevoked);
  const certificates = hosts.named.flatMap(({ certificate }) => certificate ?? []);
  return {
    options,
    hosts,
    engine: engineOptionsOf(options, hosts.main),
    advertise: createAdvertiser(options.passive === false ? undefined : options.passive?.publicAddress),
    tls: options.tls === undefined ? undefined : createTlsSetup(options.tls, certificates),
  };
}

/** `host`, `port` and `tls.implicit` are the short form of one listener. */
function listenersOf({ listeners, host, port, tls }: FtpServerOptions): readonly ListenerOptions[] {
  const fallback = { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
  const all = listeners?.map((listener) => ({ ...(host === undefined ? {} : { host }), ...listener })) ?? [
    { ...fallback, implicitTls: tls?.implicit === true },
  ];
  if (all.length === 0) throw new FtpServerError("listener", "listeners is empty: leave it out, or name one");
  if (tls === undefined && all.some(({ implicitTls }) => implicitTls === true))
    throw new FtpServerError("listener", "implicitTls needs a certificate: give tls");
  return all;
}

/** No session is left for this client: 421, where it can be read, and the end. */
function turnAway(socket: Socket, isTls: boolean): void {
  socket.on("error", () => {});
  socket.resume();
  if (isTls) socket.destroy();
  else socket.end(encodeReply(reply(421, "Too many sessions, try again later.")));
  setTimeout(() => socket.destroy(), 1000).unref();
}
