import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { writesAside } from "./store.ts";

/** RFC 3659 §5: in stream mode the marker is an offset; it is for the next transfer only. */
export function restart(command: CommandOf<"REST">, session: Session): Step {
  if (!("offset" in command)) return answer(reply(501, "In stream mode REST wants a number."));
  if (typeof command.offset === "bigint") return answer(reply(501, "No file is that long."));
  session.parameters.restart = command.offset;
  session.parameters.range = undefined;
  return answer(reply(350, `Restarting at ${command.offset}. Send the transfer command.`));
}

/** RFC 959 §4.1.3: space need not be allocated; 200, because some cameras send it again after 202. */
export function allocate({ size }: CommandOf<"ALLO">, session: Session): Step {
  session.parameters.allocated = typeof size === "number" ? size : undefined;
  return answer(reply(200, "Send the file."));
}

/**
 * What ALLO says is room to reserve, of which less may be used (RFC 959 §4.1.3). Whoever asks for it by this option means the
 * size itself: in clear, where a data connection that was cut looks like one that has ended, nothing else tells what is whole.
 */
export function allocateOption(_: CommandOf<"OPTS ALLO">, session: Session): Step {
  if (!writesAside(session)) return answer(reply(504, "Files here are written in place."));
  session.parameters.isExact = true;
  return answer(reply(200, "ALLO tells what size uploads have."));
}
