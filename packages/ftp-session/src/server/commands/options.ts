import type { CommandOf } from "@longshore/ftp-command";
import { formatFactSelection, parseFactSelection } from "@longshore/ftp-listing";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** RFC 2389 §4: for a command that has no options. */
export function options(): Step {
  return answer(reply(501, "This command has no options here."));
}

/** RFC 2640 §3.1 has UTF-8 without being asked; clients ask all the same, also before they log in. */
export function utf8Option({ state }: CommandOf<"OPTS UTF8">): Step {
  return state === "OFF" ? answer(reply(504, "UTF-8 is always on.")) : answer(reply(200, "UTF-8 is on."));
}

/** draft-preston-ftpext-deflate: for a mode that is not offered. */
export function modeOption(): Step {
  return answer(reply(504, "Only MODE S is offered."));
}

/** RFC 3659 §7.9. */
export function factOption({ facts }: CommandOf<"OPTS MLST">, session: Session): Step {
  const selected = parseFactSelection(facts.join(";"));
  if (selected === undefined) return answer(reply(501, "The syntax is: OPTS MLST fact;fact;"));
  session.parameters.facts = selected;
  return answer(reply(200, formatFactSelection(selected)));
}
