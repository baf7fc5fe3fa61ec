import { performance } from "node:perf_hooks";
import { toFileStoreError } from "@longshore/file-store";
import type { ServerCompletion, ServerEffect } from "@longshore/ftp-session/server";
import {
  type ControlHandlers,
  createControl,
  endControl,
  openControl,
  sendReply,
  writeControl,
} from "./control.ts";
import type { SessionEnvironment } from "./environment.ts";
import type { Connection } from "./listener.ts";
import { dataOf, transfersOf } from "./session-data.ts";
import { leaveHost, selectHost } from "./session-host.ts";
import { listSessions } from "./session-list.ts";
import { authenticate, logOut } from "./session-login.ts";
import { infoOf, type SessionState, sourceOf } from "./session-state.ts";
import { startSessionTls, stopSessionTls } from "./session-tls.ts";
import { boundsOf, runStoreRequest } from "./store-request.ts";

/**
 * Runs a session: carries out the engine's effects, in their order, and reports what comes of them. Everything that
 * can be decided is decided in the engine.
 *
 * @param onClosed called when nothing of it is left: no socket, no open file, no timer
 */
export function startSession(
  id: number,
  connection: Connection,
  environment: SessionEnvironment,
  onClosed: () => void,
): SessionState {
  const { socket, local, remote, isImplicit } = connection;
  const session: SessionState = {
    id,
    environment,
    onClosed,
    local,
    remote,
    boundHost: connection.boundHost,
    proxies: connection.proxies,
    began: performance.now(),
    engine: environment.engineFor({ local, remote, secure: isImplicit }),
    control: createControl(socket),
    isImplicit,
    host: environment.hosts.main,
    hostName: undefined,
    hostCounted: undefined,
    login: undefined,
    isSecure: false,
    tls: undefined,
    data: undefined,
    transfers: undefined,
    gone: undefined,
    request: undefined,
    closeReason: undefined,
    timer: undefined,
    timerAt: 0,
    queue: undefined,
    busy: undefined,
    isFinished: false,
  };
  openControl(session.control, session, handlers);
  environment.emit({ type: "connect", session: infoOf(session), local });
  if (isImplicit) run(session, greetSecurely(session));
  else perform(session, session.engine.start(performance.now()));
  return session;
}

/** Ends a session with 421, at once or when the transfer that runs is over. */
export function shutDownSession(session: SessionState): void {
  perform(session, session.engine.shutdown(performance.now()));
}

/** Ends a session now. */
export function destroySession(session: SessionState): void {
  perform(session, session.engine.disconnect(performance.now()));
  session.control.plain.destroy();
}

const handlers: ControlHandlers<SessionState> = {
  wantsInput: ({ engine }) => engine.wantsInput && engine.state.name !== "handshake",
  onBytes: (session, bytes) => perform(session, session.engine.receive(bytes, performance.now())),
  onEnd: (session) => perform(session, session.engine.end(performance.now())),
  onClose(session) {
    perform(session, session.engine.disconnect(performance.now()));
    void finish(session);
  },
};

async function greetSecurely(session: SessionState): Promise<ServerCompletion | undefined> {
  const { loginTimeout = 60_000 } = session.environment.options.limits ?? {};
  const result = await startSessionTls(session, loginTimeout > 0 ? loginTimeout : undefined);
  complete(session, result);
  // Who is silent until TLS and then again is not there twice as long.
  if (result.type === "tls-started") perform(session, session.engine.start(performance.now(), session.began));
  return undefined;
}

/** Carries out effects; those that come of one wait until it is done. */
function perform(session: SessionState, effects: readonly ServerEffect[]): void {
  if (session.queue !== undefined) {
    session.queue.push(...effects);
    return;
  }
  const queue = [...effects];
  session.queue = queue;
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) performOne(session, effect);
  session.queue = undefined;
  schedule(session);
  session.control.update();
}

function complete(session: SessionState, completion: ServerCompletion): void {
  perform(session, session.engine.complete(completion, performance.now()));
}

function performOne(session: SessionState, effect: ServerEffect): void {
  const { environment, control, host } = session;
  const { options, emit } = environment;
  switch (effect.type) {
    case "reply-send":
      sendReply(control, effect.reply);
      if (options.onEvent !== undefined) {
        const { code, lines } = effect.reply;
        emit({ type: "reply", session: infoOf(session), code, text: lines.at(-1) ?? "" });
      }
      return;
    case "bytes-send":
      writeControl(control, effect.bytes);
      return;
    case "command":
      if (options.onEvent !== undefined)
        emit({ type: "command", session: infoOf(session), text: effect.text });
      return;
    case "authenticate":
      run(session, authenticate(session, effect));
      return;
    case "host-select":
      run(session, selectHost(session, effect.host));
      return;
    case "host-reset":
      resetHost(session);
      return;
    case "logout":
      logOut(session);
      return;
    case "store-request":
      run(
        session,
        runStoreRequest(
          sourceOf(session, requestSignal(session)),
          effect.request,
          boundsOf(host.options.limits),
          (error) => emit({ type: "error", session: infoOf(session), error }),
        ).then((answer) => ({ type: "store-answer", answer })),
      );
      return;
    case "store-abort":
      session.request?.abort();
      return;
    case "sessions-request":
      complete(session, listSessions(session, effect.scope));
      return;
    case "data-listen":
      run(
        session,
        dataOf(session).listen(effect.family, effect.protection, effect.tellsAddress, effect.role),
      );
      return;
    case "data-establish":
      run(session, dataOf(session).establish(effect.address, effect.protection, effect.role));
      return;
    case "data-close":
      session.data?.close();
      return;
    case "transfer-start":
      run(
        session,
        transfersOf(session, (completion) => complete(session, completion))
          .start(effect.transfer, effect.what, session.isSecure)
          .then(() => undefined),
      );
      return;
    case "data-accept":
      session.transfers?.accept(effect.transfer);
      return;
    case "data-connect":
      session.transfers?.connect(effect.transfer, effect.address, effect.protection, effect.role);
      return;
    case "transfer-abort":
      session.transfers?.abort(effect.transfer);
      return;
    case "transfer-query":
      complete(session, {
        type: "transfer-progress",
        transfer: effect.transfer,
        bytes: session.transfers?.bytes ?? 0,
      });
      return;
    case "tls-start":
      run(session, startSessionTls(session));
      return;
    case "tls-stop":
      run(session, stopSessionTls(session));
      return;
    case "connection-close":
      session.closeReason = effect.reason;
      session.gone?.abort();
      session.request?.abort();
      session.data?.close();
      clearTimeout(session.timer);
      endControl(control);
      return;
  }
}

/** REIN: as right behind the greeting, which with implicit TLS came behind its handshake. */
function resetHost(session: SessionState): void {
  const name = session.isImplicit ? session.tls?.serverName : undefined;
  const host = name === undefined ? undefined : session.environment.hosts.find(name);
  // It is there already, unless the hosts have changed: HOST cannot have led elsewhere (RFC 7151 §3.2.2).
  if (name === undefined || host?.realm !== session.host.realm) leaveHost(session);
}

/** One timer, set anew only when a deadline comes before it: deadlines move with every command. */
function schedule(session: SessionState): void {
  const { deadline } = session.engine;
  if (deadline === undefined || (session.timer !== undefined && session.timerAt <= deadline)) return;
  clearTimeout(session.timer);
  session.timerAt = deadline;
  const wait = Math.max(0, Math.ceil(deadline - performance.now()));
  session.timer = setTimeout(() => {
    session.timer = undefined;
    perform(session, session.engine.expire(performance.now()));
  }, wait);
}

/** For the store's operation that begins: ABOR and the end of the session give it up. */
function requestSignal(session: SessionState): AbortSignal {
  session.request = new AbortController();
  return session.request.signal;
}

/** What is under way; what comes of it is reported to the engine. */
function run(session: SessionState, work: Promise<ServerCompletion | undefined>): void {
  session.busy ??= new Set();
  const { busy, environment } = session;
  const settled = work
    .then((completion) => {
      if (completion !== undefined) complete(session, completion);
    })
    .catch((error) =>
      environment.emit({ type: "error", session: infoOf(session), error: toFileStoreError(error) }),
    )
    .finally(() => busy.delete(settled));
  busy.add(settled);
}

async function finish(session: SessionState): Promise<void> {
  if (session.isFinished) return;
  session.isFinished = true;
  clearTimeout(session.timer);
  session.data?.close();
  while (session.busy !== undefined && session.busy.size > 0) await Promise.all(session.busy);
  const info = infoOf(session);
  logOut(session);
  leaveHost(session);
  session.environment.emit({
    type: "disconnect",
    session: info,
    reason: session.closeReason ?? "client-gone",
    milliseconds: performance.now() - session.began,
  });
  session.onClosed();
}
