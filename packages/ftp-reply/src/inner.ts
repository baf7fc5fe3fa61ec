import { type FtpReply, reply } from "./reply.ts";

/** A line of the reply to FEAT: a label, as sent, and its parameters or `""`. */
export type Feature = readonly [label: string, parameters: string];

/**
 * The features in a 211 (RFC 2389 §3.2), in order; a label may come more than once. Lines that are not indented
 * or that repeat the code, as old servers send them, count as well.
 *
 * @returns `undefined` for another code: the server has no FEAT
 */
export function parseFeatures(reply: FtpReply): readonly Feature[] | undefined {
  if (reply.code !== 211) return undefined;
  return innerLines(reply).flatMap((line): Feature[] => {
    const [label, ...parameters] = line.trim().split(" ");
    return label ? [[label, parameters.join(" ")]] : [];
  });
}

/** The 211 that answers FEAT (RFC 2389 §3.2). */
export function formatFeatReply(features: readonly Feature[]): FtpReply {
  return reply(211, "Features:", ...features.map((feature) => ` ${feature.join(" ")}`.trimEnd()), "End");
}

/**
 * The entries in the 250 that answers MLST (RFC 3659 §7.2), raw (`facts SP pathname`) without the blank in front.
 * Nearly always one.
 */
export function parseEntries(reply: FtpReply): readonly string[] | undefined {
  return reply.code === 250 ? innerLines(reply).map((line) => line.replace(/^ /, "")) : undefined;
}

/** The 250 that answers MLST, from an entry as RFC 3659 §7.2 has it, without the blank in front. */
export function formatMlstReply(entry: string): FtpReply {
  return reply(250, "Listing:", ` ${entry}`, "End");
}

/**
 * The lines between first and last, without the code where a server repeats it on each: of the 211, 212 or 213 that
 * answers STAT they are often those of LIST, to be parsed as such.
 */
export function innerLines({ code, lines }: FtpReply): readonly string[] {
  return lines.slice(1, -1).map((line) => (line.startsWith(`${code}-`) ? line.slice(4) : line));
}
