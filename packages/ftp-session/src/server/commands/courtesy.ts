import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** RFC 959 §4.1.3: the first word tells clients which form LIST has, the rest that bytes have 8 bits. */
export function system(_: CommandOf<"SYST">, session: Session): Step {
  return answer(reply(215, session.options.system));
}

/** RFC 959 §4.1.3; it keeps the session from idling. */
export function noop(): Step {
  return answer(reply(200, "Still here."));
}

/** draft-peterson-streamlined-ftp-command-extensions: client and server say what they are; versions are nobody's business. */
export function clientIdentification(_: CommandOf<"CSID">, session: Session): Step {
  const { caseSensitive } = featuresOf(session).capabilities;
  return answer(reply(200, `Name=Longshore;CaseSensitive=${caseSensitive ? 1 : 0};DirSep=/;`));
}

/** By custom: a client says its name. */
export function client(): Step {
  return answer(reply(200, "Noted."));
}
