import {
  type CommandOf,
  millisecondsToTimeVal,
  type TimeVal,
  timeValToMilliseconds,
} from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** RFC 3659 §3, in UTC. With a time before the path it sets it: no RFC says so, FileZilla and rclone do. */
export function modificationTime({ path, time }: CommandOf<"MDTM">, session: Session): Step {
  if (time !== undefined) return setModified(session, path, time);
  return atPath(session, path, (file) =>
    ask({ operation: "stat", path: file }, (result) => {
      if (result.result === "refused") return answer(refusal(result.reason));
      if (result.result !== "stat" || result.stat.type === "directory")
        return answer(refusal("is-a-directory"));
      const { modified } = result.stat;
      if (modified === undefined || !isTellable(modified))
        return answer(reply(550, "The time of this file is not known."));
      return answer(reply(213, millisecondsToTimeVal(modified)));
    }),
  );
}

function setModified(session: Session, path: string, time: TimeVal): Step {
  const modified = timeValToMilliseconds(time);
  if (modified === undefined) return answer(reply(501, "There is no such time."));
  if (!featuresOf(session).setTimes) return answer(reply(550, "Times cannot be set here."));
  return atPath(session, path, (file) =>
    ask({ operation: "set-times", path: file, times: { modified } }, (result) =>
      answer(
        result.result === "refused" ? refusal(result.reason) : reply(213, `Modify=${time}; ${file.text}`),
      ),
    ),
  );
}

/** RFC 3659 §2.3 has four digits for the year. */
export function isTellable(modified: number): boolean {
  return modified >= Date.UTC(100, 0) && modified < Date.UTC(10_000, 0);
}
