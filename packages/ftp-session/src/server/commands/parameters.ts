import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/** RFC 959 §3.1.1, §4.1.2: ASCII non-print, image, and local bytes of 8 bits, which are the same as image. */
export function representationType(command: CommandOf<"TYPE">, session: Session): Step {
  switch (command.type) {
    case "A":
      if (command.form !== undefined && command.form !== "N") return notThis("Only the form N is offered.");
      session.parameters.type = "ascii";
      return answer(reply(200, "The type is ASCII, non-print."));
    case "I":
      session.parameters.type = "image";
      return answer(reply(200, "The type is image."));
    case "L":
      if (command.byteSize !== 8) return notThis("Only bytes of 8 bits are offered.");
      session.parameters.type = "image";
      return answer(reply(200, "The type is local, 8 bits a byte."));
    case "E":
      return notThis("EBCDIC is not offered.");
  }
}

/** RFC 959 §3.1.2, §4.1.2. */
export function fileStructure({ structure }: CommandOf<"STRU">): Step {
  return structure === "F" ? answer(reply(200, "The structure is file.")) : notThis("Only F is offered.");
}

/** RFC 959 §3.4, §4.1.2. */
export function transferMode({ mode }: CommandOf<"MODE">): Step {
  return mode === "S" ? answer(reply(200, "The mode is stream.")) : notThis("Only S is offered.");
}

function notThis(why: string): Step {
  return answer(reply(504, why));
}
