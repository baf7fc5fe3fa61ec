import { type FtpReply, reply } from "./reply.ts";

/** An exact whole number: a `bigint` where a `number` would not be exact (beyond 2^53 - 1). */
export type Integer = number | bigint;

/** A point in time to the precision that was sent. */
export interface ReplyTime {
  /** ISO 8601 in UTC with every digit of the second that was sent: `2015-09-10T16:17:39.123456Z`. */
  readonly text: string;
  /** Milliseconds since 1970 in UTC; what is finer is cut off. */
  readonly milliseconds: number;
}

/**
 * The size in a 213 (RFC 3659 §4.1), in bytes. Where a server puts words around the number, the last one counts,
 * as in curl.
 *
 * @returns `undefined` for another code, or where there is no number
 */
export function parseSizeReply(reply: FtpReply): Integer | undefined {
  return toInteger(textOf(reply, "213").match(/\d+/g)?.at(-1));
}

/** The 213 that answers SIZE (RFC 3659 §4.1). */
export function formatSizeReply(size: Integer): FtpReply {
  return reply(213, String(size));
}

/**
 * The time in a 213 (RFC 3659 §2.3: `YYYYMMDDHHMMSS`, perhaps a fraction), always UTC.
 *
 * @returns `undefined` for another code, and for a time that does not exist (month 13, 30 February)
 */
export function parseTimeReply(reply: FtpReply): ReplyTime | undefined {
  const found = /(?<!\d)(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)(\.\d+)?/.exec(textOf(reply, "213"));
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ""] = found;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  // Second 60 is allowed (RFC 3659 §2.3), but `Date` has no leap seconds; it also takes 30 February for 1 March.
  const known = text.replace(/60$/, "59");
  const time = new Date(`${known}Z`);
  if (Number.isNaN(time.getTime()) || !time.toISOString().startsWith(known)) return undefined;
  const rest = Number(fraction.slice(1, 4).padEnd(3, "0")) + (known === text ? 0 : 1000);
  return { text: `${text}${fraction}Z`, milliseconds: time.getTime() + rest };
}

/**
 * The 213 that answers MDTM, with a fraction only where there is one (RFC 3659 §2.3).
 *
 * @param milliseconds since 1970 in UTC, years 0 to 9999
 * @throws RangeError for a time outside what `Date` holds
 */
export function formatTimeReply(milliseconds: number): FtpReply {
  return reply(213, new Date(milliseconds).toISOString().replace(/\.000Z|[-:TZ]/g, ""));
}

/** The system in a 215 (RFC 959 §4.2.1): the first word, as sent. */
export function parseSystemReply(reply: FtpReply): string | undefined {
  return /\S+/.exec(textOf(reply, "215"))?.[0];
}

/** The size that most servers put into the reply before RETR's data, `(1234 bytes)`: a hint and no promise. */
export function parseSizeHint(reply: FtpReply): Integer | undefined {
  return toInteger([...textOf(reply, "125 150").matchAll(/\((\d+) bytes/gi)].at(-1)?.[1]);
}

/** The name that STOU chose, after `FILE: ` in a 125 or 150 (RFC 1123 §4.1.2.9). */
export function parseUniqueName(reply: FtpReply): string | undefined {
  return /^FILE: (.+)/is.exec(textOf(reply, "125 150"))?.[1];
}

/** The byte at which a 350 says that the transfer will restart (RFC 3659 §5.5), if it does. */
export function parseRestartReply(reply: FtpReply): Integer | undefined {
  return firstInteger(reply, "350");
}

/** The minutes until the service is ready, in a 120 (RFC 959 §4.2.1). */
export function parseDelayReply(reply: FtpReply): Integer | undefined {
  return firstInteger(reply, "120");
}

/**
 * The numbers in the parentheses of a 521 or 522: address families (RFC 1639 §4) or protocols (RFC 2428 §2) that
 * the server can do.
 */
export function parseProtocolsReply(reply: FtpReply): readonly number[] | undefined {
  return /\(([\d, ]+)\)/.exec(textOf(reply, "521 522"))?.[1]?.match(/\d+/g)?.map(Number);
}

/** The security data in a 235, 334 or 335, `ADAT=` and base 64 (RFC 2228 §5.1). */
export function parseAdatReply(reply: FtpReply): Uint8Array | undefined {
  const encoded = /ADAT=(\S*)/i.exec(textOf(reply, "235 334 335"))?.[1];
  try {
    return encoded === undefined ? undefined : Uint8Array.from(atob(encoded), (byte) => byte.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The buffer size that the server wants instead of PBSZ's, `PBSZ=` in a 200 (RFC 2228 §3). */
export function parsePbszReply(reply: FtpReply): Integer | undefined {
  return toInteger(/PBSZ=(\d+)/i.exec(textOf(reply, "200"))?.[1]);
}

/** The text of a reply that has one of these codes: its last line, which is what the standards speak of. */
export function textOf({ code, lines }: FtpReply, codes: string): string {
  return (codes.includes(String(code)) && lines.at(-1)) || "";
}

function firstInteger(reply: FtpReply, code: string): Integer | undefined {
  return toInteger(/\d+/.exec(textOf(reply, code))?.[0]);
}

/** More digits than any file has bytes are rubbish; reading them would take more than linear time. */
function toInteger(digits: string | undefined): Integer | undefined {
  if (digits === undefined || digits.length > 40) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}
