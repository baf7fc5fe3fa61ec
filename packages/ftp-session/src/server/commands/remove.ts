import type { CommandOf } from "@longshore/ftp-command";
import { formatPathReply, reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { ask, type Step } from "../step.ts";
import { atPath, whenDone } from "./path.ts";

/** RFC 959 §4.1.3. */
export function deleteFile({ path }: CommandOf<"DELE">, session: Session): Step {
  return atPath(session, path, (file) =>
    ask({ operation: "remove", path: file }, whenDone(reply(250, "Deleted."))),
  );
}

/** RFC 959 §4.1.3: empty ones only. */
export function removeDirectory({ path }: CommandOf<"RMD">, session: Session): Step {
  return atPath(session, path, (directory) =>
    ask({ operation: "remove-directory", path: directory }, whenDone(reply(250, "Directory removed."))),
  );
}

/** draft-peterson-streamlined-ftp-command-extensions: with all that is in it. What was removed before a refusal is gone. */
export function removeDirectoryTree({ path }: CommandOf<"RMDA">, session: Session): Step {
  return atPath(session, path, (directory) =>
    ask(
      { operation: "remove-tree", path: directory },
      whenDone(reply(250, "Directory and content removed.")),
    ),
  );
}

/** RFC 959 §4.1.3 and appendix II: the whole path is told. */
export function makeDirectory({ path }: CommandOf<"MKD">, session: Session): Step {
  const { mask } = session.parameters;
  return atPath(session, path, (directory) =>
    ask(
      { operation: "make-directory", path: directory, ...(mask === undefined ? {} : { mask }) },
      whenDone(formatPathReply(directory.text, "created.")),
    ),
  );
}
