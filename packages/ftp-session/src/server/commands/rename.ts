import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { loginOf, type Session, userOf } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath, whenDone } from "./path.ts";

/** RFC 959 §4.1.3. */
export function renameFrom({ path }: CommandOf<"RNFR">, session: Session): Step {
  const user = userOf(session);
  if (user === undefined) return answer(reply(530, "Log in first."));
  return atPath(session, path, (from) =>
    ask({ operation: "stat", path: from }, (result) =>
      result.result === "refused"
        ? answer(refusal(result.reason))
        : answer(reply(350, "Send RNTO."), { name: "rename", user, from }),
    ),
  );
}

/** RFC 959 §4.1.3: what stands under the new name is replaced, as rename(2) does. */
export function renameTo({ path }: CommandOf<"RNTO">, session: Session): Step {
  const login = loginOf(session);
  if (login.name !== "rename") return answer(reply(503, "Send RNFR first."));
  return atPath(
    session,
    path,
    (to) => ask({ operation: "rename", path: login.from, to }, whenDone(reply(250, "Renamed."), "making")),
    "making",
  );
}
