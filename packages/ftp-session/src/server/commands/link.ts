import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { atPath, whenDone } from "./path.ts";

/** As ProFTPD has it: both paths are seen from the working directory, so that the link never leads out of the store. */
export function makeLink({ target, path }: CommandOf<"SITE SYMLINK">, session: Session): Step {
  if (!featuresOf(session).makeLink) return answer(reply(550, "Links cannot be made here."));
  return atPath(session, target, (there) =>
    atPath(session, path, (link) =>
      ask({ operation: "make-link", path: link, target: there }, whenDone(reply(200, "The link is made."))),
    ),
  );
}
