import { type CommandOf, timeValToMilliseconds } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { atPath, whenDone } from "./path.ts";

/**
 * NcFTPd's form, which lftp and NcFTP send, and ProFTPD's with one time. The time of creation is passed over where it
 * cannot be set: no such client asks for more than the other two.
 */
export function setFileTimes(command: CommandOf<"SITE UTIME">, session: Session): Step {
  const { setTimes, setCreated } = featuresOf(session);
  if (!setTimes) return answer(reply(550, "Times cannot be set here."));
  const modified = timeValToMilliseconds(command.modified);
  if (modified === undefined) return answer(noSuchTime);
  let times = { modified };
  if ("accessed" in command) {
    const accessed = timeValToMilliseconds(command.accessed);
    const created = timeValToMilliseconds(command.created);
    if (accessed === undefined || created === undefined) return answer(noSuchTime);
    times = { modified, accessed, ...(setCreated ? { created } : {}) } as typeof times;
  }
  return atPath(session, command.path, (path) =>
    ask({ operation: "set-times", path, times }, whenDone(reply(200, "The times are set."))),
  );
}

const noSuchTime = reply(501, "There is no such time.");
