import { commandRow, redactLine, type Verb } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { firstStep, whyNotOffered } from "./commands/index.ts";
import type { CloseReason, StoreRequest } from "./effect.ts";
import {
  dropData,
  emit,
  enter,
  loginOf,
  type QueuedLine,
  resetSession,
  type Session,
  securityOf,
  send,
} from "./session.ts";
import type { LoginState } from "./state.ts";
import { verdictOn } from "./states.ts";
import { answer, type Step } from "./step.ts";
import { abortTransfer, beginTransfer } from "./transfer.ts";

/**
 * Answers what waits in the queue, in order (RFC 959 §5.4), as far as the state allows. Of what may come during a
 * transfer (RFC 959 §4.1.3) only the first in the queue is looked at: no reply overtakes another command's.
 */
export function runQueue(session: Session): void {
  for (;;) {
    if (session.state.name === "idle" && session.draining) {
      send(session, reply(421, "The server is going down."));
      closeSession(session, "shutdown");
      return;
    }
    const line = session.queue[0];
    if (line === undefined || !isItsTurn(session, line)) break;
    session.queue.shift();
    answerLine(session, line);
  }
  if (session.ended && session.state.name === "idle") closeSession(session, "client-gone");
}

/** Carries out a step of `verb`; `login` is where the login stands once it is answered. */
export function takeStep(session: Session, verb: Verb, login: LoginState, step: Step): void {
  switch (step.step) {
    case "answer":
      send(session, step.reply);
      if (session.state.name !== "transfer") enter(session, { name: "idle", login: step.login ?? login });
      return;
    case "ask":
      emit(session, { type: "store-request", request: step.request });
      session.pending = {
        on: "store-request",
        verb,
        abortable: abortable.has(step.request.operation),
        next: step.next,
      };
      enter(session, { name: "waiting", login, verb, on: "store-request" });
      return;
    case "authenticate":
      emit(session, {
        type: "authenticate",
        user: step.user,
        password: step.password,
        ...(step.certified === undefined ? {} : { certified: step.certified }),
      });
      session.pending = { on: "authenticate", verb, next: step.next };
      enter(session, { name: "waiting", login: { name: "unidentified" }, verb, on: "authenticate" });
      return;
    case "ask-sessions":
      emit(session, { type: "sessions-request", scope: step.scope });
      session.pending = { on: "sessions-request", verb, next: step.next };
      enter(session, { name: "waiting", login, verb, on: "sessions-request" });
      return;
    case "select-host":
      emit(session, { type: "host-select", host: step.host });
      session.pending = { on: "host-select", verb, next: step.next };
      enter(session, { name: "waiting", login, verb, on: "host-select" });
      return;
    case "listen":
      emit(session, {
        type: "data-listen",
        family: step.family,
        tellsAddress: step.tellsAddress,
        role: step.role,
        protection: session.parameters.protection,
      });
      session.pending = { on: "data-listen", verb, next: step.next };
      enter(session, { name: "waiting", login, verb, on: "data-listen" });
      return;
    case "establish":
      emit(session, {
        type: "data-establish",
        ...(step.address === undefined ? {} : { address: step.address }),
        role: step.role,
        protection: session.parameters.protection,
      });
      session.pending = {
        on: "data-establish",
        verb,
        until: session.now + session.options.limits.dataTimeout,
        next: step.next,
      };
      enter(session, { name: "waiting", login, verb, on: "data-establish" });
      return;
    case "log-in":
      session.failures = 0;
      session.parameters.workingDirectory = step.user.home;
      enter(session, { name: "idle", login: { name: "ready", user: step.user } });
      send(session, step.reply);
      return;
    case "refuse-login":
      refuseLogin(session);
      return;
    case "transfer":
      beginTransfer(session, verb, login, step.what);
      return;
    case "query":
      if (session.state.name !== "transfer") return;
      session.querying = true;
      emit(session, { type: "transfer-query", transfer: session.state.transfer });
      return;
    case "secure":
      // RFC 4217 §4: all but the AUTH itself is reset. What came behind it in clear is dropped: it must not run inside TLS.
      resetSession(session);
      session.parameters.protection = step.protection;
      session.parameters.sized = step.protection === "private";
      send(session, step.reply);
      changeLayer(session, "tls-start", { name: "unidentified" });
      return;
    case "clear":
      send(session, step.reply);
      session.cleared = true;
      changeLayer(session, "tls-stop", login);
      return;
    case "reinitialize":
      resetSession(session);
      if (session.host !== session.firstHost) emit(session, { type: "host-reset" });
      session.host = session.firstHost;
      send(session, step.reply);
      clearSession(session);
      return;
    case "close":
      send(session, step.reply);
      closeSession(session, step.reason);
      return;
  }
}

/** What was sent before the change and is not yet answered is dropped: it must not count as sent after it. */
function changeLayer(session: Session, type: "tls-start" | "tls-stop", login: LoginState): void {
  session.queue = [];
  session.decoder = undefined;
  enter(session, { name: "handshake", login, since: session.now });
  emit(session, { type });
}

/**
 * RFC 4217 §13: REIN ends TLS, behind its reply. Where TLS was there from the first byte on it stays: everything is to be
 * as right after the connection was opened (RFC 959 §4.1.1).
 */
function clearSession(session: Session): void {
  const login = { name: "unidentified" } as const;
  const isImplicit = session.connection.secure === true;
  const isTaken = session.secure && !isImplicit && !session.cleared;
  if (!isImplicit) session.secure = session.certified = session.cleared = false;
  if (isTaken) changeLayer(session, "tls-stop", login);
  else enter(session, { name: "idle", login });
}

/** Ends the session: a running transfer is aborted, nothing is sent any more. */
export function closeSession(session: Session, reason: CloseReason): void {
  const { state } = session;
  if (state.name === "closed") return;
  if (state.name === "transfer") emit(session, { type: "transfer-abort", transfer: state.transfer });
  dropData(session);
  enter(session, { name: "closed", reason });
  session.queue = [];
  session.pending = undefined;
  emit(session, { type: "connection-close", reason });
}

/** The answer to a refused password, when its delay is over. */
export function answerRefusedLogin(session: Session): void {
  if (session.failures >= session.options.limits.loginFailures) {
    send(session, reply(421, "Too many failed logins."));
    closeSession(session, "login-failures");
    return;
  }
  enter(session, { name: "idle", login: { name: "unidentified" } });
  send(session, reply(530, "Login incorrect."));
}

/** A line has been read: it waits for its turn, only an ABOR takes effect at once (RFC 959 §4.1.3). */
export function enqueue(session: Session, line: QueuedLine): void {
  session.queue.push(line);
  if (!isAbort(line)) return;
  if (session.state.name === "transfer") abortTransfer(session);
  abortRequest(session);
}

/** Gives up the store's operation under way, if it is one that lasts, and waiting for a connection. */
export function abortRequest(session: Session): void {
  const { pending } = session;
  if (pending?.on === "store-request" && pending.abortable) emit(session, { type: "store-abort" });
  if (pending?.on === "data-establish") emit(session, { type: "data-close" });
}

/** What can take as long as a transfer, and is given up like one (RFC 959 §4.1.3, ABOR). */
const abortable: ReadonlySet<StoreRequest["operation"]> = new Set([
  "hash",
  "copy",
  "combine",
  "tree-size",
  "remove-tree",
]);

function isItsTurn(session: Session, line: QueuedLine): boolean {
  if (session.state.name !== "transfer") return session.state.name === "idle";
  if (session.querying || line.kind !== "command") return false;
  const { command } = line;
  if (commandRow(command.verb).during !== "at-once") return false;
  // STAT with a path is no question about the transfer (RFC 959 §4.1.3); ABOR's own answer comes behind the transfer's.
  if (command.verb === "STAT") return command.path === undefined;
  if (command.verb !== "ABOR") return true;
  abortTransfer(session);
  return false;
}

function answerLine(session: Session, line: QueuedLine): void {
  const verb =
    line.kind === "command" ? line.command.verb : line.kind === "fault" ? line.error.verb : undefined;
  emit(session, { type: "command", verb: verb ?? "", text: printable(redactLine(line.text)) });
  if (verb === undefined) {
    answerUnknown(session, line);
    return;
  }
  const login = loginOf(session);
  takeStep(session, verb, loginAfter(verb, login), stepOf(session, verb, login, line));
}

function stepOf(session: Session, verb: Verb, login: LoginState, line: QueuedLine): Step {
  const reason = whyNotOffered(verb, session);
  if (reason !== undefined) return answer(reply(502, reason));
  const verdict = verdictOn(verb, login.name, securityOf(session));
  if (verdict === 530) return answer(reply(530, "Log in with USER and PASS first."));
  if (verdict === 503) return answer(reply(503, `${verb} is out of sequence.`));
  if (line.kind === "command") return firstStep(line.command, session);
  // draft-bryan-ftp-range-08 §3: a range that is none takes the one before back.
  if (verb === "RANG") session.parameters.range = undefined;
  if (line.kind === "fault") return answer(reply(line.error.reply, faultText(line.error.message)));
  return answer(reply(500, "The line is too long."));
}

function answerUnknown(session: Session, line: QueuedLine): void {
  if (line.kind === "too-long") {
    send(session, reply(500, `A command line has at most ${session.options.limits.lineLength} bytes.`));
  } else if (session.options.quirks.closeOnForeignProtocol && foreign.test(line.text)) {
    send(session, reply(421, "This is an FTP server."));
    closeSession(session, "foreign-protocol");
  } else {
    send(session, reply(500, "Unknown command."));
  }
}

/** RFC 959 §4.1.3: RNTO must follow RNFR immediately, and CPTO CPFR; what may come at any moment does not come between. */
function loginAfter(verb: Verb, login: LoginState): LoginState {
  if ((login.name !== "rename" && login.name !== "copy") || commandRow(verb).during === "at-once")
    return login;
  return { name: "ready", user: login.user };
}

function refuseLogin(session: Session): void {
  session.failures++;
  const { failureDelay } = session.options.limits;
  if (failureDelay <= 0) {
    answerRefusedLogin(session);
    return;
  }
  enter(session, {
    name: "delaying",
    login: { name: "unidentified" },
    until: session.now + failureDelay,
  });
}

function isAbort(line: QueuedLine): boolean {
  return line.kind === "command" && line.command.verb === "ABOR";
}

/** The decoder's message without its code: it holds nothing that the client sent. */
function faultText(message: string): string {
  const text = message.slice(message.indexOf(": ") + 2);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\ud800-\udfff\u2028\u2029]/gu, "?");
}

/** First words of HTTP and SMTP: another protocol's client was led here to have its bytes reflected or obeyed. */
const foreign =
  /^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PRI|EHLO|HELO|LHLO|MAIL|RCPT|DATA|BDAT)(?: |$)/i;
