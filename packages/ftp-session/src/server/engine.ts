import { parseCommand } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { LineEvent } from "@longshore/nvt";
import { abortRequest, answerRefusedLogin, closeSession, enqueue, runQueue, takeStep } from "./dispatch.ts";
import {
  isAuthentication,
  isEstablishing,
  isHost,
  isListening,
  type ServerCompletion,
  type ServerEffect,
} from "./effect.ts";
import {
  type CommonEngineOptions,
  type EngineConnection,
  resolveOptions,
  type ServerEngineOptions,
} from "./options.ts";
import {
  borrowDecoder,
  createSession,
  emit,
  enter,
  isLogin,
  loginOf,
  returnDecoder,
  type Session,
  send,
} from "./session.ts";
import type { ServerState } from "./state.ts";
import type { Step } from "./step.ts";
import { completeTransfer, expireConnection } from "./transfer.ts";

/**
 * The server's end of one FTP control connection. Each call answers with what the driver has to do, in order;
 * `now` is any clock in milliseconds that does not go backwards. Nothing here waits, reads a clock or throws on
 * what a client sends.
 */
export interface ServerEngine {
  readonly state: ServerState;
  /** When `expire` is next due, in the clock of `now`; absent while nothing runs out. */
  readonly deadline: number | undefined;
  /** Whether more input should be read: `false` while enough commands wait for their turn. */
  readonly wantsInput: boolean;
  /**
   * The connection is there (with implicit TLS: its handshake is over): the greeting. The time for the login runs from
   * `since` on, which is `now` unless told.
   */
  start(now: number, since?: number): readonly ServerEffect[];
  /** Bytes of the control connection, in pieces of any size. */
  receive(bytes: Uint8Array, now: number): readonly ServerEffect[];
  /**
   * The client will send nothing more. What it sent is still answered; a running transfer is aborted (RFC 959
   * §4.1.1, QUIT) unless a QUIT stands behind it.
   */
  end(now: number): readonly ServerEffect[];
  /** The control connection is broken: nothing can be answered. */
  disconnect(now: number): readonly ServerEffect[];
  /** The outcome of an effect. */
  complete(completion: ServerCompletion, now: number): readonly ServerEffect[];
  /** The deadline is reached; earlier calls do nothing. */
  expire(now: number): readonly ServerEffect[];
  /** The server goes down: 421 at once, or when what is under way has ended. */
  shutdown(now: number): readonly ServerEffect[];
}

/**
 * Makes the engine of one control connection.
 *
 * @example
 * const engine = createServerEngine({ local, remote, store: storeFeatures(store) });
 * engine.start(0); // [{ type: "reply-send", reply: { code: 220, … } }]
 */
export function createServerEngine(options: ServerEngineOptions): ServerEngine {
  return prepareServerEngine(options)(options);
}

/**
 * Makes what makes the engines of a server: what its sessions have in common is completed once.
 *
 * @example
 * const engineFor = prepareServerEngine({ store: storeFeatures(store) });
 * const engine = engineFor({ local, remote });
 */
export function prepareServerEngine(
  common: CommonEngineOptions,
): (connection: EngineConnection) => ServerEngine {
  const resolved = resolveOptions(common);
  return (connection) => new Engine(createSession(resolved, connection));
}

/** A class, not a value with functions of its own: most sessions of a busy server are idle, and a server holds thousands. */
class Engine implements ServerEngine {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get state(): ServerState {
    return this.#session.state;
  }

  get deadline(): number | undefined {
    return deadlineOf(this.#session);
  }

  get wantsInput(): boolean {
    const { queue, options, ended } = this.#session;
    return queue.length < options.limits.queuedCommands && !ended;
  }

  start(now: number, since: number = now): readonly ServerEffect[] {
    return this.#at(now, (session) => greet(session, since));
  }

  receive(bytes: Uint8Array, now: number): readonly ServerEffect[] {
    return this.#at(now, (session) => receive(session, bytes));
  }

  end(now: number): readonly ServerEffect[] {
    return this.#at(now, endInput);
  }

  disconnect(now: number): readonly ServerEffect[] {
    return this.#at(now, (session) => closeSession(session, "client-gone"));
  }

  complete(completion: ServerCompletion, now: number): readonly ServerEffect[] {
    return this.#at(now, (session) => complete(session, completion));
  }

  expire(now: number): readonly ServerEffect[] {
    return this.#at(now, expire);
  }

  shutdown(now: number): readonly ServerEffect[] {
    return this.#at(now, (session) => {
      session.draining = true;
    });
  }

  #at(now: number, act: (session: Session) => void): readonly ServerEffect[] {
    const session = this.#session;
    const effects: ServerEffect[] = [];
    session.now = now;
    session.effects = effects;
    act(session);
    runQueue(session);
    session.effects = undefined;
    return effects;
  }
}

function greet(session: Session, since: number): void {
  if (session.state.name !== "new") return;
  session.loginSince = since;
  session.activeSince = session.now;
  enter(session, { name: "idle", login: { name: "unidentified" } });
  send(session, reply(220, ...session.options.greeting));
}

function receive(session: Session, bytes: Uint8Array): void {
  const { name } = session.state;
  if (name === "new" || name === "closed" || name === "handshake" || session.ended) return;
  session.decoder ??= borrowDecoder(session.options);
  const { decoder } = session;
  const events = decoder.push(bytes);
  for (const event of events) {
    take(session, event);
    // AUTH has made the rest of this chunk void (RFC 4217 §4), QUIT has closed.
    runQueue(session);
    if (session.decoder !== decoder) return;
    if (isClosed(session)) break;
  }
  // Behind a whole line there is nothing to remember.
  if (!decoder.isAtStart) return;
  session.decoder = undefined;
  returnDecoder(session.options, decoder);
}

function take(session: Session, event: LineEvent): void {
  switch (event.type) {
    case "line": {
      session.activeSince = session.now;
      const { text } = event;
      const parsed = parseCommand(text);
      if (parsed.ok) enqueue(session, { kind: "command", command: parsed.command, text });
      else enqueue(session, { kind: "fault", error: parsed.error, text });
      return;
    }
    case "line-too-long":
      session.activeSince = session.now;
      enqueue(session, { kind: "too-long", text: "(too long)" });
      return;
    case "telnet-answer":
      emit(session, { type: "bytes-send", bytes: event.bytes });
      return;
    case "interrupt":
    case "synch":
    case "unterminated":
      // ABOR, STAT and NOOP are heeded at once with or without them (RFC 1123 §4.1.2.12).
      return;
  }
}

function endInput(session: Session): void {
  session.ended = true;
  const quits = session.queue.some((line) => line.kind === "command" && line.command.verb === "QUIT");
  if (session.state.name === "transfer" && !quits) closeSession(session, "client-gone");
  if (!quits) abortRequest(session);
  if (session.state.name === "handshake" || session.state.name === "new")
    closeSession(session, "client-gone");
}

function complete(session: Session, completion: ServerCompletion): void {
  if (isClosed(session)) return;
  session.activeSince = session.now;
  if ("transfer" in completion) {
    completeTransfer(session, completion);
    return;
  }
  switch (completion.type) {
    case "tls-started":
      if (session.state.name === "new") session.firstHost = completion.host;
      else if (session.state.name !== "handshake") return;
      session.secure = true;
      session.certified = completion.certified ?? false;
      session.host = completion.host ?? session.host;
      if (session.state.name === "handshake") enter(session, { name: "idle", login: session.state.login });
      return;
    case "tls-stopped":
      if (session.state.name === "handshake") enter(session, { name: "idle", login: session.state.login });
      return;
    case "tls-failed":
      // RFC 4217 §10.1: the connection is in an unknown state, it is dropped.
      if (session.state.name === "handshake") closeSession(session, "tls-failure");
      return;
    default:
      goOn(session, completion);
  }
}

/** The completion that `state` waits for; any other is passed over. */
function goOn(
  session: Session,
  completion: Exclude<
    ServerCompletion,
    { readonly transfer: number } | { readonly type: "tls-started" | "tls-stopped" | "tls-failed" }
  >,
): void {
  const { pending } = session;
  if (pending === undefined) return;
  let step: Step | undefined;
  if (pending.on === "store-request" && completion.type === "store-answer")
    step = pending.next(completion.answer);
  else if (pending.on === "authenticate" && isAuthentication(completion)) step = pending.next(completion);
  else if (pending.on === "sessions-request" && completion.type === "sessions-answer")
    step = pending.next(completion.sessions);
  else if (pending.on === "host-select" && isHost(completion)) step = pending.next(completion);
  else if (pending.on === "data-listen" && isListening(completion)) step = pending.next(completion);
  else if (pending.on === "data-establish" && isEstablishing(completion)) step = pending.next(completion);
  if (step === undefined) return;
  session.pending = undefined;
  takeStep(session, pending.verb, loginOf(session), step);
}

function expire(session: Session): void {
  const deadline = deadlineOf(session);
  if (deadline === undefined || session.now < deadline) return;
  switch (session.state.name) {
    case "delaying":
      session.activeSince = session.now;
      answerRefusedLogin(session);
      return;
    case "transfer":
      session.activeSince = session.now;
      expireConnection(session);
      return;
    case "handshake":
      closeSession(session, "tls-failure");
      return;
    case "waiting":
      goOn(session, { type: "data-establish-failed", reason: "timeout" });
      return;
    case "idle": {
      const login = isLoggedIn(session) ? undefined : loginDeadline(session);
      const late = login !== undefined && session.now >= login;
      send(session, reply(421, late ? "Login took too long." : "Nothing was asked for too long."));
      closeSession(session, late ? "login-timeout" : "idle-timeout");
      return;
    }
  }
}

function deadlineOf(session: Session): number | undefined {
  const { state, options } = session;
  const { limits } = options;
  switch (state.name) {
    case "delaying":
      return state.until;
    case "handshake":
      return earlier(state.since + limits.handshakeTimeout, loginDeadline(session));
    case "transfer":
      return state.phase === "connecting" ? state.since + limits.dataTimeout : undefined;
    case "waiting":
      return session.pending?.on === "data-establish" ? session.pending.until : undefined;
    case "idle": {
      const timeout = session.idleTimeout ?? limits.idleTimeout;
      const idle = timeout > 0 ? session.activeSince + timeout : undefined;
      const login = isLoggedIn(session) ? undefined : loginDeadline(session);
      return earlier(idle, login);
    }
    default:
      return undefined;
  }
}

function loginDeadline({ options, loginSince }: Session): number | undefined {
  return options.limits.loginTimeout > 0 ? loginSince + options.limits.loginTimeout : undefined;
}

function isLoggedIn(session: Session): boolean {
  return isLogin(loginOf(session));
}

function isClosed(session: Session): boolean {
  return session.state.name === "closed";
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
