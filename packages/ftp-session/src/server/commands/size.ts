import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** RFC 3659 §4: as many bytes as RETR would transfer now, so that in ASCII they have to be counted. */
export function size({ path }: CommandOf<"SIZE">, session: Session): Step {
  const representation = session.parameters.type;
  return atPath(session, path, (file) =>
    ask({ operation: "size", path: file, representation }, (result) => {
      if (result.result === "size") return answer(reply(213, String(result.size)));
      if (result.result !== "refused") return answer(refusal("io"));
      if (result.reason === "too-large") {
        return answer(reply(550, "The file is too large to be counted as ASCII: send TYPE I."));
      }
      return answer(refusal(result.reason));
    }),
  );
}
