import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import type { Step } from "../step.ts";

/**
 * RFC 959 §4.1.1: everything as after the greeting; a transfer is completed first, which the queue sees to. Inside TLS the
 * policy refuses it.
 */
export function reinitialize(_: CommandOf<"REIN">, session: Session): Step {
  return { step: "reinitialize", reply: reply(220, ...session.options.greeting) };
}
