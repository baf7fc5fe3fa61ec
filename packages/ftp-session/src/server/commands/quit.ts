import { reply } from "@longshore/ftp-reply";
import type { Step } from "../step.ts";

/** RFC 959 §4.1.1: a running transfer is completed first, which the queue sees to. */
export function quit(): Step {
  return { step: "close", reply: reply(221, "Goodbye."), reason: "quit" };
}
