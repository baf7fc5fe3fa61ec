import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { atPath } from "./path.ts";

/** RFC 959 §4.1.3; after REST, RFC 3659 §5; after RANG, draft-bryan-ftp-range-08 §4.3. */
export function retrieve({ path }: CommandOf<"RETR">, session: Session): Step {
  const { type, restart, range } = session.parameters;
  if (range !== undefined && type === "ascii") {
    session.parameters.range = undefined;
    return answer(reply(554, "A range is of the bytes of the file: send TYPE I."));
  }
  const { start, ...end } = range ?? { start: restart };
  return atPath(session, path, (file) => ({
    step: "transfer",
    what: { kind: "send-file", path: file, start, ...end, representation: type },
  }));
}
