import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { dropData, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * RFC 959 §4.1.3. A transfer under way has been stopped, and its 426 sent, before this is reached; else there is
 * nothing to stop but a data connection that waits.
 */
export function abort(_: CommandOf<"ABOR">, session: Session): Step {
  dropData(session);
  return answer(reply(226, "Nothing is being transferred."));
}
