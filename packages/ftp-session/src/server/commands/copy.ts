import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { loginOf, type Session, userOf } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath, whenDone } from "./path.ts";

/** ProFTPD's way to copy, which WinSCP takes: a file, named in two steps like RNFR and RNTO. */
export function copyFrom({ path }: CommandOf<"SITE CPFR">, session: Session): Step {
  const user = userOf(session);
  if (user === undefined) return answer(reply(530, "Log in first."));
  return atPath(session, path, (from) =>
    ask({ operation: "stat", path: from }, (result) => {
      if (result.result === "refused") return answer(refusal(result.reason));
      if (result.result !== "stat" || result.stat.type === "directory")
        return answer(reply(550, "Only files can be copied."));
      return answer(reply(350, "Send SITE CPTO."), { name: "copy", user, from });
    }),
  );
}

/** What file stands under the new name is replaced when the copy is whole. */
export function copyTo({ path }: CommandOf<"SITE CPTO">, session: Session): Step {
  const login = loginOf(session);
  if (login.name !== "copy") return answer(reply(503, "Send SITE CPFR first."));
  return atPath(session, path, (to) =>
    ask({ operation: "copy", path: login.from, to }, whenDone(reply(250, "Copied."))),
  );
}
