import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * RFC 959 §4.1.1: everything as after the greeting; a transfer is completed first, which the queue sees to.
 * RFC 4217 §13 has TLS end with it; the connection cannot be had back from TLS here, so that it is refused there
 * (RFC 959 §5.4 allows 502) rather than left half done.
 */
export function reinitialize(_: CommandOf<"REIN">, session: Session): Step {
  if (session.secure) return answer(reply(502, "Not inside TLS: connect anew."));
  return { step: "reinitialize", reply: reply(220, ...session.options.greeting) };
}
