import type { FtpReply } from "@longshore/ftp-reply";
import { activeCommand, orderedModes } from "./address.ts";
import { askForRepresentation, type Core, enter, errorAt, fail, lineOf, refusal, send } from "./core.ts";
import { address, next, open, position, tried } from "./data-mode.ts";
import type { ClientEvent } from "./effect.ts";
import type { FtpError } from "./error.ts";
import {
  dataOver,
  dropData,
  finalReply,
  marked,
  modeOf,
  move,
  refused,
  secure,
  start,
  succeed,
} from "./moving.ts";
import type { TransferOperation } from "./operation.ts";
import { abortTransfer } from "./recovery.ts";
import type { TransferState } from "./state.ts";
import { type ClientTarget, targetOfEvent } from "./table.ts";

type DataEvent = Extract<ClientEvent, { readonly transfer: number }>;

export function beginTransfer(core: Core, operation: TransferOperation): void {
  lineOf(core, operation.command);
  const state: TransferState = {
    name: "transfer",
    wait: "representation",
    operation,
    data: { name: "none" },
    modesLeft: orderedModes(core, operation.dataModes),
    attempts: [],
    mark: undefined,
    final: undefined,
    noops: 0,
  };
  if (askForRepresentation(core, operation.representation)) enter(core, state);
  else next(core, state);
}

/** A reply came during a transfer; `target` is where the table says it leads. */
export function transferReply(core: Core, state: TransferState, target: ClientTarget, reply: FtpReply): void {
  switch (target) {
    case "typed":
      core.facts.representation = state.operation.representation;
      next(core, state);
      return;
    case "next":
      next(core, tried(core, state, `answered "${core.transcript.textOf(reply)}"`));
      return;
    case "addressed":
      address(core, state, reply);
      return;
    case "positioned":
      position(core, state);
      return;
    case "opening":
      open(core, state);
      return;
    case "transferring":
      marked(core, state, reply);
      return;
    case "concluding":
      core.state = { ...state, mark: state.mark ?? reply };
      return;
    case "ended":
      finalReply(core, state, reply);
      return;
    case "fallback":
      if (state.data.name === "awaited" || state.data.name === "open") {
        next(
          core,
          tried(core, state, `answered "${core.transcript.textOf(reply)}"`),
          refusal(core, "data-open-failed", reply),
        );
      } else refused(core, state, reply);
      return;
    default:
      refused(core, state, reply);
  }
}

/** The driver reported something about the data connection. */
export function transferEvent(core: Core, state: TransferState, event: DataEvent): void {
  if (!("transfer" in state.data) || event.transfer !== state.data.transfer) return;
  const { mode } = state.data;
  const target = targetOfEvent(state.wait, event.type);
  switch (event.type) {
    case "data-listening": {
      if (target !== "port") return;
      send(core, activeCommand(mode, event.address));
      enter(core, { ...state, wait: "port" });
      return;
    }
    case "data-listen-failed":
      next(core, tried(core, state, event.message));
      return;
    case "data-open": {
      const opened: TransferState = { ...state, data: { ...state.data, name: "open" } };
      if (target === "positioned") position(core, opened);
      else {
        secure(core, opened);
        start(core, opened);
      }
      return;
    }
    case "data-failed": {
      if (target === "next") {
        next(core, tried(core, state, event.message));
        return;
      }
      const error = errorAt(core, "data-open-failed", event.message, causeOf(event));
      dataOver(core, { ...state, data: { name: "failed", mode, bytes: 0, error } });
      return;
    }
    case "transfer-done":
      dataOver(core, { ...state, data: { name: "ended", mode, bytes: event.bytes } });
      return;
    case "transfer-failed": {
      const code = event.reason === "store" ? "local" : event.reason === "stalled" ? "timeout" : "data-lost";
      const error = errorAt(core, event.reason === "tls" ? "tls-failed" : code, event.message, {
        bytes: event.bytes,
        ...causeOf(event),
      });
      // The server does not know that this side gave up; of a broken connection it will speak itself.
      if (
        state.wait !== "draining" &&
        (code === "local" || code === "timeout" || event.reason === "aborted")
      ) {
        abortTransfer(core, state, error);
      } else dataOver(core, { ...state, data: { name: "failed", mode, bytes: event.bytes, error } });
    }
  }
}

/** A clock ran out during a transfer. */
export function transferExpired(core: Core, state: TransferState, target: ClientTarget): void {
  if (target === "next") {
    next(core, tried(core, state, "nothing answered in time"));
  } else if (target === "settled") {
    // 226 without a data connection: there was nothing to send.
    succeed(core, { ...dropData(core, state), data: { name: "ended", mode: modeOf(state.data), bytes: 0 } });
  } else {
    // A server that takes PORT and then cannot connect: the next transfer begins with another mode.
    if (state.data.name === "awaited") core.facts.demotedModes.add(state.data.mode);
    abortTransfer(core, state, expiryError(core, state));
  }
}

function expiryError(core: Core, { data }: TransferState): FtpError {
  if (data.name === "failed") return data.error;
  if (data.name === "awaited") {
    return errorAt(core, "data-open-failed", "the server did not open the data connection");
  }
  return errorAt(core, "timeout", `no reply to ${core.command ?? "the transfer"} in time`);
}

/** An upload whose server says nothing starts all the same (`quirks.startWithoutMark`). */
export function startUnmarked(core: Core, state: TransferState): void {
  if (state.data.name === "open") move(core, state, state.data);
}

/** Gives the transfer up, wherever it stands. */
export function giveUp(core: Core, state: TransferState, error: FtpError): void {
  switch (state.wait) {
    case "opening":
    case "transferring":
    case "concluding":
      abortTransfer(core, state, error);
      return;
    case "draining":
      dropData(core, state);
      fail(core, error, state.noops);
      return;
    case "data-connecting":
    case "data-listening":
      dropData(core, state);
      fail(core, error);
      return;
    default:
      dropData(core, state);
      fail(core, error, 1);
  }
}

function causeOf(event: { readonly cause?: unknown }): { readonly cause?: unknown } {
  return event.cause === undefined ? {} : { cause: event.cause };
}
