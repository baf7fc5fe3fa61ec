import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { FileStore } from "@longshore/file-store";
import type { HostPort } from "@longshore/ftp-address";
import { encodeReply, reply } from "@longshore/ftp-reply";
import { endOf } from "./address.ts";
import { type Admission, createAdmission } from "./admission.ts";
import { type Authenticator, anonymousAuthenticator, firstOf } from "./authenticator.ts";
import type { SessionEnvironment } from "./environment.ts";
import type { FtpServerEvent } from "./event.ts";
import { createHooks, type UploadedFile } from "./hooks.ts";
import { createLogins } from "./login.ts";
import type { FtpServerOptions } from "./options.ts";
import { restrictStore } from "./permission.ts";
import { type Session, startSession } from "./session.ts";
import { createSessionTls } from "./tls.ts";
import { unknownStore } from "./unknown-store.ts";
import { userAuthenticator } from "./users.ts";

/** A running or stopped server. */
export interface FtpServer {
  /** Listens; answers the address with the port that was picked. Rejects with the system's error. */
  listen(): Promise<HostPort>;
  /**
   * Takes no more sessions, ends idle ones with 421 and lets running transfers finish, and hooks that they call, for
   * up to `drain` milliseconds (0 unless told); then everything is closed.
   */
  close(options?: { readonly drain?: number }): Promise<void>;
  /** Absent while it does not listen. */
  readonly address: HostPort | undefined;
  /** Sessions at the moment. */
  readonly sessions: number;
  /** Who is there and who is banned; also where addresses are banned and unbanned by hand. */
  readonly admission: Admission;
}

/**
 * An FTP server over a store: RFC 959 with what its clients expect of it today.
 *
 * @throws Error when the certificate and key do not fit
 * @example
 * const server = createFtpServer({ store: createMemoryStore({ files: { "/hello.txt": "hello\n" } }), anonymous: true });
 * const { port } = await server.listen();
 */
export function createFtpServer(options: FtpServerOptions): FtpServer {
  const { limits, tls } = options;
  // A certificate that cannot be used is the operator's mistake: it shows now, not at the first AUTH.
  if (tls !== undefined) createSessionTls(tls);
  const sessions = new Set<Session>();
  const emit = (event: FtpServerEvent, file?: UploadedFile): void => {
    try {
      options.onEvent?.(event);
    } catch {
      // A log that fails is no reason to fail.
    }
    hooks.tell(event, file);
  };
  const hooks = createHooks(options.hooks ?? {}, limits?.hookTimeout ?? 30_000, emit);
  const { ban, mayConnect } = options;
  const admission =
    options.admission ??
    createAdmission({
      onEvent: emit,
      ...(limits === undefined ? {} : { limits }),
      ...(ban === undefined ? {} : { ban }),
      ...(mayConnect === undefined ? {} : { mayConnect }),
    });
  const environment: SessionEnvironment = {
    options,
    logins: createLogins(authenticatorOf(options), options.store, admission),
    admission,
    anyStore: storeBeforeLogin(options),
    sessions: new Set(),
    taken: new Set(),
    emit,
    hooks,
  };
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, admit);
  // What keeps it from listening is told by `listen` alone.
  server.on("error", (error) => {
    if (address !== undefined) emit({ type: "error", error });
  });
  let address: HostPort | undefined;
  let lastId = 0;
  let isDraining = false;
  /** Who waits for the end of the last session. */
  let onEmpty: (() => void) | undefined;

  function admit(socket: Socket): void {
    const remote = endOf(socket.remoteAddress, socket.remotePort);
    const admitted = isDraining ? "draining" : admission.connect(remote.host);
    if (typeof admitted === "string") {
      emit({ type: "connect-refused", remote, reason: admitted });
      turnAway(socket, tls?.implicit === true);
      return;
    }
    const session = startSession(++lastId, socket, environment, () => {
      sessions.delete(session);
      admitted.end();
      if (sessions.size === 0) onEmpty?.();
    });
    sessions.add(session);
  }

  async function listen(): Promise<HostPort> {
    isDraining = false;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: options.host ?? "127.0.0.1", port: options.port ?? 0 }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    const bound = server.address() as AddressInfo;
    address = endOf(bound.address, bound.port);
    emit({ type: "listening", address, implicitTls: tls?.implicit === true });
    return address;
  }

  async function close({ drain = 0 }: { readonly drain?: number } = {}): Promise<void> {
    isDraining = true;
    address = undefined;
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
    const all = new Promise<void>((resolve) => {
      onEmpty = resolve;
    });
    for (const session of sessions) session.shutdown();
    if (sessions.size === 0) onEmpty?.();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drain);
    });
    await Promise.race([all.then(() => hooks.settled()), late]);
    clearTimeout(timer);
    for (const session of sessions) session.destroy();
    await Promise.all([all, stopped]);
  }

  return {
    listen,
    close,
    get address() {
      return address;
    },
    get sessions() {
      return sessions.size;
    },
    admission,
  };
}

function authenticatorOf({ users, authenticators = [], anonymous = false }: FtpServerOptions): Authenticator {
  const anonymousOptions = anonymous === true ? {} : anonymous;
  return firstOf([
    ...(anonymousOptions === false ? [] : [anonymousAuthenticator(anonymousOptions)]),
    ...(users === undefined ? [] : [userAuthenticator(users)]),
    ...authenticators,
  ]);
}

/** What FEAT is computed from before the login: the store with the rights of whoever may come in without a name. */
function storeBeforeLogin({ store }: FtpServerOptions): FileStore {
  return typeof store === "function" ? unknownStore : restrictStore(store, "rw");
}

/** No session is left for this client: 421, where it can be read, and the end. */
function turnAway(socket: Socket, isTls: boolean): void {
  socket.on("error", () => {});
  socket.resume();
  if (isTls) socket.destroy();
  else socket.end(encodeReply(reply(421, "Too many sessions, try again later.")));
  setTimeout(() => socket.destroy(), 1000).unref();
}
