import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { atPath, whenDone } from "./path.ts";

/** RFC 959 §4.1.3: what is not in the table under a name of its own. */
export function site({ text }: CommandOf<"SITE">): Step {
  return text === undefined
    ? answer(reply(501, "SITE wants a command; SITE HELP lists them."))
    : answer(reply(500, "Unknown SITE command; SITE HELP lists them."));
}

/** By custom, since WU-FTPD. */
export function changeMode({ path, permissions }: CommandOf<"SITE CHMOD">, session: Session): Step {
  if (!featuresOf(session).setMode) return answer(reply(550, "Permissions cannot be set here."));
  return atPath(session, path, (object) =>
    ask(
      { operation: "set-mode", path: object, mode: permissions },
      whenDone(reply(200, "Permissions changed.")),
    ),
  );
}
