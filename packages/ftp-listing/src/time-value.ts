import { civilFromDays, dayLength, daysInMonth } from "./calendar.ts";
import type { ListingTime } from "./time.ts";
import { unitsOf } from "./units.ts";

/**
 * Reads a `time-val` of RFC 3659 §2.3, `YYYYMMDDHHMMSS[.fraction]`, always UTC: the form of MDTM, MFMT and the
 * `modify` and `create` facts. `undefined` when it is none, or names a day or hour that does not exist.
 */
export function parseTimeValue(text: string): ListingTime | undefined {
  return readTimeValue(text, unitsOf(text), 0, text.length);
}

/** {@link parseTimeValue} of what stands from `start` to `end` in `line`, whose units are given too. */
export function readTimeValue(
  line: string,
  units: Uint8Array,
  start: number,
  end: number,
): ListingTime | undefined {
  const length = end - start;
  if (length < 14 || length === 15) return undefined;
  if (length > 15) {
    if (line[start + 14] !== ".") return undefined;
    for (let at = start + 15; at < end; at++) if (!isDigit(units[at] ?? 0)) return undefined;
  }
  const year = number(units, start, start + 4);
  const month = number(units, start + 4, start + 6);
  const day = number(units, start + 6, start + 8);
  const hour = number(units, start + 8, start + 10);
  const minute = number(units, start + 10, start + 12);
  const second = number(units, start + 12, start + 14);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)))
    return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return undefined;
  const fraction = length > 14 ? line.slice(start + 15, end) : undefined;
  const text = line.slice(start, end);
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
  if (days !== lastDays) {
    const { year, month, day } = civilFromDays(days);
    lastDays = days;
    lastDate = String(year * 10_000 + month * 100 + day).padStart(8, "0");
  }
  const seconds = Math.floor((instant - days * dayLength) / 1000);
  const time = Math.floor(seconds / 3600) * 10_000 + (Math.floor(seconds / 60) % 60) * 100 + (seconds % 60);
  // The digit before it keeps the zeros.
  return lastDate + String(1_000_000 + time).slice(1);
}

/** What was changed on one day is often listed together. */
let lastDays: number | undefined;
let lastDate = "";

/** The value of the digits from `start` to `end`; NaN when one is none. */
function number(units: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const unit = units[at] ?? 0;
    if (!isDigit(unit)) return Number.NaN;
    value = value * 10 + unit - 48;
  }
  return value;
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}
