import { type Clock, parseMarkedClock } from "./clock.ts";
import { timeOf } from "./date.ts";
import type { DateFound } from "./list-date.ts";
import type { Field } from "./scan.ts";

type Unit = "year" | "month" | "day";

/**
 * The marks behind the numbers of a Chinese, Japanese or Korean date: as UTF-8, and as the bytes of Shift JIS,
 * EUC-JP, GBK, Big5 and EUC-KR show once those that are no UTF-8 have become lone surrogates.
 */
const marks: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ["年", "year"],
  ["년", "year"],
  ["\udc94N", "year"],
  ["\u01ef", "year"],
  ["\udcc4\udcea", "year"],
  ["\udca6~", "year"],
  ["\udcb3\udce2", "year"],
  ["月", "month"],
  ["월", "month"],
  ["\udc8c\udc8e", "month"],
  ["\udcb7\udcee", "month"],
  ["\u0502", "month"],
  ["\udca4\udceb", "month"],
  ["\udcbf\udcf9", "month"],
  ["日", "day"],
  ["일", "day"],
  ["\udc93\udcfa", "day"],
  ["\udcc6\udcfc", "day"],
  ["\udcc8\udcd5", "day"],
  ["\udca4\udce9", "day"],
  ["\udcc0\udccf", "day"],
]);

interface Part {
  readonly value: string;
  readonly mark: string;
}

/**
 * Reads a date whose numbers carry a mark: `6月 3日 2003年`, `2005년  1월  6일`, `8月 17 20:10`, `2003年6月3日`.
 * An unknown mark (some other character set) is told by its place: a number above 31 is the year, then comes the
 * month, then the day. `undefined` when no mark is there.
 */
export function readMarkedDate(line: string, fields: readonly Field[], at: number): DateFound | undefined {
  const values: { year?: number; month?: number; day?: number } = {};
  let clock: Clock | undefined;
  let marked = false;
  let next = at;
  for (; next < fields.length && next < at + 4; next++) {
    const text = fields[next]?.text ?? "";
    if (values.month !== undefined && values.day !== undefined) {
      clock = parseMarkedClock(text);
      if (clock !== undefined) {
        next++;
        break;
      }
      if (values.year !== undefined) break;
    }
    const parts = partsOf(text);
    if (parts === undefined) break;
    // The month comes before the day, with its mark; a bare number first is a size, a bare number last a year.
    if (!marked && parts.every(({ mark }) => mark === "") && !/^\d{4}$/.test(text)) return undefined;
    for (const part of parts) if (!place(values, part)) return undefined;
    if (parts.some(({ mark }) => mark !== "")) marked = true;
  }
  const { year, month, day } = values;
  // `2003 8月 17 20:10` begins with a size: who prints the year first prints no time, or marks the year.
  if (clock !== undefined && /^\d+$/.test(fields[at]?.text ?? "")) return undefined;
  if (!marked || month === undefined || day === undefined) return undefined;
  if (year === undefined && clock === undefined) return undefined;
  const end = fields[next - 1]?.end ?? 0;
  const time = timeOf([{ year, month, day }], clock, line.slice(fields[at]?.start, end));
  return time && { time, next, end, padded: false, bare: false };
}

/** Puts a number where its mark, or else its place, says; false when that is taken. */
function place(values: { year?: number; month?: number; day?: number }, { value, mark }: Part): boolean {
  const number = Number(value);
  const guess = value.length > 2 ? "year" : values.month === undefined ? "month" : "day";
  const unit = marks.get(mark) ?? guess;
  if (values[unit] !== undefined || (unit === "year") !== (value.length === 4)) return false;
  values[unit] = number;
  return true;
}

/** Digits and their marks; a mark is up to three characters, the first beyond ASCII. */
function partsOf(text: string): Part[] | undefined {
  if (text.length > 16 || !/^(?:\d{1,4}[^\u0000-\u007f][^\d,.;:/-]{0,2})*(?:\d{1,4})?$/.test(text))
    return undefined;
  const parts = text.matchAll(/(\d+)([^\d]*)/g);
  return Array.from(parts, ([, value = "", mark = ""]) => ({ value, mark }));
}
