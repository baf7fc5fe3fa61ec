import { parentPath, rootPath, type VirtualPath } from "@longshore/file-store";
import type { CommandOf } from "@longshore/ftp-command";
import { formatPathReply, reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** RFC 959 §4.1.3 and appendix II. */
export function printWorkingDirectory(_: CommandOf<"PWD">, session: Session): Step {
  return answer(formatPathReply(session.parameters.workingDirectory.text, "is the working directory."));
}

/** RFC 959 §4.1.1. Without an argument it leads to the root, as clients in small devices expect. */
export function changeWorkingDirectory({ path }: CommandOf<"CWD">, session: Session): Step {
  return path === undefined ? moveTo(rootPath, session) : atPath(session, path, (to) => moveTo(to, session));
}

/** RFC 959 §4.1.1: the replies are CWD's; the root's parent is the root. */
export function changeToParentDirectory(_: CommandOf<"CDUP">, session: Session): Step {
  return moveTo(parentPath(session.parameters.workingDirectory), session);
}

function moveTo(path: VirtualPath, session: Session): Step {
  return ask({ operation: "stat", path }, (result) => {
    if (result.result === "refused") return answer(refusal(result.reason));
    if (result.result !== "stat" || result.stat.type !== "directory") {
      return answer(refusal("not-a-directory"));
    }
    session.parameters.workingDirectory = path;
    return answer(reply(250, "Directory changed."));
  });
}
