import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { featuresOf, type Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { atPath, whenDone } from "./path.ts";

/** By custom, since WU-FTPD. */
export function changeMode({ path, permissions }: CommandOf<"SITE CHMOD">, session: Session): Step {
  if (!featuresOf(session).setMode) return answer(reply(550, "Permissions cannot be set here."));
  const mode = permissionBits(session, permissions);
  return atPath(session, path, (object) =>
    ask({ operation: "set-mode", path: object, mode }, whenDone(reply(200, "Permissions changed."))),
  );
}

/** WU-FTPD: for the files and directories that this session makes. */
export function mask({ mask: bits }: CommandOf<"SITE UMASK">, session: Session): Step {
  const { parameters } = session;
  if (bits === undefined) {
    const now = parameters.mask;
    return answer(
      reply(200, now === undefined ? "The server's own umask holds." : `The umask is ${octal(now)}.`),
    );
  }
  if (!featuresOf(session).setMode) return answer(reply(550, "Permissions cannot be set here."));
  if (bits > 0o777) return answer(reply(501, "The umask is 000 to 777."));
  parameters.mask = bits;
  return answer(reply(200, `The umask is ${octal(bits)} now.`));
}

/** What of a mode may be set: by whoever runs it, a file with setuid would act for the server's own user. */
export function permissionBits({ options }: Session, mode: number): number {
  return options.allowSpecialModeBits ? mode & 0o7777 : mode & 0o777;
}

function octal(mask: number): string {
  return mask.toString(8).padStart(3, "0");
}
