import type { CommandOf } from "@longshore/ftp-command";
import { formatFactLine } from "@longshore/ftp-listing";
import { reply } from "@longshore/ftp-reply";
import { permissionsOf } from "../facts.ts";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** RFC 3659 §7. */
export function machineListDirectory({ path }: CommandOf<"MLSD">, session: Session): Step {
  return atPath(session, path, (directory) => ({
    step: "transfer",
    what: { kind: "send-facts", path: directory, facts: session.parameters.facts },
  }));
}

/** RFC 3659 §7.2: one line of facts, led by a blank, with the whole path as its name. */
export function machineList({ path }: CommandOf<"MLST">, session: Session): Step {
  return atPath(session, path, (object) =>
    ask({ operation: "stat", path: object }, (result) => {
      if (result.result === "refused") return answer(refusal(result.reason));
      if (result.result !== "stat") return answer(refusal("io"));
      const perm = permissionsOf(result.stat.type, featuresOf(session), result.rights);
      const line = formatFactLine({ ...result.stat, name: object.text }, session.parameters.facts, { perm });
      return answer(reply(250, "Listing:", ` ${line}`, "End"));
    }),
  );
}
