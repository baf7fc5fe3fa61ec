import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { dropData, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { listenForData } from "./passive.ts";

/**
 * RaidenFTPD's way to have TLS between two servers (FXP): both are servers by RFC 4217 §7, so that one of them is told to
 * be the client of the handshake, on all data connections until SSCN OFF.
 */
export function secureClient({ state }: CommandOf<"SSCN">, session: Session): Step {
  const { parameters } = session;
  if (state !== undefined) {
    if (parameters.secureClient !== (state === "ON")) dropData(session);
    parameters.secureClient = state === "ON";
  }
  return answer(reply(200, `SSCN:${parameters.secureClient ? "CLIENT" : "SERVER"} METHOD`));
}

/** glFTPd's way: PASV for one transfer, on which this server is the client of the handshake. */
export function clientPassive(_: CommandOf<"CPSV">, session: Session): Step {
  return listenForData(session, "client");
}
