import type { FtpReply } from "@longshore/ftp-reply";
import { type Core, send } from "./core.ts";
import type { TransferState } from "./state.ts";

/** Starts the clock of the transfer's NOOPs (`transferKeepAlive`). */
export function keepAlive(core: Core): void {
  const { transferKeepAlive } = core.settings;
  if (transferKeepAlive > 0) core.timers.keepAlive = core.now + transferKeepAlive;
}

/** Sends a NOOP while data moves; its reply may come before or after the transfer's. */
export function sendKeepAlive(core: Core, state: TransferState): void {
  keepAlive(core);
  if (state.data.name !== "moving" || (state.wait !== "transferring" && state.wait !== "opening")) return;
  const { command } = core;
  send(core, { verb: "NOOP" });
  core.command = command;
  core.state = { ...state, noops: state.noops + 1 };
}

/** Whether `reply` answers a NOOP of the keepalive: no transfer ends with 200, or with "unknown command" after its 1yz. */
export function answersKeepAlive(state: TransferState, reply: FtpReply): boolean {
  if (state.noops === 0) return false;
  return reply.code === 200 || (state.mark !== undefined && reply.code >= 500 && reply.code <= 503);
}
