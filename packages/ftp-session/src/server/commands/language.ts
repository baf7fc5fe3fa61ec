import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import { answer, type Step } from "../step.ts";

/** RFC 2640 §4.1: the replies are in English; a tag means its first part (RFC 1766 §2.1), none the default. */
export function language({ language: tag }: CommandOf<"LANG">): Step {
  return tag === undefined || /^en(?:-|$)/i.test(tag)
    ? answer(reply(200, "The replies are in English."))
    : answer(reply(504, "This language is not spoken here; LANG EN is."));
}

/** FEAT's line (RFC 2640 §4.2), with a star at what is spoken now. */
export function languageFeature(): string {
  return "LANG EN*";
}
