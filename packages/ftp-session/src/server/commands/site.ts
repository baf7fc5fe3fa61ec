import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { answer, type Step } from "../step.ts";

/** RFC 959 §4.1.3: what is not in the table under a name of its own. */
export function site({ text }: CommandOf<"SITE">): Step {
  return text === undefined
    ? answer(reply(501, "SITE wants a command; SITE HELP lists them."))
    : answer(reply(500, "Unknown SITE command; SITE HELP lists them."));
}
