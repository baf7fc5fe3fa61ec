import { type Clock, isHalfOfDay, parseClock, parseLocalClock } from "./clock.ts";
import { type DateOrder, type DateReading, fullYear, namedDates, numericDates, timeOf } from "./date.ts";
import { readMarkedDate } from "./marked-date.ts";
import { monthsOf } from "./month.ts";
import { type Field, isDigits } from "./scan.ts";
import type { ListingTime, ListingZone } from "./time.ts";

/** A date found among the fields of a line. */
export interface DateFound {
  readonly time: ListingTime;
  /** Index of the first field behind it. */
  readonly next: number;
  /** Where it ends in the line. */
  readonly end: number;
  /** Set when it ends in a year that stands at the left of a column made for ` 2009`: one more blank follows it. */
  readonly padded: boolean;
  /** A date in digits alone, without the time that usually follows: what pads it is unknown. */
  readonly bare: boolean;
}

/**
 * Reads the date that begins at `fields[at]`, in any form of `ls -l` and its kin: `Jan 29 03:26`, `Apr  8  1994`,
 * `26. Juli, 20:10`, `01 oct 2004`, `Oct 08, 2002 09:47`, `Jan  1 12:34:56 2014`, `2005-06-07 21:22`, `09-26 2000`,
 * `01-jun-99`, `6月 3日 2003年`. `undefined` when none begins there.
 */
export function readDate(line: string, fields: readonly Field[], at: number): DateFound | undefined {
  const first = fields[at]?.text ?? "";
  const marked = readMarkedDate(line, fields, at);
  if (marked !== undefined) return marked;
  if (!isDayNumber(first)) {
    return /^\d/.test(first) ? readCompact(line, fields, at) : readNamed(line, fields, at, first, at + 1);
  }
  return readNamed(line, fields, at, fields[at + 1]?.text ?? "", at);
}

/**
 * Reads `3 29 03:26`, where the locale prints a month as its bare number. Anything may look like it, so it is
 * tried when all else failed.
 */
export function readNumberedDate(line: string, fields: readonly Field[], at: number): DateFound | undefined {
  const [month, day, clock] = [fields[at], fields[at + 1], fields[at + 2]];
  if (month === undefined || day === undefined || clock === undefined) return undefined;
  if (!/^\d{1,2}$/.test(month.text) || !/^\d{1,2}$/.test(day.text)) return undefined;
  const reading = { year: undefined, month: Number(month.text), day: Number(day.text) };
  const time = parseClock(clock.text);
  if (time !== undefined) return found(line, fields, at, at + 3, [reading], time);
  const year = yearOf(clock.text);
  return year === undefined ? undefined : found(line, fields, at, at + 3, [{ ...reading, year }], undefined);
}

/** A month by name and a day, in either order, then a year, a time, or both. */
function readNamed(
  line: string,
  fields: readonly Field[],
  at: number,
  name: string,
  dayAt: number,
): DateFound | undefined {
  const day = fields[dayAt]?.text ?? "";
  const last = fields[at + 2];
  if (last === undefined || !isDayNumber(day)) return undefined;
  const months = monthsOf(name);
  if (months.length === 0) return undefined;
  const readings = (year: number | undefined): DateReading[] =>
    months.map((month) => ({ year, month, day: Number.parseInt(day, 10) }));

  const clock = parseLocalClock(last.text);
  if (clock !== undefined) {
    // BSD's -T prints `12:34:56 2014`.
    const year = clock.second === undefined ? undefined : yearOf(fields[at + 3]?.text ?? "");
    if (year !== undefined) return found(line, fields, at, at + 4, readings(year), clock);
    return found(line, fields, at, at + 3, readings(undefined), clock);
  }
  const year = yearOf(last.text);
  if (year === undefined) return undefined;
  // A comma before the year announces a full date: VShell prints `Oct 08, 2002 09:47`.
  const full = day.endsWith(",") || last.text.endsWith(",");
  const late = full ? parseClock(fields[at + 3]?.text ?? "") : undefined;
  if (late !== undefined) return found(line, fields, at, at + 4, readings(year), late);
  return found(line, fields, at, at + 3, readings(year), undefined);
}

/** A date in one field, then the time where there is one. */
function readCompact(line: string, fields: readonly Field[], at: number): DateFound | undefined {
  const text = fields[at]?.text ?? "";
  const joined = /^(\d{4}-\d{2}-\d{2})T(.+)$/.exec(text);
  if (joined !== null) {
    const clock = parseClock(joined[2] ?? "");
    return clock && found(line, fields, at, at + 1, numericDates(joined[1] ?? "", ["ymd"]), clock);
  }
  const next = fields[at + 1]?.text ?? "";
  const clock = parseClock(next);
  const monthDay = /^(\d{2})[-/.](\d{2})\.?$/.exec(text);
  if (monthDay !== null) return readMonthDay(line, fields, at, at + 1, monthDay);
  // A day padded with a blank.
  const apart = /^\d{1,2}\/$/.test(text) ? /^(\d{1,2})\/(\d)$/.exec(text + next) : null;
  if (apart !== null) return readMonthDay(line, fields, at, at + 2, apart);
  const numeric = numericDates(text, ordersOf(text));
  const long = /\d{4}/.test(text);
  const readings = numeric.length > 0 && (long || clock !== undefined) ? numeric : namedDates(text);
  if (readings.length === 0) return undefined;
  if (clock === undefined) return found(line, fields, at, at + 1, readings, undefined, true);
  const zone = zoneOf(fields[at + 2]?.text ?? "", clock);
  if (zone !== undefined) return found(line, fields, at, at + 3, readings, clock, false, zone);
  const half = isHalfOfDay(fields[at + 2]?.text ?? "");
  if (!half) return found(line, fields, at, at + 2, readings, clock);
  return found(line, fields, at, at + 3, readings, parseClock(next + (fields[at + 2]?.text ?? "")));
}

/** `09-26 2000`, `11/06 14:21`: month and day in `numbers`, then a time or a year in the field at `next`. */
function readMonthDay(
  line: string,
  fields: readonly Field[],
  at: number,
  next: number,
  numbers: RegExpExecArray,
): DateFound | undefined {
  const text = fields[next]?.text ?? "";
  const clock = parseClock(text);
  const year = clock === undefined ? yearOf(text) : undefined;
  if (clock === undefined && year === undefined) return undefined;
  const [a, b] = [Number(numbers[1]), Number(numbers[2])];
  const readings = [
    { year, month: a, day: b },
    { year, month: b, day: a },
  ];
  // GNU's iso style is month first; only a day that is no month tells the other way.
  return found(line, fields, at, next + 1, a <= 12 ? readings.slice(0, 1) : readings.slice(1), clock);
}

/** Who puts slashes puts the month first if anyone does; who puts dots never does. */
function ordersOf(text: string): readonly DateOrder[] {
  if (text.includes(".")) return ["ymd", "dmy"];
  return text.includes("/") ? ["ymd", "mdy", "dmy"] : ["ymd", "dmy", "mdy"];
}

function found(
  line: string,
  fields: readonly Field[],
  at: number,
  next: number,
  readings: readonly DateReading[],
  clock: Clock | undefined,
  bare = false,
  zone: ListingZone = "local-to-server",
): DateFound | undefined {
  const start = fields[at]?.start ?? 0;
  const last = fields[next - 1];
  if (last === undefined) return undefined;
  const time = timeOf(readings, clock, line.slice(start, last.end), zone);
  if (time === undefined) return undefined;
  const padded = clock === undefined && isDigits(last.text) && line[last.start - 2] !== " ";
  return { time, next, end: last.end, padded, bare };
}

/** `7`, `07`, `26.`, `08,`. */
function isDayNumber(text: string): boolean {
  return /^\d{1,2}[.,]?$/.test(text);
}

/** A year of four digits, with the comma or the dot that some locales print. */
function yearOf(text: string): number | undefined {
  return /^[12]\d{3}[.,]?$/.test(text) ? fullYear(text.slice(0, 4)) : undefined;
}

/** `+0200` behind a time with seconds, as GNU's full-iso style prints it, in minutes east of UTC. */
function zoneOf(text: string, clock: Clock): number | undefined {
  if (clock.second === undefined || !/^[+-]\d{4}$/.test(text)) return undefined;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3));
  return text.startsWith("-") ? -minutes : minutes;
}
