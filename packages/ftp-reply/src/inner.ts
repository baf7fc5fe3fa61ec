import { type FtpReply, reply } from "./reply.ts";

/** A line of the reply to FEAT: a label, as sent, and its parameters or `""`. */
export type Feature = readonly [label: string, parameters: string];

/**
 * The features in a 211 (RFC 2389 §3.2), in order; a label may come more than once. Lines that are not indented
 * or that repeat the code, as old servers send them, count as well.
 *
 * @returns `undefined` for another code: the server has no FEAT
 */
export function parseFeatReply(reply: FtpReply): readonly Feature[] | undefined {
  return innerLines(reply, "211")?.flatMap((line): Feature[] => {
    const [label, ...parameters] = line.trim().split(" ");
    return label ? [[label, parameters.join(" ")]] : [];
  });
}

/** The 211 that answers FEAT (RFC 2389 §3.2). */
export function formatFeatReply(features: readonly Feature[]): FtpReply {
  const lines = features.map((feature) => ` ${feature.join(" ")}`.trimEnd());
  return lines.length === 0 ? reply(211, "No features") : reply(211, "Features:", ...lines, "End");
}

/**
 * The entries in the 250 that answers MLST (RFC 3659 §7.2), raw (`facts SP pathname`) without the blank in front.
 * Nearly always one.
 */
export function parseMlstReply(reply: FtpReply): readonly string[] | undefined {
  return innerLines(reply, "250")?.map((line) => line.replace(/^ /, ""));
}

/** The 250 that answers MLST, from an entry as RFC 3659 §7.2 wants it, without the blank in front. */
export function formatMlstReply(entry: string): FtpReply {
  return reply(250, "Listing:", ` ${entry}`, "End");
}

/** The lines between first and last in a 211, 212 or 213 that answers STAT: often those of LIST, to be parsed as such. */
export function parseStatReply(reply: FtpReply): readonly string[] | undefined {
  return innerLines(reply, "211 212 213");
}

/** The inner lines without a code that the server repeats on each. */
function innerLines({ code, lines }: FtpReply, codes: string): readonly string[] | undefined {
  if (!codes.includes(String(code))) return undefined;
  return lines.slice(1, -1).map((line) => (line.startsWith(`${code}-`) ? line.slice(4) : line));
}
