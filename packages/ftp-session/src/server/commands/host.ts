import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * RFC 7151 §3: before USER only; the last HOST counts, so that one which is refused leaves the one before it. It
 * outlives AUTH, which needs it to choose the certificate (§3.2.2, §4), and ends with REIN (§3.2.1).
 */
export function host({ host: name }: CommandOf<"HOST">, session: Session): Step {
  return {
    step: "select-host",
    host: name.toLowerCase(),
    next: (completion) => {
      if (completion.type === "host-selected") {
        session.host = completion.host;
        return answer(reply(220, ...(completion.host.greeting ?? ["This is the host."])));
      }
      if (completion.reason === "unknown") return answer(reply(504, "There is no such host here."));
      const later = reply(421, "The host is not available now, try again later.");
      return { step: "close", reply: later, reason: "host-unavailable" };
    },
  };
}
