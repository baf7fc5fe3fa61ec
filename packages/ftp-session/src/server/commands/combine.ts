import { samePath, type VirtualPath } from "@longshore/file-store";
import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { atPath, whenDone } from "./path.ts";

/** GlobalSCAPE EFT: the parts of an upload become one file, at the end of what stands; then they are gone. */
export function combine({ target, parts }: CommandOf<"COMB">, session: Session): Step {
  return atPath(session, target, (path) => atPaths(session, path, parts, []), "making");
}

function atPaths(
  session: Session,
  path: VirtualPath,
  texts: readonly string[],
  parts: readonly VirtualPath[],
): Step {
  const [text, ...rest] = texts;
  if (text !== undefined) {
    return atPath(session, text, (part) => {
      const isKnown = [path, ...parts].some((other) => samePath(other, part));
      return isKnown
        ? answer(reply(501, "A file cannot be a part of itself, nor twice a part."))
        : atPaths(session, path, rest, [...parts, part]);
    });
  }
  const { mask } = session.parameters;
  return ask(
    { operation: "combine", path, parts, ...(mask === undefined ? {} : { mask }) },
    whenDone(reply(250, "The parts are one file now."), "making"),
  );
}
