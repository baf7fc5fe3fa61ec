import type { VirtualPath } from "@longshore/file-store";
import type { CommandOf } from "@longshore/ftp-command";
import { reply } from "@longshore/ftp-reply";
import type { Transfer } from "../effect.ts";
import { featuresOf, type Session } from "../session.ts";
import { answer, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/** Whether a name has its old content until it has all of the new. */
export function writesAside(session: Session): boolean {
  const { writable, writes } = featuresOf(session).capabilities;
  return writable && writes === "atomic";
}

type Receive = Extract<Transfer, { readonly kind: "receive-file" }>;

/**
 * RFC 959 §4.1.3. After REST n it writes over what stands from byte n on and keeps what is before (RFC 3659 §5);
 * without, it replaces the file.
 */
export function store({ path }: CommandOf<"STOR">, session: Session): Step {
  const { type, restart, range } = session.parameters;
  if (range !== undefined) return storeRange(session, path, range);
  if (restart === 0) return receive(session, path, "replace");
  // A byte of the ASCII stream has no known place in the file.
  if (type === "ascii") return refuseRestart("An upload in ASCII begins at 0: send TYPE I.");
  if (featuresOf(session).capabilities.randomWrite === "none") {
    return refuseRestart("Files here can be written from their beginning only.");
  }
  return receive(session, path, "update", restart);
}

/** RFC 959 §4.1.3: what stands is never cut, REST or not. */
export function append({ path }: CommandOf<"APPE">, session: Session): Step {
  const { range } = session.parameters;
  if (range !== undefined) return storeRange(session, path, range);
  if (featuresOf(session).capabilities.append === "none") return answer(refusal("unsupported", "making"));
  return receive(session, path, "append");
}

/** RFC 959 §4.1.3, RFC 1123 §4.1.2.9: the server chooses the name, from the one sent if there is one. */
export function storeUnique({ path }: CommandOf<"STOU">, session: Session): Step {
  return receive(session, path ?? "upload", "unique");
}

/** draft-bryan-ftp-range-08 §4.3: nothing outside the range is changed; APPE is the same as STOR. */
function storeRange(
  session: Session,
  path: string,
  range: { readonly start: number; readonly end: number },
): Step {
  const { parameters } = session;
  parameters.range = undefined;
  if (parameters.type === "ascii") return refuseRestart("A range is of the bytes of the file: send TYPE I.");
  if (featuresOf(session).capabilities.randomWrite === "none") {
    return refuseRestart("Files here can be written from their beginning only.");
  }
  return receive(session, path, "update", range.start, { end: range.end });
}

function receive(
  session: Session,
  path: string,
  mode: Receive["mode"],
  start = 0,
  end: { readonly end?: number } = {},
): Step {
  const { type, allocated, mask, isExact } = session.parameters;
  // What ASCII or a restart makes of the bytes has another size than the file.
  const mustFit = isExact && mode === "replace" && type === "image";
  const size = {
    ...(allocated === undefined ? {} : { expectedSize: allocated, ...(mustFit ? { isExact } : {}) }),
    ...(mask === undefined ? {} : { mask }),
    ...end,
  };
  const what = (file: VirtualPath): Receive => ({
    kind: "receive-file",
    path: file,
    mode,
    start,
    representation: type,
    ...size,
  });
  return atPath(session, path, (file) => ({ step: "transfer", what: what(file) }), "making");
}

function refuseRestart(why: string): Step {
  return answer(reply(554, why));
}
