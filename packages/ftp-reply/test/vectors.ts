import { decodeLatin1, encodeLatin1, encodeText } from "@longshore/nvt";
import {
  createReplyDecoder,
  type FtpReply,
  innerLines,
  parseEntries,
  parseFeatures,
  parseNumber,
  parsePathReply,
  parseTime,
  parseWord,
  type ReplyEvent,
} from "../src/index.ts";

/** One sample of a file of replies; its characters are bytes. */
export interface ReplySample {
  readonly id: string;
  readonly kind: string;
  readonly raw?: string;
  readonly chunks?: readonly string[];
  readonly expect?: ReplyExpectation;
  readonly reject?: string;
  readonly optional?: boolean;
}

export interface ReplyExpectation {
  readonly replies?: readonly { readonly code: number; readonly lines: readonly string[] }[];
  readonly rest?: string;
  readonly features?: readonly (readonly [string, string])[] | null;
  readonly path?: string | null;
  readonly system?: string;
  readonly time?: string;
  readonly timeError?: string;
  readonly size?: number;
  readonly sizeText?: string;
  readonly delayMinutes?: number;
  readonly restart?: number;
  readonly pbsz?: number;
  readonly uniqueName?: string;
  readonly adat?: string;
  readonly protocols?: readonly number[];
  readonly entries?: readonly Readonly<Record<string, string | number>>[];
  readonly mlstError?: string;
  readonly names?: readonly string[];
}

/** The name that a line of a STAT listing is about, or `undefined` for a line that is about none. */
export type NameOf = (line: string) => string | undefined;

/**
 * Tries a sample whole, as it is cut in the sample, byte by byte and cut at each offset.
 *
 * @param nameOf reads a listing line; unless told it knows `ls -l` and DIR, which is enough for STAT
 * @returns what does not match, or `undefined`
 */
export function checkReplySample(sample: ReplySample, nameOf: NameOf = listedName): string | undefined {
  const chunks = (sample.chunks ?? [sample.raw ?? ""]).map(encodeLatin1);
  const bytes = encodeLatin1((sample.chunks ?? [sample.raw ?? ""]).join(""));
  const { events, rest } = readByteByByte(bytes);
  for (const pieces of [chunks, [bytes], ...cutsOf(bytes)]) {
    const actual = JSON.stringify(read(pieces));
    if (actual !== JSON.stringify(events))
      return `cut after ${pieces[0]?.length} bytes it gives ${actual}, byte by byte ${JSON.stringify(events)}`;
  }
  if (sample.reject !== undefined)
    return events[0]?.type === "reply" ? `it was taken for a reply (${sample.reject})` : undefined;
  return checkReplies(sample.expect ?? {}, events, rest) ?? checkValues(sample.expect ?? {}, events, nameOf);
}

function checkReplies(
  expected: ReplyExpectation,
  events: readonly ReplyEvent[],
  rest: string,
): string | undefined {
  const malformed = events.find((event) => event.type === "malformed");
  if (malformed !== undefined) return `it was refused: ${malformed.error.message}`;
  const replies = events.flatMap((event) =>
    event.type === "reply" ? [{ code: event.reply.code, lines: sentLines(event).map(asBytes) }] : [],
  );
  return (
    differ("replies", expected.replies ?? [], replies) ??
    (expected.rest === undefined ? undefined : differ("rest", expected.rest, rest))
  );
}

/** The lines with their codes again. */
function sentLines({ reply, lastLine }: Extract<ReplyEvent, { readonly type: "reply" }>): string[] {
  const before = reply.lines.slice(0, -1);
  return [...before.map((line, at) => (at === 0 ? `${reply.code}-${line}` : line)), lastLine];
}

/** How each value is read from a reply, by the name of the expectation. */
const readers: Readonly<
  Record<Exclude<keyof ReplyExpectation, "replies" | "rest">, (reply: FtpReply, nameOf: NameOf) => unknown>
> = {
  features: (reply) =>
    parseFeatures(reply)?.map(([label, parameters]) => [asBytes(label), asBytes(parameters)]) ?? null,
  path: (reply) => orNull(parsePathReply(reply)),
  system: (reply) => orNull(parseWord(reply)),
  time: (reply) => parseTime(reply),
  timeError: (reply) => parseTime(reply),
  size: (reply) => parseNumber(reply),
  sizeText: (reply) => String(parseNumber(reply)),
  delayMinutes: (reply) => parseNumber(reply),
  restart: (reply) => parseNumber(reply),
  pbsz: (reply) => parseNumber(reply),
  uniqueName: (reply) => orNull(parseWord(reply)),
  adat: (reply) => atob(parseWord(reply) ?? ""),
  protocols: (reply) => parseWord(reply)?.split(",").map(Number),
  entries: (reply) => parseEntries(reply)?.map(factsOf),
  mlstError: (reply) => parseEntries(reply)?.map(factsOf),
  names: (reply, nameOf) => innerLines(reply).flatMap((line) => nameOf(line) ?? []),
};

function checkValues(
  expected: ReplyExpectation,
  events: readonly ReplyEvent[],
  nameOf: NameOf,
): string | undefined {
  const replies = events.flatMap((event) => (event.type === "reply" ? [event.reply] : []));
  for (const [name, value] of Object.entries(expected)) {
    if (name === "replies" || name === "rest") continue;
    const read = readers[name as keyof typeof readers];
    if (read === undefined) return `no one knows how to check ${name}`;
    // Several replies in one sample: the value is in one of them.
    const found = replies.map((reply) => read(reply, nameOf));
    if (name === "timeError") {
      if (found.some((time) => time !== undefined)) return `a time was read in spite of ${value}`;
    } else if (name === "mlstError") {
      if (found.flat().some((entry) => entry !== undefined)) return `an entry was read in spite of ${value}`;
    } else if (!found.some((actual) => JSON.stringify(actual) === JSON.stringify(value)))
      return differ(name, value, found.at(-1));
  }
  return undefined;
}

/** The facts of a raw entry by their names in lower case; `undefined` where they are none (RFC 3659 §7.2). */
function factsOf(entry: string): Readonly<Record<string, string | number>> | undefined {
  const blank = entry.indexOf(" ");
  const facts = entry.slice(0, blank).split(";").filter(Boolean);
  if (blank < 0 || facts.some((fact) => !fact.includes("="))) return undefined;
  const pairs = facts.map((fact): [string, string | number] => {
    const [name = "", ...value] = fact.split("=");
    const text = value.join("=");
    return [name.toLowerCase(), /^size$/i.test(name) ? Number(text) : text];
  });
  return Object.fromEntries([...pairs, ["name", asBytes(entry.slice(blank + 1))]]);
}

function listedName(line: string): string | undefined {
  const unix =
    /^[-a-z][-rwxsStTl]{9}.*?\s(?:\w{3}\s+\d{1,2}|\d{1,2}\s+\w{3}|\d{4}-\d\d-\d\d)\s+[\d:]{4,5}\s(.+)$/;
  const dos = /^\d\d-\d\d-(?:\d\d){1,2}\s+\d\d:\d\d(?:[AP]M)?\s+(?:<\w+>|\d+)\s+(.+)$/i;
  return (unix.exec(line)?.[1] ?? dos.exec(line)?.[1])?.replace(/ -> .*$/, "");
}

function read(pieces: readonly Uint8Array[]): readonly ReplyEvent[] {
  const decoder = createReplyDecoder();
  return pieces.flatMap((piece) => decoder.push(piece));
}

/** The events, and the bytes behind the one that came last: what no event has used up, but for empty lines. */
function readByteByByte(bytes: Uint8Array): {
  readonly events: readonly ReplyEvent[];
  readonly rest: string;
} {
  const decoder = createReplyDecoder();
  const events: ReplyEvent[] = [];
  let used = 0;
  for (const [at, byte] of bytes.entries()) {
    const found = decoder.push(Uint8Array.of(byte));
    events.push(...found);
    if (found.length > 0 || decoder.pending === 0) used = at + 1;
  }
  return { events, rest: decodeLatin1(bytes.subarray(used)) };
}

function* cutsOf(bytes: Uint8Array): Generator<readonly Uint8Array[]> {
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

function differ(name: string, expected: unknown, actual: unknown): string | undefined {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(actual)];
  return a === b ? undefined : `${name}: expected ${a}, got ${b}`;
}

/** Text as the samples have it, one character a byte. */
function asBytes(text: string): string {
  return decodeLatin1(encodeText(text));
}

function orNull(text: string | undefined): string | null {
  return text === undefined ? null : asBytes(text);
}
