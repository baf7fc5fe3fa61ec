import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** WU-FTPD: how long the session may be silent, told or chosen within bounds. */
export function idle({ seconds }: CommandOf<"SITE IDLE">, session: Session): Step {
  const { idleTimeout, idleMaximum } = session.options.limits;
  const current = session.idleTimeout ?? idleTimeout;
  const most = Math.floor(Math.max(idleMaximum, idleTimeout) / 1000);
  if (seconds === undefined) {
    const now = current > 0 ? `${Math.round(current / 1000)} seconds` : "unlimited";
    return answer(reply(200, `The idle time is ${now}; at most ${most} can be chosen.`));
  }
  const least = Math.min(30, most);
  if (seconds < least || seconds > most)
    return answer(reply(501, `The idle time is ${least} to ${most} seconds.`));
  session.idleTimeout = seconds * 1000;
  return answer(reply(200, `The idle time is ${seconds} seconds now.`));
}
