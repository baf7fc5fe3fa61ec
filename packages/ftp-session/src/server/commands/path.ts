import { parsePath, type VirtualPath } from "@longshore/file-store";
import type { FtpReply } from "@longshore/ftp-reply";
import type { StoreAnswer } from "../effect.ts";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";

/** The path that the client means, seen from the working directory; a name that cannot be one is refused. */
export function atPath(
  session: Session,
  text: string | undefined,
  then: (path: VirtualPath) => Step,
  column: "code" | "making" = "code",
): Step {
  const { workingDirectory } = session.parameters;
  if (text === undefined) return then(workingDirectory);
  const parsed = parsePath(text, workingDirectory);
  return parsed.ok ? then(parsed.path) : answer(refusal(parsed.error.code, column));
}

/** The step after an operation that only succeeds or fails. */
export function whenDone(
  success: FtpReply,
  column: "code" | "making" = "code",
): (result: StoreAnswer) => Step {
  return (result) => answer(result.result === "refused" ? refusal(result.reason, column) : success);
}
