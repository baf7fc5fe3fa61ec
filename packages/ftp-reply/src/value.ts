import { type FtpReply, reply } from "./reply.ts";

/** An exact whole number: a `bigint` where a `number` would not be exact (beyond 2^53 - 1). */
export type Integer = number | bigint;

/**
 * The number that a reply carries, by its code:
 *
 * | code | number | source |
 * | --- | --- | --- |
 * | 120 | minutes until the service is ready | RFC 959 §4.2.1 |
 * | 125, 150 | bytes to come, `(1234 bytes)`: most servers say it before RETR's data; a hint and no promise | |
 * | 200 | the buffer size that the server wants instead of PBSZ's, `PBSZ=` | RFC 2228 §3 |
 * | 213 | a size in bytes | RFC 3659 §4.1 |
 * | 350 | the byte at which the transfer will restart | RFC 3659 §5.5 |
 *
 * In 120, 213 and 350 it is the last number, as in curl: some servers put words around it.
 *
 * @returns `undefined` for another code, and where there is no such number
 */
export function parseNumber(reply: FtpReply): Integer | undefined {
  const digits = numbers[reply.code]?.exec(textOf(reply))?.[1];
  if (!digits) return undefined;
  return Number.isSafeInteger(+digits) ? +digits : BigInt(digits);
}

/**
 * The word that a reply carries, by its code:
 *
 * | code | word | source |
 * | --- | --- | --- |
 * | 125, 150 | the name that STOU chose, after `FILE: ` | RFC 1123 §4.1.2.9 |
 * | 215 | the system's name | RFC 959 §4.2.1 |
 * | 235, 334, 335 | security data in base 64, after `ADAT=` | RFC 2228 §5.1 |
 * | 521, 522 | the address families or protocols that the server can do, numbers with commas between | RFC 1639 §4, RFC 2428 §2 |
 *
 * @returns `undefined` for another code, and where there is no such word
 */
export function parseWord(reply: FtpReply): string | undefined {
  return words[reply.code]?.exec(textOf(reply))?.[1];
}

/**
 * The time in a 213 (RFC 3659 §2.3: `YYYYMMDDHHMMSS`, perhaps a fraction) in ISO 8601, with every digit that was
 * sent: `2015-09-10T16:17:39.123456Z`. It is always UTC. Second 60, which is allowed, becomes 59, because
 * `Date` knows no leap seconds.
 *
 * @returns `undefined` for another code, and for a time that does not exist (month 13, 30 February)
 */
export function parseTime(reply: FtpReply): string | undefined {
  const [, digits = "", fraction = ""] = /\b(\d{14})\b(\.\d+)?/.exec(textOf(reply)) ?? [];
  const text = digits.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6").replace(/60$/, "59");
  // `toJSON` is null for what is no time at all; 30 February comes back as 1 or 2 March.
  const isTime = reply.code === 213 && new Date(`${text}Z`).toJSON()?.startsWith(text);
  return isTime ? `${text}${fraction}Z` : undefined;
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

/** The last line's: in a reply of several lines it is the one that says what was asked (z/VM's SYST). */
function textOf({ lines }: FtpReply): string {
  return lines.at(-1) ?? "";
}

// Each runs in linear time on any text: what could be tried from many places is anchored. More digits than any
// file has bytes are rubbish, and reading them would take longer. A number with a sign, a fraction or separators
// is none: half of it would be a wrong one.
const last = /^(?:.*[^\w.,-])?(\d{1,40})(?![.,]?\w)/s;
const hint = /^.*\((\d{1,40}) bytes/is;
const numbers: Patterns = {
  120: last,
  125: hint,
  150: hint,
  200: /PBSZ=(\d{1,40})\b/i,
  213: last,
  350: last,
};

const name = /^FILE: (.+)/is;
const adat = /ADAT=(\S*)/i;
const list = /\(([\d, ]+)\)/;
const words: Patterns = {
  125: name,
  150: name,
  215: /(\S+)/,
  235: adat,
  334: adat,
  335: adat,
  521: list,
  522: list,
};

type Patterns = Readonly<Record<number, RegExp>>;
