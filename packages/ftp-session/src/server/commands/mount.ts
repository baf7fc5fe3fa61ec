import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** RFC 959 §4.1.1: another file system under the same login. There is one, so that what stands in it is mounted. */
export function structureMount({ path }: CommandOf<"SMNT">, session: Session): Step {
  return atPath(session, path, (directory) =>
    ask({ operation: "stat", path: directory }, (result) => {
      if (result.result === "refused") return answer(refusal(result.reason));
      if (result.result !== "stat" || result.stat.type !== "directory")
        return answer(refusal("not-a-directory"));
      return answer(reply(202, "It is mounted already, as all of the file system is."));
    }),
  );
}
