import { civilFromDays, dayLength, daysInMonth } from "./calendar.ts";
import type { ListingTime } from "./time.ts";

/**
 * Reads a `time-val` of RFC 3659 §2.3, `YYYYMMDDHHMMSS[.fraction]`, always UTC: the form of MDTM, MFMT and the
 * `modify` and `create` facts. `undefined` when it is none, or names a day or hour that does not exist.
 */
export function parseTimeValue(text: string): ListingTime | undefined {
  if (text.length < 14 || text.length === 15) return undefined;
  for (let index = 0; index < text.length; index++) {
    if (index === 14 ? text[14] !== "." : !isDigit(text.charCodeAt(index))) return undefined;
  }
  const year = number(text, 0, 4);
  const month = number(text, 4, 6);
  const day = number(text, 6, 8);
  const hour = number(text, 8, 10);
  const minute = number(text, 10, 12);
  const second = number(text, 12, 14);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const fraction = text.length > 14 ? text.slice(15) : undefined;
  return { year, month, day, hour, minute, second, fraction, zone: "utc", text, alternatives: undefined };
}

/**
 * The `time-val` of an instant, cut to whole seconds: fractions are left out because the peer could not tell a
 * kept one from one made up (RFC 3659 §2.3).
 *
 * @param instant milliseconds since the epoch, UTC, in the years 1000 to 9999
 */
export function formatTimeValue(instant: number): string {
  const days = Math.floor(instant / dayLength);
  const { year, month, day } = civilFromDays(days);
  const seconds = Math.floor((instant - days * dayLength) / 1000);
  const date = year * 10_000 + month * 100 + day;
  const time = Math.floor(seconds / 3600) * 10_000 + (Math.floor(seconds / 60) % 60) * 100 + (seconds % 60);
  return String(date * 1_000_000 + time).padStart(14, "0");
}

function number(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index++) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}
