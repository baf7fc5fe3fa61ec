import { civilFromDays, dayLength, daysFromCivil, daysInMonth } from "./calendar.ts";

/**
 * When, as precisely as the line said it. Nothing is guessed: `ls` prints no year for recent files and nearly
 * nobody prints a zone, and a reading that could also be another names the others in `alternatives`.
 */
export interface ListingTime {
  readonly year: number | undefined;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  readonly hour: number | undefined;
  readonly minute: number | undefined;
  readonly second: number | undefined;
  /** The decimal digits after the second, as printed: `"83"` is 0.83 s. */
  readonly fraction: string | undefined;
  readonly zone: ListingZone;
  /** As it stood in the line. */
  readonly text: string;
  /** Other readings of an ambiguous text (day and month swapped, year and day swapped). */
  readonly alternatives: readonly ListingTime[] | undefined;
}

/** `"utc"`; `"local-to-server"`, whatever that is; or minutes east of UTC where the line prints a zone. */
export type ListingZone = "utc" | "local-to-server" | number;

export type TimePrecision = "day" | "minute" | "second" | "fraction";

/** The smallest unit that the line gave. */
export function precisionOf(time: ListingTime): TimePrecision {
  if (time.fraction !== undefined) return "fraction";
  if (time.second !== undefined) return "second";
  return time.hour === undefined ? "day" : "minute";
}

/**
 * Gives a time without a year the one it most likely had: the latest in which the day exists and which is not
 * past `now` by more than `slack`, because `ls` leaves the year out only for times of the last six months and a
 * server's clock may be ahead. A time with a year comes back as it is.
 *
 * @param now milliseconds since the epoch, UTC
 * @param slack milliseconds; one day unless told, which covers every zone
 */
export function inferYear(time: ListingTime, now: number, slack: number = dayLength): ListingTime {
  if (time.year !== undefined) return time;
  const latest = now + slack;
  const newest = civilFromDays(Math.floor(latest / dayLength)).year;
  // A leap day is at most eight years back (1896–1904, and around 2100).
  for (let year = newest; year >= newest - 8; year--) {
    if (time.day > daysInMonth(year, time.month)) continue;
    if (instantOf(time, year) <= latest) return { ...time, year };
  }
  return { ...time, year: newest };
}

/**
 * Milliseconds since the epoch, UTC; a time known to the day is its beginning.
 *
 * @param offset minutes east of UTC to take for a time that is `"local-to-server"`
 * @returns `undefined` when the time has no year: see {@link inferYear}
 */
export function toInstant(time: ListingTime, offset = 0): number | undefined {
  if (time.year === undefined) return undefined;
  const zone = time.zone === "utc" ? 0 : time.zone === "local-to-server" ? offset : time.zone;
  return instantOf(time, time.year) - zone * 60_000;
}

/**
 * ISO 8601 text with just what is known: `2003-05-21`, `--01-25T00:17` without a year, `…Z` or `…+02:00` only
 * where the line told the zone.
 */
export function formatTime(time: ListingTime): string {
  const date = `${time.year === undefined ? "-" : pad(time.year, 4)}-${pad(time.month, 2)}-${pad(time.day, 2)}`;
  if (time.hour === undefined) return date;
  let text = `${date}T${pad(time.hour, 2)}:${pad(time.minute ?? 0, 2)}`;
  if (time.second !== undefined) text += `:${pad(time.second, 2)}`;
  if (time.fraction !== undefined) text += `.${time.fraction}`;
  if (time.zone === "utc") return `${text}Z`;
  if (time.zone === "local-to-server") return text;
  const size = Math.abs(time.zone);
  return `${text}${time.zone < 0 ? "-" : "+"}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

function instantOf(time: ListingTime, year: number): number {
  const { hour = 0, minute = 0, second = 0, fraction } = time;
  const seconds = (hour * 60 + minute) * 60 + second;
  const milliseconds = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000;
  return daysFromCivil(year, time.month, time.day) * dayLength + seconds * 1000 + milliseconds;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
