import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { type FileStore, rootPath, type StoreContext, toFileStoreError } from "@longshore/file-store";
import { encodeReply } from "@longshore/ftp-reply";
import {
  type CloseReason,
  createServerEngine,
  type ServerCompletion,
  type ServerEffect,
  storeFeatures,
} from "@longshore/ftp-session/server";
import { endOf } from "./address.ts";
import { createControl } from "./control.ts";
import { createDataConnections } from "./data.ts";
import type { FtpServerEvent, SessionInfo } from "./event.ts";
import type { ListingSource } from "./listing.ts";
import type { Login, Logins } from "./login.ts";
import type { FtpServerOptions, TlsOptions } from "./options.ts";
import { runStoreRequest } from "./store-request.ts";
import { createSessionTls, type SessionTls } from "./tls.ts";
import { createTransferRunner } from "./transfer-runner.ts";

/** What all sessions of a server share. */
export interface SessionEnvironment {
  readonly options: FtpServerOptions;
  readonly logins: Logins;
  /** What can be said of the store before anyone has logged in. */
  readonly anyStore: FileStore;
  /** Passive ports in use. */
  readonly taken: Set<number>;
  readonly emit: (event: FtpServerEvent) => void;
}

/** One control session, from the connection to its end. */
export interface Session {
  /** Ends it with 421, at once or when the transfer that runs is over. */
  shutdown(): void;
  /** Ends it now. */
  destroy(): void;
  /** Settles when nothing of it is left: no socket, no open file, no timer. */
  readonly closed: Promise<void>;
}

/** Longest TLS handshake in milliseconds. */
const handshakeTimeout = 30_000;

/**
 * Runs a session: carries out the engine's effects, in their order, and reports what comes of them. Everything that
 * can be decided is decided in the engine.
 */
export function startSession(id: number, socket: Socket, environment: SessionEnvironment): Session {
  const { options, emit } = environment;
  const { limits = {}, tls } = options;
  const local = endOf(socket.localAddress, socket.localPort);
  const remote = endOf(socket.remoteAddress, socket.remotePort);
  const began = performance.now();
  const gone = new AbortController();
  const isLogging = options.onEvent !== undefined;

  let login: Login | undefined;
  let isSecure = false;
  let ownTls: SessionTls | undefined;
  let closeReason: CloseReason = "client-gone";
  let timer: NodeJS.Timeout | undefined;
  let timerAt = 0;
  /** Operations under way, waited for before the session counts as closed. */
  const busy = new Set<Promise<void>>();
  let settleClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    settleClosed = resolve;
  });

  const name = (): { readonly user?: string } => (login === undefined ? {} : { user: login.user.name });
  const info = (): SessionInfo => ({ id, remote, ...name() });
  const context = (signal: AbortSignal = gone.signal): StoreContext => ({
    remoteAddress: remote.host,
    secure: isSecure,
    signal,
    ...name(),
  });
  const sourceFor = (signal?: AbortSignal): ListingSource => {
    const store = login?.store ?? environment.anyStore;
    return {
      store,
      features: storeFeatures(store),
      context: context(signal),
      options: {
        wildcardEntries: limits.wildcardEntries ?? 100_000,
        ...(options.zoneOffset === undefined ? {} : { zoneOffset: options.zoneOffset }),
      },
    };
  };
  const sessionTls = (tlsOptions: TlsOptions): SessionTls => {
    ownTls ??= createSessionTls(tlsOptions);
    return ownTls;
  };

  const engine = createServerEngine({
    local,
    remote,
    store: storeFeatures(environment.anyStore),
    tls: tls === undefined ? "none" : tls.required === true ? "required" : "offered",
    secure: tls?.implicit === true,
    dataModes: { active: options.active !== false, passive: options.passive !== false },
    allowForeignDataAddress: options.active ? (options.active.allowForeignAddress ?? false) : false,
    limits: definedOf({
      loginTimeout: limits.loginTimeout,
      idleTimeout: limits.idleTimeout,
      dataTimeout: limits.dataTimeout,
      failureDelay: limits.failureDelay,
      loginFailures: limits.loginFailures,
      lineLength: limits.lineLength,
      handshakeTimeout,
    }),
    ...definedOf({
      quirks: options.quirks,
      greeting: options.greeting,
      welcome: options.welcome,
      defaultType: options.defaultType,
    }),
  });

  const control = createControl(socket, {
    wantsInput: () => engine.wantsInput && engine.state.name !== "handshake",
    onBytes: (bytes) => perform(engine.receive(bytes, performance.now())),
    onEnd: () => perform(engine.end(performance.now())),
    onClose: () => {
      perform(engine.disconnect(performance.now()));
      finish();
    },
  });
  const data = createDataConnections({
    local,
    remote,
    passive: options.passive ?? {},
    active: options.active ?? {},
    sessionReuse: tls?.sessionReuse ?? "prefer",
    taken: environment.taken,
    timeout: handshakeTimeout,
    sessionTls: () => {
      if (tls === undefined) throw new Error("TLS was started without a certificate");
      return sessionTls(tls);
    },
    onStranger: (host) => emit({ type: "stranger", session: info(), remote: host }),
  });
  const transfers = createTransferRunner({
    data,
    stallTimeout: limits.stallTimeout ?? 300_000,
    vanishGrace: limits.vanishGrace ?? 10,
    acceptMissingCloseNotify: tls?.acceptMissingCloseNotify ?? false,
    sourceFor,
    complete,
    isConnected: () => engine.state.name !== "closed",
    onStart: (transfer) => emit({ type: "transfer-start", session: info(), transfer }),
    onEnd: (transfer, bytes, milliseconds, outcome) =>
      emit({ type: "transfer-end", session: info(), transfer, bytes, milliseconds, outcome }),
    onError: (error) => emit({ type: "error", session: info(), error }),
  });

  const queue: ServerEffect[] = [];
  let isPerforming = false;

  function perform(effects: readonly ServerEffect[]): void {
    queue.push(...effects);
    if (isPerforming) return;
    isPerforming = true;
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) performOne(effect);
    isPerforming = false;
    schedule();
    control.update();
  }

  function complete(completion: ServerCompletion): void {
    perform(engine.complete(completion, performance.now()));
  }

  function performOne(effect: ServerEffect): void {
    switch (effect.type) {
      case "reply-send":
        control.write(encodeReply(effect.reply));
        if (isLogging) {
          const { code, lines } = effect.reply;
          emit({ type: "reply", session: info(), code, text: lines.at(-1) ?? "" });
        }
        return;
      case "bytes-send":
        control.write(effect.bytes);
        return;
      case "command":
        if (isLogging) emit({ type: "command", session: info(), text: effect.text });
        return;
      case "authenticate":
        run(authenticate(effect));
        return;
      case "logout":
        logOut();
        return;
      case "store-request":
        run(
          runStoreRequest(sourceFor(), effect.request, limits.asciiSize ?? 16 << 20, (error) =>
            emit({ type: "error", session: info(), error }),
          ).then((answer) => complete({ type: "store-answer", answer })),
        );
        return;
      case "data-listen":
        run(data.listen(effect.family, effect.protection).then(complete));
        return;
      case "data-close":
        data.close();
        return;
      case "transfer-start":
        run(transfers.start(effect.transfer, effect.what, isSecure));
        return;
      case "data-accept":
        transfers.accept(effect.transfer);
        return;
      case "data-connect":
        transfers.connect(effect.transfer, effect.address, effect.protection);
        return;
      case "transfer-abort":
        transfers.abort(effect.transfer);
        return;
      case "transfer-query":
        complete({ type: "transfer-progress", transfer: effect.transfer, bytes: transfers.bytes });
        return;
      case "tls-start":
        run(secure(() => complete({ type: "tls-started" })));
        return;
      case "connection-close":
        closeReason = effect.reason;
        gone.abort();
        data.close();
        clearTimeout(timer);
        control.end();
        return;
    }
  }

  async function authenticate({
    user: username,
    password,
  }: Extract<ServerEffect, { type: "authenticate" }>): Promise<void> {
    let result: Login | "denied" | "limit" | "unavailable";
    try {
      const request = { username, password, remoteAddress: remote.host, secure: isSecure };
      result = await environment.logins.logIn(request);
    } catch (error) {
      emit({ type: "error", session: info(), error });
      result = "unavailable";
    }
    if (typeof result === "string") {
      emit({ type: "login-refused", session: info(), username: printable(username), reason: result });
      complete({ type: "authentication-refused", reason: result });
      return;
    }
    if (gone.signal.aborted) {
      result.end();
      return;
    }
    login = result;
    const { user, store } = result;
    const anonymous = user.anonymous ?? false;
    const mail = anonymous ? { password: printable(password.reveal()) } : {};
    emit({ type: "login", session: info(), anonymous, ...mail });
    complete({
      type: "authenticated",
      user: { name: user.name, anonymous, home: user.home ?? rootPath, store: storeFeatures(store) },
    });
  }

  function logOut(): void {
    if (login === undefined) return;
    emit({ type: "logout", session: info() });
    login.end();
    login = undefined;
  }

  async function secure(then: () => void): Promise<void> {
    if (tls === undefined) return complete({ type: "tls-failed" });
    const result = await control.startTls(sessionTls(tls), handshakeTimeout);
    if (typeof result === "string") {
      emit({ type: "secure-failed", session: info(), message: printable(result) });
      return complete({ type: "tls-failed" });
    }
    isSecure = true;
    const { name: cipher } = result.getCipher();
    emit({ type: "secure", session: info(), protocol: result.getProtocol() ?? "", cipher });
    then();
  }

  /** One timer, set anew only when a deadline comes before it: deadlines move with every command. */
  function schedule(): void {
    const { deadline } = engine;
    if (deadline === undefined || (timer !== undefined && timerAt <= deadline)) return;
    clearTimeout(timer);
    timerAt = deadline;
    timer = setTimeout(onTimer, Math.max(0, Math.ceil(deadline - performance.now())));
  }

  function onTimer(): void {
    timer = undefined;
    perform(engine.expire(performance.now()));
  }

  function run(work: Promise<void>): void {
    const settled = work
      .catch((error) => emit({ type: "error", session: info(), error: toFileStoreError(error) }))
      .finally(() => busy.delete(settled));
    busy.add(settled);
  }

  let isFinished = false;
  function finish(): void {
    if (isFinished) return;
    isFinished = true;
    clearTimeout(timer);
    data.close();
    void (async () => {
      while (busy.size > 0) await Promise.all(busy);
      const session = info();
      logOut();
      emit({
        type: "disconnect",
        session,
        reason: closeReason,
        milliseconds: performance.now() - began,
      });
      settleClosed();
    })();
  }

  emit({ type: "connect", session: info(), local });
  const greet = (): void => perform(engine.start(performance.now()));
  if (tls?.implicit === true) run(secure(greet));
  else greet();

  return {
    shutdown: () => perform(engine.shutdown(performance.now())),
    destroy: () => {
      perform(engine.disconnect(performance.now()));
      control.destroy();
    },
    closed,
  };
}

/** Without the keys that are absent, so that they do not stand in the way of defaults. */
function definedOf<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cs}/gu, "?").slice(0, 256);
}
