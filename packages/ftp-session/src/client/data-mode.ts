import type { FtpReply } from "@longshore/ftp-reply";
import { passiveAddress } from "./address.ts";
import { dropAhead, sendAhead, takeAhead } from "./ahead.ts";
import { type Core, enter, errorAt, fail, send } from "./core.ts";
import type { FtpError } from "./error.ts";
import { keepAlive } from "./keep-alive.ts";
import { dropData, modeOf, secure, start } from "./moving.ts";
import type { DataState, TransferState } from "./state.ts";

/** The next data mode: passive ones are asked for, active ones begin with a listener here. */
export function next(core: Core, state: TransferState, last?: FtpError): void {
  const [mode, ...others] = state.modesLeft;
  if (mode === undefined) {
    const tries = state.attempts.map(({ mode, why }) => `${mode}: ${why}`).join("; ");
    const error = errorAt(core, "data-open-failed", tries === "" ? "no data mode fits" : tries);
    fail(core, last ?? error, state.noops);
    return;
  }
  const transfer = ++core.facts.transfers;
  const data: DataState = { name: "awaited", transfer, mode };
  const begun: TransferState = { ...state, modesLeft: others, data, mark: undefined };
  if (mode === "EPSV" || mode === "PASV") {
    listenPassive(core, { ...begun, wait: "passive" }, mode);
    return;
  }
  dropAhead(core);
  const family = core.facts.remote?.family ?? 4;
  core.effects.push({ type: "data-listen", transfer, family });
  enter(core, { ...begun, wait: "data-listening" });
}

function listenPassive(core: Core, state: TransferState, mode: "EPSV" | "PASV"): void {
  const told = mode === "EPSV" ? takeAhead(core) : dropAhead(core);
  if (told === undefined) send(core, { verb: mode });
  else core.command = mode;
  enter(core, state);
  if (told === undefined || told === "awaited") return;
  if (told.code >= 200 && told.code < 300) address(core, state, told);
  else next(core, tried(core, state, `answered "${core.transcript.textOf(told)}"`));
}

/** Notes why a mode did not do, and drops what there is of its data connection. */
export function tried(core: Core, state: TransferState, why: string): TransferState {
  const mode = modeOf(state.data);
  return { ...dropData(core, state), attempts: [...state.attempts, { mode, why }] };
}

/** The server told where it listens. */
export function address(core: Core, state: TransferState, reply: FtpReply): void {
  const result = passiveAddress(core, reply);
  if (!result.ok || state.data.name !== "awaited") {
    next(core, tried(core, state, result.ok ? "nothing was asked" : result.message));
    return;
  }
  core.effects.push({
    type: "data-connect",
    transfer: state.data.transfer,
    address: result.address,
  });
  enter(core, { ...state, wait: "data-connecting" });
}

/** REST only where it is needed (RFC 3659 §5.3), and to take back one that no transfer has used. */
export function position(core: Core, state: TransferState): void {
  const { restart = 0 } = state.operation;
  if (restart === 0 && !core.facts.restartPending) {
    open(core, state);
    return;
  }
  core.facts.restartPending = true;
  send(core, { verb: "REST", offset: restart });
  enter(core, { ...state, wait: "restart" });
}

/** Sends the transfer command, behind ALLO where that is wanted: a server forgets it with each try. What comes over an open data connection is taken from now on. */
export function open(core: Core, state: TransferState): void {
  if (state.data.name === "failed") {
    next(core, tried(core, state, state.data.error.reason));
    return;
  }
  const { command, allocate, ahead = false } = state.operation;
  if (allocate !== undefined && state.wait !== "allocate") {
    send(core, { verb: "ALLO", size: allocate });
    enter(core, { ...state, wait: "allocate" });
    return;
  }
  core.facts.restartPending = false;
  send(core, command);
  if (ahead && command.verb === "RETR" && core.facts.pipelining === "during") sendAhead(core);
  const opening: TransferState = { ...state, wait: "opening" };
  enter(core, opening);
  keepAlive(core);
  secure(core, opening);
  start(core, opening);
}
