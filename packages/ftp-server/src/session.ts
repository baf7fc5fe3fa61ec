import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { toFileStoreError } from "@longshore/file-store";
import { encodeReply } from "@longshore/ftp-reply";
import { createServerEngine, type ServerCompletion, type ServerEffect } from "@longshore/ftp-session/server";
import { endOf } from "./address.ts";
import { createControl } from "./control.ts";
import { engineOptionsFor } from "./engine-options.ts";
import type { SessionEnvironment } from "./environment.ts";
import { dataOf, transfersOf } from "./session-data.ts";
import { listSessions } from "./session-list.ts";
import { authenticate, logOut } from "./session-login.ts";
import { infoOf, type SessionState, sourceOf } from "./session-state.ts";
import { secureControl } from "./session-tls.ts";
import { boundsOf, runStoreRequest } from "./store-request.ts";

/** One control session, from the connection to its end. */
export interface Session {
  /** Ends it with 421, at once or when the transfer that runs is over. */
  shutdown(): void;
  /** Ends it now. */
  destroy(): void;
}

/**
 * Runs a session: carries out the engine's effects, in their order, and reports what comes of them. Everything that
 * can be decided is decided in the engine.
 *
 * @param onClosed called when nothing of it is left: no socket, no open file, no timer
 */
export function startSession(
  id: number,
  socket: Socket,
  environment: SessionEnvironment,
  onClosed: () => void,
): Session {
  const { options, emit } = environment;
  const local = endOf(socket.localAddress, socket.localPort);
  const remote = endOf(socket.remoteAddress, socket.remotePort);
  const engine = createServerEngine(engineOptionsFor(environment, local, remote));
  const session: SessionState = {
    id,
    environment,
    local,
    remote,
    began: performance.now(),
    engine,
    control: createControl(socket, {
      wantsInput: () => engine.wantsInput && engine.state.name !== "handshake",
      onBytes: (bytes) => perform(session, engine.receive(bytes, performance.now())),
      onEnd: () => perform(session, engine.end(performance.now())),
      onClose: () => {
        perform(session, engine.disconnect(performance.now()));
        void finish(session, onClosed);
      },
    }),
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
  environment.sessions.add(session);
  emit({ type: "connect", session: infoOf(session), local });
  if (options.tls?.implicit === true) run(session, greetSecurely(session));
  else perform(session, engine.start(performance.now()));
  return {
    shutdown: () => perform(session, engine.shutdown(performance.now())),
    destroy: () => {
      perform(session, engine.disconnect(performance.now()));
      session.control.destroy();
    },
  };
}

async function greetSecurely(session: SessionState): Promise<ServerCompletion | undefined> {
  const result = await secureControl(session);
  if (result.type !== "tls-started") return result;
  perform(session, session.engine.start(performance.now()));
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
  const { environment, control } = session;
  const { options, emit } = environment;
  switch (effect.type) {
    case "reply-send":
      control.write(encodeReply(effect.reply));
      if (options.onEvent !== undefined) {
        const { code, lines } = effect.reply;
        emit({ type: "reply", session: infoOf(session), code, text: lines.at(-1) ?? "" });
      }
      return;
    case "bytes-send":
      control.write(effect.bytes);
      return;
    case "command":
      if (options.onEvent !== undefined)
        emit({ type: "command", session: infoOf(session), text: effect.text });
      return;
    case "authenticate":
      run(session, authenticate(session, effect));
      return;
    case "host-select":
      complete(session, { type: "host-refused", reason: "unknown" });
      return;
    case "host-reset":
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
          boundsOf(options.limits),
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
      run(session, dataOf(session).listen(effect.family, effect.protection));
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
      session.transfers?.connect(effect.transfer, effect.address, effect.protection);
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
      run(session, secureControl(session));
      return;
    case "connection-close":
      session.closeReason = effect.reason;
      session.gone?.abort();
      session.request?.abort();
      session.data?.close();
      clearTimeout(session.timer);
      control.end();
      return;
  }
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

async function finish(session: SessionState, onClosed: () => void): Promise<void> {
  if (session.isFinished) return;
  session.isFinished = true;
  session.environment.sessions.delete(session);
  clearTimeout(session.timer);
  session.data?.close();
  while (session.busy !== undefined && session.busy.size > 0) await Promise.all(session.busy);
  const info = infoOf(session);
  logOut(session);
  session.environment.emit({
    type: "disconnect",
    session: info,
    reason: session.closeReason ?? "client-gone",
    milliseconds: performance.now() - session.began,
  });
  onClosed();
}
