import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { type Session, userOf } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/**
 * RFC 959 §4.1.3: without a path, how the session stands, or how far the transfer under way is; with one, LIST over
 * the control connection.
 */
export function status({ path }: CommandOf<"STAT">, session: Session): Step {
  if (path !== undefined) return listed(session, path);
  if (session.state.name === "transfer") return { step: "query" };
  const { type, data, protection, extendedPassiveOnly } = session.parameters;
  const user = userOf(session);
  return answer(
    reply(
      211,
      "Status:",
      ` Logged in ${user === undefined ? "as nobody" : user.anonymous ? "anonymously" : "by name"}.`,
      ` TYPE: ${type === "ascii" ? "ASCII, FORM: non-print" : "image"}; STRU: file; MODE: stream.`,
      ` Control connection: ${session.secure ? "TLS" : "clear"}; data connections: ${protection}.`,
      ` Next data connection: ${data.kind}${extendedPassiveOnly ? ", EPSV ALL" : ""}.`,
      "End",
    ),
  );
}

function listed(session: Session, text: string): Step {
  const limit = session.options.limits.statusEntries;
  return atPath(session, text, (path) =>
    ask({ operation: "lines", path, limit }, (result) => {
      if (result.result === "refused") return answer(refusal(result.reason));
      if (result.result !== "lines") return answer(refusal("io"));
      const end = result.more ? `End; only the first ${limit} are shown.` : "End";
      return answer(reply(result.directory ? 212 : 213, "Status:", ...result.lines, end));
    }),
  );
}
