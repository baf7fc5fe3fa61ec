import type { Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { encodeReply, reply } from "@longshore/ftp-reply";
import { prepareServerEngine } from "@longshore/ftp-session/server";
import type { Accounts } from "./accounts.ts";
import { type Admission, type AdmissionRefusal, createAdmission, type SharedAdmission } from "./admission.ts";
import { engineOptionsOf } from "./engine-options.ts";
import type { SessionEnvironment } from "./environment.ts";
import { FtpServerError } from "./error.ts";
import type { FtpServerEvent } from "./event.ts";
import { createHooks, type Hooks, type UploadedFile } from "./hooks.ts";
import { type Connection, createListener, type ListenerOptions } from "./listener.ts";
import type { Counted } from "./once.ts";
import type { FtpServerOptions } from "./options.ts";
import { createAdvertiser } from "./public-address.ts";
import { createQuotas, type Quotas } from "./quotas.ts";
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
  /**
   * Puts other options in force while the server runs: users and all that belongs to a login, virtual hosts, TLS and
   * certificates, greeting and welcome, limits and bans, passive and active mode, times, hooks. Sessions go on with
   * what they have; their next login is checked by the new users. Where it rejects, nothing has changed.
   *
   * `listeners`, `host`, `port`, `admission` and `quotas` cannot change: for those a server is made anew.
   *
   * Rejects with an {@link FtpServerError}, `reload` for what cannot change, or with a `UsersFileError`.
   */
  reload(options: FtpServerOptions): Promise<void>;
  /** Of the first listener; absent while it does not listen. */
  readonly address: HostPort | undefined;
  /** Of all listeners that listen. */
  readonly addresses: readonly HostPort[];
  /** Sessions at the moment. */
  readonly sessions: number;
  /** Who is there and who is banned; also where addresses are banned and unbanned by hand. */
  readonly admission: Admission | SharedAdmission;
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
      environment.options.onEvent?.(event);
    } catch {
      // A log that fails is no reason to fail.
    }
    environment.hooks.tell(event, file);
  };
  const admission = options.admission ?? createAdmission({ onEvent: emit, ...admissionRulesOf(options) });
  const quotas = options.quotas ?? createQuotas();
  const onRevoked = (accounts: Accounts, names: ReadonlySet<string>): void => {
    const { main, named } = environment.hosts;
    const realms = [main, ...named].flatMap((host) => (host.accounts === accounts ? host.realm : []));
    for (const session of [...sessions]) {
      const user = session.login?.user.name;
      if (realms.includes(session.host.realm) && user !== undefined && names.has(user))
        shutDownSession(session);
    }
  };
  const environment: SessionEnvironment = {
    ...settingsOf(options, admission, quotas, emit, onRevoked),
    hooks: hooksOf(options, emit),
    sessions,
    taken: new Set(),
    emit,
    admission,
  };
  const listeners = listenersOf(options).map((listener) =>
    createListener(listener, {
      onConnection: admit,
      onProxyFailure: (remote, message) =>
        emit({ type: "connect-refused", remote, reason: "proxy-header", message }),
      onError: (error) => emit({ type: "error", error }),
    }),
  );
  let lastId = 0;
  let isDraining = false;
  /** Who waits for the end of the last session: each call of `close`. */
  let onEmpty: (() => void)[] = [];
  /** Hooks of options that are no longer in force, as far as they still run. */
  let formerHooks: Promise<unknown> = Promise.resolve();
  let unwatch = (): void => {};

  /** Certificates change by themselves: what happens to them is told while the server listens. */
  function watchCertificates(): void {
    unwatch();
    const ends = (environment.tls?.sources ?? []).map((source) =>
      source.subscribe((error) =>
        emit(error === undefined ? { type: "reloaded", what: "certificate" } : { type: "error", error }),
      ),
    );
    unwatch = () => {
      for (const end of ends) end();
    };
  }

  /** One after the other: what is decided last is in force. */
  let reloading: Promise<void> = Promise.resolve();

  function reload(changed: FtpServerOptions): Promise<void> {
    const done = reloading.then(() => replace(changed));
    reloading = done.catch(() => {});
    return done;
  }

  async function replace(changed: FtpServerOptions): Promise<void> {
    if (JSON.stringify(listenersOf(changed)) !== JSON.stringify(listenersOf(environment.options)))
      throw new FtpServerError("reload", "the listeners cannot change: close the server and make another");
    if (changed.admission !== environment.options.admission)
      throw new FtpServerError("reload", "the admission cannot change: reload its own rules");
    if (changed.quotas !== environment.options.quotas)
      throw new FtpServerError("reload", "the quotas cannot change: close the server and make another");
    const settings = settingsOf(changed, admission, quotas, emit, onRevoked);
    const { accounts } = settings.hosts;
    try {
      if (isListening()) for (const each of accounts) await each.open();
      if (changed.admission === undefined) admission.reload(admissionRulesOf(changed));
    } catch (error) {
      for (const each of accounts) each.close();
      throw error;
    }
    for (const each of environment.hosts.accounts) each.close();
    formerHooks = Promise.all([formerHooks, environment.hooks.settled()]);
    Object.assign(environment, settings, { hooks: hooksOf(changed, emit) });
    if (isListening()) watchCertificates();
    // Closed meanwhile: what was opened for it is of no use.
    else for (const each of accounts) each.close();
    emit({ type: "reloaded", what: "options" });
  }

  function isListening(): boolean {
    return listeners.some(({ address }) => address !== undefined);
  }

  function admit(connection: Connection): void {
    const { remote, socket } = connection;
    const answer = isDraining ? "draining" : admission.connect(remote.host);
    if (!(answer instanceof Promise)) {
      settle(connection, answer);
      return;
    }
    // Nobody else listens yet, and what breaks then is the client's.
    socket.on("error", ignore);
    answer.then(
      (admitted) => {
        socket.off("error", ignore);
        const isWelcome = !socket.destroyed && !isDraining;
        if (!isWelcome && typeof admitted !== "string") admitted.end();
        if (!socket.destroyed) settle(connection, isWelcome ? admitted : "draining");
      },
      (error) => {
        emit({ type: "error", error });
        socket.destroy();
      },
    );
  }

  function settle(connection: Connection, admitted: Counted | AdmissionRefusal | "draining"): void {
    const { remote, socket } = connection;
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
    watchCertificates();
    return first;
  }

  async function close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    isDraining = true;
    for (const accounts of environment.hosts.accounts) accounts.close();
    unwatch();
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
    await Promise.race([all.then(() => Promise.all([formerHooks, environment.hooks.settled()])), late]);
    clearTimeout(timer);
    for (const session of sessions) destroySession(session);
    await Promise.all([all, stopped]);
  }

  return {
    listen,
    close,
    reload,
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

function admissionRulesOf({ limits, ban, mayConnect }: FtpServerOptions): Parameters<Admission["reload"]>[0] {
  return {
    ...(limits === undefined ? {} : { limits }),
    ...(ban === undefined ? {} : { ban }),
    ...(mayConnect === undefined ? {} : { mayConnect }),
  };
}

function hooksOf({ hooks = {}, limits }: FtpServerOptions, emit: (event: FtpServerEvent) => void): Hooks {
  return createHooks(hooks, limits?.hookTimeout ?? 30_000, emit);
}

/** What comes of the options, and of nothing else. */
function settingsOf(
  options: FtpServerOptions,
  admission: Admission | SharedAdmission,
  quotas: Quotas,
  emit: (event: FtpServerEvent) => void,
  onRevoked: (accounts: Accounts, names: ReadonlySet<string>) => void,
): Pick<SessionEnvironment, "options" | "hosts" | "engineFor" | "tls" | "advertise"> {
  const hosts = createHosts(options, admission, quotas, emit, onRevoked);
  const certificates = hosts.named.flatMap(({ certificate }) => certificate ?? []);
  return {
    options,
    hosts,
    engineFor: prepareServerEngine(engineOptionsOf(options, hosts.main)),
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

function ignore(): void {}

/** No session is left for this client: 421, where it can be read, and the end. */
function turnAway(socket: Socket, isTls: boolean): void {
  socket.on("error", () => {});
  socket.resume();
  if (isTls) socket.destroy();
  else socket.end(encodeReply(reply(421, "Too many sessions, try again later.")));
  setTimeout(() => socket.destroy(), 1000).unref();
}
