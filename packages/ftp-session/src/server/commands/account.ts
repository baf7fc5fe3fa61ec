import { reply } from "@longshore/ftp-reply";
import { answer, type Step } from "../step.ts";

/** RFC 959 §4.1.1: who is logged in has been granted everything already. */
export function account(): Step {
  return answer(reply(202, "No account is needed."));
}
