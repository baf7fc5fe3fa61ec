import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import type { Step } from "../step.ts";

/**
 * RFC 959 §4.1.1: everything as after the greeting; a transfer is completed first, which the queue sees to. TLS that
 * came with AUTH ends behind the reply (RFC 4217 §13), a virtual host counts no more (RFC 7151 §3.2.1).
 */
export function reinitialize(_: CommandOf<"REIN">, { options, firstHost }: Session): Step {
  return { step: "reinitialize", reply: reply(220, ...(firstHost?.greeting ?? options.greeting)) };
}
