import { commandRow } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode } from "../data.ts";
import { type Core, enter, fail, refusal, settle } from "./core.ts";
import type { TransferOperation } from "./operation.ts";
import type { DataState, TransferState } from "./state.ts";

/** 1yz: the data connection is there or about to be. */
export function marked(core: Core, state: TransferState, reply: FtpReply): void {
  const next: TransferState = { ...state, wait: "transferring", mark: state.mark ?? reply };
  if (state.data.name === "ended" || state.data.name === "failed") dataOver(core, next);
  else if (state.data.name === "awaited") enter(core, next, core.settings.timeouts["data-open"]);
  else {
    enter(core, next);
    start(core, next);
  }
}

/**
 * Lets the bytes move when they may: those to come at once, because some servers send before their 150 and some
 * send no 150; those to go when the server has said that it takes them.
 */
export function start(core: Core, state: TransferState): void {
  const { data, wait } = state;
  if (data.name !== "open") {
    core.state = state;
    return;
  }
  const mayMove = directionOf(state.operation) === "receive" || wait !== "opening";
  if (isAsked(state) && mayMove) move(core, state, data);
  else {
    core.state = state;
    const { startWithoutMark } = core.settings;
    if (wait === "opening" && startWithoutMark > 0) core.timers.mark = core.now + startWithoutMark;
  }
}

/** TLS on a data connection begins once the transfer command was sent and the connection stands. */
export function secure(core: Core, state: TransferState): void {
  const { data } = state;
  const isPrivate = (core.facts.secure || core.facts.cleared) && core.settings.dataProtection === "private";
  if (isPrivate && isAsked(state) && data.name === "open") {
    core.effects.push({ type: "data-secure", transfer: data.transfer });
  }
}

/** Whether the transfer command was sent. */
function isAsked({ wait }: TransferState): boolean {
  return wait === "opening" || wait === "transferring" || wait === "draining";
}

export function move(
  core: Core,
  state: TransferState,
  data: Extract<DataState, { readonly name: "open" }>,
): void {
  core.timers.mark = undefined;
  // From now on the driver's stall clock watches the peer.
  core.timers.phase = undefined;
  core.state = { ...state, data: { ...data, name: "moving" } };
  core.facts.dataMode = data.mode;
  // What had to be tried before this one is tried after it from now on.
  for (const { mode } of state.attempts) core.facts.demotedModes.add(mode);
  core.facts.demotedModes.delete(data.mode);
  core.effects.push({
    type: "transfer-start",
    transfer: data.transfer,
    direction: directionOf(state.operation),
  });
}

/** The final 2yz. */
export function finalReply(core: Core, state: TransferState, reply: FtpReply): void {
  const confirmed: TransferState = { ...state, wait: "draining", final: reply };
  if (state.data.name === "ended") succeed(core, confirmed);
  else if (state.data.name === "failed") lost(core, confirmed);
  else if (state.data.name === "awaited") enter(core, confirmed, emptyTransferGrace);
  else {
    enter(core, confirmed);
    start(core, confirmed);
  }
}

/** A server that has said 226 has opened its data connection before, if it opened one at all. */
const emptyTransferGrace = 1000;

/** How long the server may take to say of itself that the data connection failed; ABOR then asks it. */
const failureGrace = 5000;

/** The data connection has come to its end. */
export function dataOver(core: Core, state: TransferState): void {
  const { conclude } = core.settings.timeouts;
  const limit = state.data.name === "failed" && conclude > 0 ? Math.min(conclude, failureGrace) : conclude;
  switch (state.wait) {
    case "opening":
      enter(core, state, limit);
      return;
    case "transferring":
      enter(core, { ...state, wait: "concluding" }, limit);
      return;
    case "draining":
      if (state.data.name === "failed") lost(core, state);
      else succeed(core, state);
      return;
    default:
      core.state = state;
  }
}

export function succeed(core: Core, state: TransferState): void {
  const { data, final, mark, noops } = state;
  if (data.name !== "ended" || final === undefined) return;
  settle(
    core,
    {
      ok: true,
      reply: final,
      transfer: { bytes: data.bytes, mode: data.mode, ...(mark === undefined ? {} : { mark }) },
    },
    noops,
  );
}

/** The data connection broke although the server is content: it cannot know what arrived. */
function lost(core: Core, state: TransferState): void {
  if (state.data.name === "failed") fail(core, state.data.error, state.noops);
}

/** The final 4yz or 5yz. */
export function refused(core: Core, state: TransferState, reply: FtpReply): void {
  const { data, mark, noops } = state;
  dropData(core, state);
  if (state.wait === "restart") core.facts.restartPending = false;
  if (data.name === "failed" && !(mark === undefined && isDropped(data, reply))) {
    const { error } = data;
    fail(core, refusal(core, error.code, reply, { cause: error, bytes: data.bytes, retryable: true }), noops);
    return;
  }
  const code =
    state.wait === "restart"
      ? "restart-refused"
      : reply.code === 425
        ? "data-open-failed"
        : reply.code === 426
          ? "data-lost"
          : mark === undefined
            ? "refused"
            : "transfer-failed";
  fail(core, refusal(core, code, reply, data.name === "ended" ? { bytes: data.bytes } : {}), noops);
}

/**
 * A server that refuses may close the data connection before it is heard: vsftpd for an EPSV behind, ProFTPD in the middle of
 * the TLS handshake. But 522 and others tell of TLS, and 550 of the file alone.
 */
function isDropped({ bytes, error }: Extract<DataState, { name: "failed" }>, { code }: FtpReply): boolean {
  if (bytes > 0) return false;
  return error.code === "data-lost" ? code >= 500 : error.code === "tls-failed" && code === 550;
}

export function dropData(core: Core, state: TransferState): TransferState {
  if ("transfer" in state.data) core.effects.push({ type: "data-close", transfer: state.data.transfer });
  return { ...state, data: { name: "none" } };
}

/** The mode of a data connection; PASV stands for one that was never asked for. */
export function modeOf(data: DataState): DataMode {
  return data.name === "none" ? "PASV" : data.mode;
}

function directionOf(operation: TransferOperation): "receive" | "send" {
  return commandRow(operation.command.verb).data === "to-server" ? "send" : "receive";
}
