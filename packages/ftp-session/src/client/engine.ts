import type { FtpReply, ReplyDecodeError } from "@longshore/ftp-reply";
import { createReplyDecoder } from "@longshore/ftp-reply";
import { decodeLatin1 } from "@longshore/nvt";
import type { DataMode } from "../data.ts";
import { answersAhead } from "./ahead.ts";
import { beginCommand, beginRename, command, owedOf, rename } from "./command.ts";
import { type Core, close, createCore, desync, errorAt, fail, isBusy, settle, type Timers } from "./core.ts";
import type { ClientEffect, ClientEvent } from "./effect.ts";
import { FtpError } from "./error.ts";
import { beginEstablishing, establish } from "./establishing.ts";
import { answersKeepAlive, sendKeepAlive } from "./keep-alive.ts";
import { beginLogin, logIn, refuseBytes, unsecured } from "./login.ts";
import type { ClientOperation } from "./operation.ts";
import type { ClientEngineOptions } from "./options.ts";
import { abortElsewhere, abortTransfer, recover, resync } from "./recovery.ts";
import type { ClientState } from "./state.ts";
import { clientTable, targetOf, targetOfEvent } from "./table.ts";
import {
  beginTransfer,
  giveUp,
  startUnmarked,
  transferEvent,
  transferExpired,
  transferReply,
} from "./transfer.ts";

/** The client's side of a control connection as a state machine: it opens nothing, waits for nothing and asks no clock. */
export interface ClientEngine {
  /** Begins: the control connection is to be opened. */
  start(now: number): readonly ClientEffect[];
  /** Bytes came in on the control connection, in pieces of any size. */
  receive(bytes: Uint8Array, now: number): readonly ClientEffect[];
  /** The driver reports what became of an effect. */
  complete(event: ClientEvent, now: number): readonly ClientEffect[];
  /** The clock has reached `deadline`. Earlier calls change nothing. */
  expire(now: number): readonly ClientEffect[];
  /**
   * Begins an operation, while `state.name` is `idle`. A session that is closed settles it at once.
   *
   * @throws {FtpError} `busy` while another is under way
   * @throws {CommandEncodeError} for an argument that cannot be sent; nothing has happened then
   */
  begin(
    operation: ClientOperation,
    now: number,
    options?: { readonly timeout?: number },
  ): readonly ClientEffect[];
  /** Gives the operation under way up; it settles at once, and the session recovers. */
  abort(error: FtpError, now: number): readonly ClientEffect[];
  /** Ends the session without a word to the server. */
  close(now: number): readonly ClientEffect[];
  /** When `expire` is next due, in the same clock as every `now`; `undefined` while nothing is. */
  readonly deadline: number | undefined;
  readonly state: ClientState;
  /** Whether the control connection is encrypted. */
  readonly secure: boolean;
  /** There was a TLS handshake: data connections go by PROT, also after CCC. */
  readonly secured: boolean;
  /** The mode that opened the last data connection. */
  readonly dataMode: DataMode | undefined;
  /** The last lines of the session, as in {@link FtpError.transcript}. */
  readonly transcript: readonly string[];
  /** What a server said, without the secrets of the login, should it have echoed them. */
  redact(text: string): string;
}

export function createClientEngine(options: ClientEngineOptions = {}): ClientEngine {
  const core = createCore(options);
  const { maxReplyLength, quirks = {} } = options;
  const decoder = createReplyDecoder({
    ...(maxReplyLength === undefined ? {} : { maxReplyLength }),
    ...(options.encoding === "latin1" ? { decode: decodeLatin1 } : {}),
    quirks: { endAtAnyCode: quirks.lenientMultiline ?? false },
  });

  const step = (now: number, act: () => void): readonly ClientEffect[] => {
    core.now = now;
    core.effects = [];
    act();
    return core.effects;
  };

  const receive = (bytes: Uint8Array): void => {
    if (refuseInjection(core, bytes.length)) return;
    const { sent } = core;
    const events = decoder.push(bytes);
    for (const [index, event] of events.entries()) {
      if (event.type === "telnet-answer") {
        core.effects.push({ type: "command-send", bytes: event.bytes, text: "IAC (option refused)" });
      } else if (event.type === "malformed") malformed(core, event.error);
      // What was there before the command was sent cannot answer it.
      else if (core.sent !== sent && core.state.name !== "recovering") desync(core, event.reply);
      else takeReply(core, event.reply, event.isAmbiguous);
      if (core.state.name === "closed") return;
      // What stands behind the 234 was not sent by the TLS server (CVE-2021-22947).
      if (refuseInjection(core, events.length - 1 - index + decoder.pending)) return;
    }
  };

  return {
    start: (now) =>
      step(now, () => {
        if (core.state.name === "new") beginEstablishing(core);
      }),
    receive: (bytes, now) => step(now, () => receive(bytes)),
    complete: (event, now) => step(now, () => take(core, event)),
    expire: (now) => step(now, () => expire(core)),
    begin: (operation, now, { timeout = 0 } = {}) => step(now, () => begin(core, operation, timeout)),
    abort: (error, now) => step(now, () => giveUpOperation(core, error)),
    close: (now) => step(now, () => close(core, undefined)),
    get deadline() {
      return earliest(core.timers);
    },
    get state() {
      return core.state;
    },
    get secure() {
      return core.facts.secure;
    },
    get secured() {
      return core.facts.secure || core.facts.cleared;
    },
    get dataMode() {
      return core.facts.dataMode;
    },
    get transcript() {
      return core.transcript.tail;
    },
    redact: core.transcript.redact,
  };
}

function begin(core: Core, operation: ClientOperation, timeout: number): void {
  const { state } = core;
  if (state.name === "closed") {
    const error = state.error ?? new FtpError("closed", "the session is closed");
    core.effects.push({ type: "settled", outcome: { ok: false, error } });
    return;
  }
  if (state.name !== "idle") throw new FtpError("busy", `the session is not idle but ${state.name}`);
  if (operation.type === "login") beginLogin(core, operation);
  else if (operation.type === "command") beginCommand(core, operation);
  else if (operation.type === "rename") beginRename(core, operation);
  else beginTransfer(core, operation);
  if (timeout > 0 && isBusy(core.state)) core.timers.operation = core.now + timeout;
}

/** A reply goes to the operation that owns it, by the table. */
function takeReply(core: Core, reply: FtpReply, isAmbiguous: boolean): void {
  const { state } = core;
  core.effects.push({ type: "reply", reply, isAmbiguous });
  core.transcript.reply(reply);
  if (state.name === "new" || state.name === "closed") return;
  if (reply.code === 421) {
    // RFC 959 §5.4: it may answer any command, and may come when none is under way.
    closeSoon(
      core,
      errorAt(core, "service-closing", `the server ends the session: "${core.transcript.textOf(reply)}"`, {
        reply,
      }),
    );
    return;
  }
  if (answersAhead(core, reply)) return;
  if (state.name === "transfer" && answersKeepAlive(state, reply)) {
    core.state = { ...state, noops: state.noops - 1 };
    return;
  }
  const target = targetOf(state.wait, reply.code);
  switch (state.name) {
    case "establishing":
      establish(core, state, target, reply);
      return;
    case "command":
      command(core, state, target, reply);
      return;
    case "recovering":
      recover(core, state, target, reply);
      return;
    default:
      if (target === "desync") desync(core, reply);
      else if (state.name === "login") logIn(core, state, target, reply);
      else if (state.name === "rename") rename(core, state, target, reply);
      else if (state.name === "transfer") transferReply(core, state, target, reply);
  }
}

/** Something that is no reply takes the place of one: it costs the operation, not the session. */
function malformed(core: Core, cause: ReplyDecodeError): void {
  const { state } = core;
  if (core.facts.ahead?.name === "due") {
    // It stands in its place, and there is a PASV.
    core.facts.ahead = undefined;
    return;
  }
  if (state.name === "establishing") {
    close(
      core,
      errorAt(core, "not-ftp", `what answers there does not speak FTP: ${cause.message}`, { cause }),
    );
  } else if (state.name === "transfer" && clientTable[state.wait].phase !== "command") {
    giveUp(core, state, errorAt(core, "malformed-reply", cause.message, { cause }));
  } else if (isBusy(state)) {
    const error = errorAt(core, "malformed-reply", cause.message, { cause });
    if (state.name === "transfer" && state.wait === "opening") {
      abortTransfer(core, state, error);
      return;
    }
    if (state.name === "transfer") giveUp(core, state, error);
    else fail(core, error, 1);
    // Perhaps the reply is still to come, perhaps this was it.
    if (core.state.name === "recovering") resync(core, { ...core.state, owed: 0 });
  }
}

/** Whether bytes came where TLS begins or ends, and nobody may speak; the session is then over. */
function refuseInjection(core: Core, bytes: number): boolean {
  const { state } = core;
  if (bytes === 0) return false;
  if (state.name === "establishing" && state.wait === "securing") {
    refuseBytes(core, `${bytes} bytes came in clear before the TLS handshake`);
    return true;
  }
  if (isUnsecuring(state)) {
    refuseBytes(core, `${bytes} bytes came behind the reply that ends TLS`);
    return true;
  }
  return false;
}

function take(core: Core, event: ClientEvent): void {
  const { state } = core;
  switch (event.type) {
    case "connected":
      core.facts.remote = event.remote;
      core.facts.local = event.local;
      if (state.name === "establishing" && state.wait === "connecting") establish(core, state, "reached");
      return;
    case "tls-started":
      if (state.name === "establishing" && state.wait === "securing") establish(core, state, "secured");
      return;
    case "tls-stopped":
      if (isUnsecuring(state)) unsecured(core, event.clearBytes);
      return;
    case "tls-failed":
      close(core, errorAt(core, "tls-failed", event.message, causeOf(event)));
      return;
    case "disconnected":
      disconnected(core, event);
      return;
    default:
      if (state.name === "transfer") transferEvent(core, state, event);
  }
}

function disconnected(core: Core, event: Extract<ClientEvent, { readonly type: "disconnected" }>): void {
  const { state } = core;
  const why = event.message ?? "the server closed the connection";
  if (state.name === "establishing" && state.wait === "connecting") {
    close(core, dialError(core, event.cause) ?? errorAt(core, "connect-failed", why, causeOf(event)));
    return;
  }
  if (state.name === "establishing" && state.wait === "securing") {
    close(core, errorAt(core, "tls-failed", `${why} during the TLS handshake`, causeOf(event)));
    return;
  }
  const error = errorAt(core, "connection-lost", why, causeOf(event));
  if (isQuitting(state)) {
    settle(core, { ok: true });
    close(core, undefined);
  } else closeSoon(core, error);
}

/** The control connection is between TLS and clear text. */
function isUnsecuring(state: ClientState): boolean {
  return state.name === "login" && state.wait === "unsecuring";
}

/** Who dials may know better what failed: a proxy, mostly. */
function dialError(core: Core, cause: unknown): FtpError | undefined {
  if (!FtpError.isInstance(cause)) return undefined;
  return errorAt(core, cause.code, cause.reason, { cause, retryable: cause.retryable });
}

/** At once, but for a transfer whose 226 is in: its bytes are still to come over a connection of their own. */
function closeSoon(core: Core, error: FtpError): void {
  if (core.state.name === "transfer" && core.state.wait === "draining") core.facts.lost = error;
  else close(core, error);
}

/** Many servers close without a 221. */
function isQuitting(state: ClientState): boolean {
  if (state.name !== "command") return false;
  const { command } = state.operation;
  return "verb" in command && command.verb === "QUIT";
}

function giveUpOperation(core: Core, error: FtpError): void {
  const { state } = core;
  if (state.name === "establishing" || isUnsecuring(state)) close(core, error);
  else if (state.name === "transfer") giveUp(core, state, error);
  else if (state.name === "command" && state.wait === "reply" && state.operation.abortable === true) {
    abortElsewhere(core, error);
  } else if (isBusy(state)) fail(core, error, owedOf(state));
}

function expire(core: Core): void {
  const { timers, now } = core;
  const isDue = (name: keyof Timers): boolean => {
    const at = timers[name];
    if (at === undefined || at > now) return false;
    timers[name] = undefined;
    return true;
  };
  if (isDue("operation")) {
    giveUpOperation(core, errorAt(core, "timeout", "the operation took longer than it was given"));
  }
  if (isDue("phase")) phaseExpired(core);
  if (isDue("mark") && core.state.name === "transfer") startUnmarked(core, core.state);
  if (isDue("keepAlive") && core.state.name === "transfer") sendKeepAlive(core, core.state);
}

function phaseExpired(core: Core): void {
  const { state } = core;
  if (!("wait" in state)) return;
  const target = targetOfEvent(state.wait, "expired") ?? "closed";
  if (state.name === "transfer" && target !== "closed") transferExpired(core, state, target);
  else if (state.name === "recovering" && target === "resync") resync(core, state);
  else close(core, errorAt(core, "timeout", timeoutMessage(core)));
}

function timeoutMessage(core: Core): string {
  const { state, command } = core;
  if (isUnsecuring(state)) return "the server did not end TLS in time";
  if (state.name !== "establishing") return `no reply to ${command ?? "the command"} in time`;
  if (state.wait === "connecting") return "the server could not be reached in time";
  return state.wait === "securing" ? "the TLS handshake did not end in time" : "no greeting in time";
}

const never = Number.POSITIVE_INFINITY;

function earliest(timers: Timers): number | undefined {
  const { phase = never, mark = never, keepAlive = never, operation = never } = timers;
  const at = Math.min(phase, mark, keepAlive, operation);
  return at === never ? undefined : at;
}

function causeOf(event: { readonly cause?: unknown }): { readonly cause?: unknown } {
  return event.cause === undefined ? {} : { cause: event.cause };
}
