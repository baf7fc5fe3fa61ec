import type { FileStoreErrorKind } from "@longshore/file-store";
import type { Verb } from "@longshore/ftp-command";
import { type FtpReply, reply } from "@longshore/ftp-reply";
import type { TransferFailure } from "../data.ts";
import type { DataFailure, ServerCompletion, Transfer } from "./effect.ts";
import { type DataChannel, emit, enter, isUnderWay, type Session, send, tlsOf } from "./session.ts";
import type { LoginState, ServerState, TransferPhase } from "./state.ts";
import { refusal } from "./store-error.ts";

type TransferCompletion = Extract<ServerCompletion, { readonly transfer: number }>;
type TransferState = Extract<ServerState, { readonly name: "transfer" }>;

/**
 * A transfer begins: the store is asked first, so that a refusal needs no data connection. REST and ALLO are
 * spent by it, whatever becomes of it (RFC 959 §4.1.3); PORT or PASV only when a connection is tried.
 */
export function beginTransfer(session: Session, verb: Verb, login: LoginState, what: Transfer): void {
  session.parameters.restart = 0;
  session.parameters.range = undefined;
  session.parameters.allocated = undefined;
  const refused = refuseChannel(session);
  if (refused !== undefined) {
    enter(session, { name: "idle", login });
    send(session, refused);
    return;
  }
  const transfer = ++session.transfers;
  enter(session, { name: "transfer", login, verb, transfer, what, phase: "opening", since: session.now });
  emit(session, { type: "transfer-start", transfer, what });
}

/** What the driver has to say about the transfer that is under way. */
export function completeTransfer(session: Session, completion: TransferCompletion): void {
  const { state } = session;
  if (state.name !== "transfer" || completion.transfer !== state.transfer) return;
  switch (completion.type) {
    case "transfer-ready":
      if (state.phase === "opening") openChannel(session, state, completion);
      return;
    case "transfer-refused":
      if (state.phase === "opening" || state.phase === "aborting") {
        finish(
          session,
          state,
          state.phase === "aborting" ? aborted() : refusedReply(state, completion.reason),
        );
      }
      return;
    case "data-open":
      if (state.phase === "connecting") enterPhase(session, state, "moving");
      return;
    case "data-failed":
      if (state.phase === "connecting" || state.phase === "aborting") {
        emit(session, { type: "data-close" });
        finish(
          session,
          state,
          state.phase === "aborting" ? aborted() : dataFailureReplies[completion.reason],
        );
      }
      return;
    case "transfer-done":
      finish(session, state, reply(226, `Transfer complete: ${completion.bytes} bytes.`));
      return;
    case "transfer-failed":
      finish(session, state, state.phase === "aborting" ? aborted() : failureReply(completion.reason));
      return;
    case "transfer-progress":
      if (!session.querying) return;
      session.querying = false;
      send(session, progressReply(state, completion.bytes));
      return;
  }
}

/** ABOR: the driver stops; its word that it has ends the transfer (RFC 959 §4.1.3). */
export function abortTransfer(session: Session): void {
  const { state } = session;
  if (state.name !== "transfer" || state.phase === "aborting") return;
  enterPhase(session, state, "aborting");
  emit(session, { type: "transfer-abort", transfer: state.transfer });
}

/** Nobody connected in time. What the driver still says about this transfer is passed over. */
export function expireConnection(session: Session): void {
  const { state } = session;
  if (state.name !== "transfer" || state.phase !== "connecting") return;
  emit(session, { type: "transfer-abort", transfer: state.transfer });
  emit(session, { type: "data-close" });
  finish(session, state, dataFailureReplies.timeout);
}

/** Why the data connection cannot be had as things stand, before the store is troubled. */
function refuseChannel(session: Session): FtpReply | undefined {
  const { connection, options, parameters, secure, ended } = session;
  // RFC 4217 §10.2
  if (tlsOf(session) === "required" && !(secure && parameters.protection === "private")) {
    return reply(521, "Data connections must be protected: send PROT P first.");
  }
  if (parameters.data.kind !== "default") return undefined;
  if (parameters.extendedPassiveOnly || !options.dataModes.active)
    return reply(425, "Send EPSV or PASV first.");
  // RFC 959 §3.2: without PORT, the data port is the one from which the control connection comes. RFC 2577 §3.
  if (connection.remote.port < 1024 || ended) return reply(425, "Send PASV or PORT first.");
  return undefined;
}

/** The store has what was asked for: 150, and the data connection. What PORT or PASV set up is used up. */
function openChannel(
  session: Session,
  state: TransferState,
  { size, name }: { readonly size?: number; readonly name?: string },
): void {
  const { connection, parameters } = session;
  const { transfer } = state;
  const channel: DataChannel = parameters.data;
  parameters.data = { kind: "default" };
  send(session, openingReply(state.what, size, name));
  enterPhase(session, state, "connecting");
  if (isUnderWay(channel)) {
    emit(session, { type: "data-accept", transfer });
    return;
  }
  const address = channel.kind === "active" ? channel.address : connection.remote;
  const { protection, secureClient } = parameters;
  const role = secureClient ? "client" : "server";
  emit(session, { type: "data-connect", transfer, address, protection, role });
}

function finish(session: Session, state: TransferState, final: FtpReply): void {
  enter(session, { name: "idle", login: state.login });
  send(session, final);
  if (!session.querying) return;
  session.querying = false;
  send(session, reply(211, "The transfer has just ended."));
}

function enterPhase(session: Session, state: TransferState, phase: TransferPhase): void {
  enter(session, { ...state, phase, since: session.now });
}

/** `(N bytes)` at the end is where clients read the size; STOU's form is RFC 1123 §4.1.2.9's. */
function openingReply(what: Transfer, size: number | undefined, name: string | undefined): FtpReply {
  if (what.kind === "receive-file" && what.mode === "unique") return reply(150, `FILE: ${name ?? ""}`);
  const type = what.kind === "send-file" && what.representation === "image" ? "BINARY" : "ASCII";
  if (what.kind === "receive-file") return reply(150, "Send the file.");
  if (what.kind !== "send-file") return reply(150, "Here comes the listing.");
  const tail = size === undefined ? "" : ` (${size} bytes)`;
  return reply(150, `Opening ${type} mode data connection${tail}`);
}

function refusedReply(state: TransferState, reason: FileStoreErrorKind | "restart-beyond-end"): FtpReply {
  if (reason === "restart-beyond-end") return reply(554, "The file is shorter than REST said.");
  // RFC 3659 §7.2.1: a file has no MLSD.
  if (reason === "not-a-directory" && state.what.kind === "send-facts") return reply(501, "Not a directory.");
  return refusal(reason, state.what.kind === "receive-file" ? "making" : "code");
}

function failureReply(reason: TransferFailure | FileStoreErrorKind): FtpReply {
  switch (reason) {
    case "reset":
      return reply(426, "The data connection broke; the transfer is void.");
    case "truncated":
      return reply(426, "TLS ended without close_notify; the transfer is void.");
    case "stalled":
      return reply(426, "Nothing moved for too long; the transfer is void.");
    case "aborted":
      return aborted();
    default:
      return refusal(reason, "moving");
  }
}

function aborted(): FtpReply {
  return reply(426, "Transfer aborted.");
}

/** RFC 959 §5.4: 425. RFC 4217 §10.2: 522 where TLS is the reason. */
export const dataFailureReplies: Readonly<Record<DataFailure, FtpReply>> = {
  timeout: reply(425, "No data connection came in time."),
  refused: reply(425, "The data connection was refused."),
  unreachable: reply(425, "The address for the data connection cannot be reached."),
  "no-listener": reply(425, "Send PASV or PORT first."),
  tls: reply(522, "The TLS handshake of the data connection failed."),
  "tls-not-resumed": reply(522, "The data connection must resume the TLS session of the control connection."),
};

function progressReply({ what, phase }: TransferState, bytes: number): FtpReply {
  const direction = what.kind === "receive-file" ? "received" : "sent";
  const doing = phase === "moving" ? `${bytes} bytes ${direction}.` : `The transfer is ${phase}.`;
  return reply(211, doing);
}
