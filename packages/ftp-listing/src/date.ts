import { civilFromDays, daysInMonth } from "./calendar.ts";
import type { Clock } from "./clock.ts";
import { monthsOf } from "./month.ts";
import type { ListingTime, ListingZone } from "./time.ts";

/** A date whose year may be unknown. */
export interface DateReading {
  readonly year: number | undefined;
  readonly month: number;
  readonly day: number;
}

export type DateOrder = "ymd" | "dmy" | "mdy";

/**
 * The time that `text` names: the first of `readings` is the likeliest, the others become its alternatives.
 * 24:00 is moved to the next day's 00:00. `undefined` when no reading is a day that exists.
 */
export function timeOf(
  readings: readonly DateReading[],
  clock: Clock | undefined,
  text: string,
  zone: ListingZone = "local-to-server",
): ListingTime | undefined {
  const times: ListingTime[] = [];
  for (const reading of readings) {
    if (!exists(reading)) continue;
    const late = clock?.hour === 24;
    const { year, month, day } = late ? nextDay(reading) : reading;
    if (times.some((time) => time.year === year && time.month === month && time.day === day)) continue;
    times.push({
      year,
      month,
      day,
      hour: late ? 0 : clock?.hour,
      minute: clock?.minute,
      second: clock?.second,
      fraction: clock?.fraction,
      zone,
      text,
      alternatives: undefined,
    });
  }
  const [first, ...rest] = times;
  if (first === undefined || rest.length === 0) return first;
  return { ...first, alternatives: rest };
}

/**
 * Readings of three numbers in one field: `2002-09-02`, `04/27/00`, `18.09.06`, `04-23-103`. A year of four
 * digits settles its place; else `orders` are tried in turn. Two digits are 1970 to 2069; three are years since
 * 1900, as servers print that did not expect the year 2000.
 */
export function numericDates(text: string, orders: readonly DateOrder[]): readonly DateReading[] {
  const match = /^(\d{1,4})([-/.:])(\d{1,2})\2(\d{1,4})$/.exec(text);
  if (match === null) return [];
  const [, a = "", , b = "", c = ""] = match;
  const readings: DateReading[] = [];
  for (const order of orders) {
    const [year, month, day] = order === "ymd" ? [a, b, c] : order === "dmy" ? [c, b, a] : [c, a, b];
    if (month.length > 2 || day.length > 2) continue;
    if (year.length === 1) continue;
    const reading = { year: fullYear(year), month: Number(month), day: Number(day) };
    if (exists(reading)) readings.push(reading);
  }
  return readings;
}

/** Readings of `2-JUL-2003`, `01-jun-99` (day first) and `Feb-28-1998` in one field, the month by its name. */
export function namedDates(text: string): readonly DateReading[] {
  if (text.length > 32) return [];
  const parts = text.split(/[-/.]/);
  const [a = "", b = "", year = ""] = parts;
  if (parts.length !== 3 || !/^(?:\d{2}|\d{4})$/.test(year)) return [];
  const [day, name] = /^\d/.test(a) ? [a, b] : [b, a];
  if (!/^\d{1,2}$/.test(day)) return [];
  const readings = monthsOf(name).map((month) => ({ year: fullYear(year), month, day: Number(day) }));
  return readings.filter(exists);
}

/** The year that two, three or four digits stand for. */
export function fullYear(digits: string): number {
  const value = Number(digits);
  if (digits.length === 3) return 1900 + value;
  if (digits.length > 3) return value;
  return value < 70 ? 2000 + value : 1900 + value;
}

/** The instant `seconds` after the epoch, which is always UTC, whole to the second. */
export function timeOfEpoch(seconds: number, text: string): ListingTime {
  const civil = civilFromDays(Math.floor(seconds / 86_400));
  const inDay = ((seconds % 86_400) + 86_400) % 86_400;
  const hour = Math.floor(inDay / 3600);
  const minute = Math.floor(inDay / 60) % 60;
  const second = inDay % 60;
  return { ...civil, hour, minute, second, fraction: undefined, zone: "utc", text, alternatives: undefined };
}

/** Times that were never set show as the epoch of a clock: 1601 of Windows, 1858 of OpenVMS, 1970 of Unix. */
export const firstYear = 1601;

function exists({ year, month, day }: DateReading): boolean {
  if (year !== undefined && (year < firstYear || year > 9999)) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Of no certain year, 28 February is followed by 1 March. */
function nextDay({ year, month, day }: DateReading): DateReading {
  if (day < daysInMonth(year ?? 2001, month)) return { year, month, day: day + 1 };
  if (month < 12) return { year, month: month + 1, day: 1 };
  return { year: year === undefined ? undefined : year + 1, month: 1, day: 1 };
}
