import type { CommandOf } from "@longshore/ftp-command";
import { splitListFlags } from "@longshore/ftp-command";
import type { Session } from "../session.ts";
import { ask, type Step } from "../step.ts";
import { atPath } from "./path.ts";

/** RFC 959 §4.1.3. */
export function list({ path }: CommandOf<"LIST">, session: Session): Step {
  return withoutFlags(session, path, (argument) => transfer(session, "send-list", argument));
}

/** RFC 959 §4.1.3, RFC 1123 §4.1.2.7: path names that can be used as they are. */
export function nameList({ path }: CommandOf<"NLST">, session: Session): Step {
  return withoutFlags(session, path, (argument) => transfer(session, "send-names", argument));
}

/** Clients send `-la` and the like as to `ls`, although FTP knows no flags: they are passed over unless such a file exists. */
function withoutFlags(
  session: Session,
  text: string | undefined,
  then: (argument: string | undefined) => Step,
): Step {
  if (text === undefined) return then(undefined);
  const { flags, path } = splitListFlags(text);
  if (flags === "") return then(text);
  return atPath(session, text, (named) =>
    ask({ operation: "stat", path: named }, ({ result }) => then(result === "stat" ? text : path)),
  );
}

function transfer(session: Session, kind: "send-list" | "send-names", argument: string | undefined): Step {
  return atPath(session, argument, (path) => ({
    step: "transfer",
    what: { kind, path, argument: argument ?? "" },
  }));
}
