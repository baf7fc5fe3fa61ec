import type { CommandOf } from "@longshore/ftp-command";
import type { Session } from "../session.ts";
import type { Step } from "../step.ts";
import { atPath } from "./path.ts";

/** RFC 959 §4.1.3; after REST, RFC 3659 §5. */
export function retrieve({ path }: CommandOf<"RETR">, session: Session): Step {
  const { type, restart } = session.parameters;
  return atPath(session, path, (file) => ({
    step: "transfer",
    what: { kind: "send-file", path: file, start: restart, representation: type },
  }));
}
