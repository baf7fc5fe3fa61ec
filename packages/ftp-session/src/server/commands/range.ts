import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Session } from "../session.ts";
import { answer, type Step } from "../step.ts";

/**
 * draft-bryan-ftp-range-08 §3: both points are inclusive, `1 0` takes the range back. It is for the next RETR, STOR,
 * APPE or HASH only and takes REST's place; whether the file reaches that far is seen then (§4.3).
 */
export function range({ start, end }: CommandOf<"RANG">, session: Session): Step {
  const { parameters } = session;
  parameters.restart = 0;
  parameters.range = end < start ? undefined : { start: offset(start), end: offset(end) + 1 };
  if (parameters.range === undefined) return answer(reply(350, "The range is the whole file again."));
  return answer(reply(350, `Restarting at ${start}. End byte range at ${end}.`));
}

/** No file is longer than what is exact. */
function offset(octets: number | bigint): number {
  return typeof octets === "bigint" ? Number.MAX_SAFE_INTEGER - 1 : octets;
}
