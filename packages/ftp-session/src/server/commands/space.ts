import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { StoreAnswer } from "../effect.ts";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** draft-peterson-streamlined-ftp-command-extensions: how many bytes can be stored there. */
export function availableSpace({ path }: CommandOf<"AVBL">, session: Session): Step {
  if (!featuresOf(session).freeSpace) return answer(reply(550, "How much space there is, is not known."));
  return atPath(session, path, (directory) => ask({ operation: "free-space", path: directory }, told));
}

/** draft-peterson-streamlined-ftp-command-extensions: the bytes of all files below a directory. */
export function directorySize({ path }: CommandOf<"DSIZ">, session: Session): Step {
  return atPath(session, path, (directory) =>
    ask({ operation: "tree-size", path: directory }, (result) =>
      result.result === "refused" && result.reason === "too-large"
        ? answer(reply(550, "The directory holds too many entries to be counted."))
        : told(result),
    ),
  );
}

function told(result: StoreAnswer): Step {
  if (result.result === "size") return answer(reply(213, String(result.size)));
  return answer(refusal(result.result === "refused" ? result.reason : "io"));
}
