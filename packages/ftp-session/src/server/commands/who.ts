import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** ProFTPD, glFTPd: who is there, as far as the policy lets it be told; never an address or a path. */
export function who(_: CommandOf<"SITE WHO">, session: Session): Step {
  const { who: scope, limits } = session.options;
  if (scope === "off") return answer(reply(502, "Not offered here."));
  return {
    step: "ask-sessions",
    scope,
    next: (sessions) => {
      const lines = sessions.slice(0, limits.statusEntries).map(({ user, seconds, verb, own }) => {
        const doing = verb === "" ? "idle" : verb;
        return ` ${printable(user)} ${seconds}s ${doing}${own ? " (this session)" : ""}`;
      });
      return answer(reply(200, "Sessions:", ...lines, `${sessions.length} in all.`));
    },
  };
}

function printable(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, "?").slice(0, 64);
}
