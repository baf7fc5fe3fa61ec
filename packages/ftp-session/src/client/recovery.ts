import type { FtpReply } from "@longshore/ftp-reply";
import { encodeTelnetAbort } from "@longshore/nvt";
import { type Core, close, enter, refusal, send, settle } from "./core.ts";
import type { FtpError } from "./error.ts";
import type { ClientState, TransferState } from "./state.ts";
import type { ClientTarget } from "./table.ts";

type Recovering = Extract<ClientState, { readonly name: "recovering" }>;

/**
 * Gives a transfer up after its command was sent: the operation settles at once, the data connection is reset,
 * and the session is usable again when the replies to both commands are in (RFC 959 §4.1.3, ABOR).
 */
export function abortTransfer(core: Core, state: TransferState, error: FtpError): void {
  const { data, noops } = state;
  sendAbort(core);
  // After ABOR, so that a server which looks only at one of the two sees a transfer that was broken off.
  if ("transfer" in data) core.effects.push({ type: "data-close", transfer: data.transfer });
  awaitAbort(core, error, noops);
}

/** The same for a transfer between two servers, of which this side has no data connection. */
export function abortElsewhere(core: Core, error: FtpError): void {
  sendAbort(core);
  awaitAbort(core, error, 0);
}

function sendAbort(core: Core): void {
  if (core.settings.telnetSynch) {
    core.effects.push({ type: "command-send", bytes: encodeTelnetAbort(), text: "IAC IP IAC DM" });
  }
  send(core, { verb: "ABOR" });
}

function awaitAbort(core: Core, error: FtpError, owed: number): void {
  settle(core, { ok: false, error }, 1);
  if (core.state.name !== "closed") enter(core, { name: "recovering", wait: "aborting", owed });
}

/** `reply` belongs to an operation that was given up. */
export function recover(core: Core, state: Recovering, target: ClientTarget, reply: FtpReply): void {
  // NOOPs of the transfer's keepalive that were still unanswered.
  if (state.owed > 0 && reply.code === 200 && state.wait !== "discarding") {
    core.state = { ...state, owed: state.owed - 1 };
    return;
  }
  switch (target) {
    case "idle": {
      const owed = state.wait === "discarding" ? state.owed - 1 : state.owed;
      if (owed > 0) enter(core, { name: "recovering", wait: "discarding", owed });
      else enter(core, { name: "idle", wait: "idle" });
      return;
    }
    case "resync":
      if (state.wait !== "resync") resync(core, state);
      return;
    case "aborting":
    case "abort-reply":
    case "abort-transfer":
    case "discarding":
      if (state.wait !== target) enter(core, { ...state, wait: target });
      return;
    default:
      close(core, refusal(core, "desync", reply));
  }
}

/** Asks for a reply that cannot be mistaken, so that it is known when all older ones are in. */
export function resync(core: Core, state: Recovering): void {
  send(core, { verb: "NOOP" });
  enter(core, { ...state, wait: "resync" });
}
