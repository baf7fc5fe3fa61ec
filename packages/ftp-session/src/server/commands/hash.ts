import type { CommandOf } from "@longshore/ftp-command";
import { type FtpReply, reply } from "@longshore/ftp-reply";
import { type HashAlgorithm, hashAlgorithms, type StoreAnswer } from "../effect.ts";
import type { Session } from "../session.ts";
import { answer, ask, type Step } from "../step.ts";
import { refusal } from "../store-error.ts";
import { atPath } from "./path.ts";

/**
 * draft-bryan-ftpext-hash-02 §3: of the bytes as they stand in the file, or of those that RANG chose (§3.3). The points
 * in the reply are inclusive, as RANG's are.
 */
export function hash({ path }: CommandOf<"HASH">, session: Session): Step {
  const { hash: algorithm, range } = session.parameters;
  session.parameters.range = undefined;
  const start = range?.start ?? 0;
  return digest(session, path, { algorithm, start, ...endOf(range?.end) }, (result, name) => {
    if (result.result === "refused") return hashRefusals[result.reason] ?? refusal(result.reason);
    if (result.result !== "hash") return refusal("io");
    if (result.end < start) return beyondEnd;
    const points = `${start}-${Math.max(result.end - 1, start)}`;
    return reply(213, `${algorithm} ${points} ${result.digest} ${name}`);
  });
}

/** draft-bryan-ftpext-hash-02 §3.2: until the next OPTS HASH or REIN. */
export function hashOption({ algorithm }: CommandOf<"OPTS HASH">, session: Session): Step {
  const { parameters } = session;
  if (algorithm === undefined) return answer(reply(200, parameters.hash));
  const chosen = hashAlgorithms.find((name) => name === algorithm);
  if (chosen === undefined) return answer(reply(501, "Unknown algorithm, the selection stays as it was."));
  parameters.hash = chosen;
  return answer(reply(200, chosen));
}

/** draft-twine-ftpmd5-00. */
export function md5({ path }: CommandOf<"MD5">, session: Session): Step {
  return digest(session, path, { algorithm: "MD5", start: 0 }, (result, name) => {
    if (result.result === "refused") return refusal(result.reason);
    return result.result === "hash" ? reply(251, `${name} ${result.digest.toUpperCase()}`) : refusal("io");
  });
}

/** By custom, of the bytes from `start` up to `end`; a range that the file does not hold is refused, not cut. */
export function checksum(
  algorithm: HashAlgorithm,
): (command: CommandOf<"XCRC" | "XMD5" | "XSHA1" | "XSHA256" | "XSHA512">, session: Session) => Step {
  return ({ path, start = 0, end }, session) => {
    if (end !== undefined && end < start) return answer(reply(501, "The end lies before the start."));
    if (typeof start === "bigint" || typeof end === "bigint") return answer(beyondEnd);
    return digest(session, path, { algorithm, start, ...endOf(end) }, (result) => {
      if (result.result === "refused") return refusal(result.reason);
      if (result.result !== "hash") return refusal("io");
      if (result.end < (end ?? start)) return beyondEnd;
      return reply(250, result.digest.toUpperCase());
    });
  };
}

/** FEAT's line (draft-bryan-ftpext-hash-02 §3.1): what is offered, with a star at what is selected. */
export function hashFeature({ parameters }: Session): string {
  return `HASH ${hashAlgorithms.map((name) => (name === parameters.hash ? `${name}*` : name)).join(";")}`;
}

interface Range {
  readonly algorithm: HashAlgorithm;
  readonly start: number;
  readonly end?: number;
}

function digest(
  session: Session,
  path: string,
  range: Range,
  then: (result: StoreAnswer, name: string) => FtpReply,
): Step {
  return atPath(session, path, (file) =>
    ask({ operation: "hash", path: file, ...range }, (result) => answer(then(result, file.text))),
  );
}

function endOf(end: number | undefined): { readonly end?: number } {
  return end === undefined ? {} : { end };
}

const beyondEnd = reply(550, "The file is shorter than that.");

/** draft-bryan-ftpext-hash-02 §3.5. */
const hashRefusals: { readonly [Kind in string]?: FtpReply } = {
  "is-a-directory": reply(553, "A directory has no hash."),
  "too-large": reply(556, "The file is too large to be hashed here."),
  "permission-denied": reply(552, "Permission denied."),
};
