/**
 * `time-val = 14DIGIT [ "." 1*DIGIT ]`, always UTC (RFC 3659 §2.3). Kept as text: the number of digits after
 * the point is the precision that was meant.
 */
export type TimeVal = string;

/** Whether `text` is a `time-val` of a real moment (a leap second counts as one). */
export function isTimeVal(text: string): text is TimeVal {
  return shape.test(text) && fieldsOf(text) !== undefined;
}

/** Milliseconds since 1970 of a {@link TimeVal}, finer digits cut off; `undefined` if it is none. */
export function timeValToMilliseconds(text: TimeVal): number | undefined {
  return shape.test(text) ? fieldsOf(text) : undefined;
}

/**
 * `milliseconds` since 1970 as a {@link TimeVal}, with a fraction only where there is one.
 * Throws a `RangeError` outside the years 0 to 9999.
 */
export function millisecondsToTimeVal(milliseconds: number): TimeVal {
  const iso = new Date(milliseconds).toISOString();
  if (iso.length !== 24) throw new RangeError(`bad-time: the year of ${iso} has more than four digits`);
  const fraction = iso.slice(20, 23);
  return (
    iso.slice(0, 19).replace(/[-T:]/g, "") + (fraction === "000" ? "" : `.${fraction.replace(/0+$/, "")}`)
  );
}

/** More digits than anyone's clock has are no time. */
const shape = /^\d{14}(?:\.\d{1,18})?$/;

function fieldsOf(text: string): number | undefined {
  const month = Number(text.slice(4, 6));
  const day = Number(text.slice(6, 8));
  const hour = Number(text.slice(8, 10));
  const minute = Number(text.slice(10, 12));
  const second = Number(text.slice(12, 14));
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(Number(text.slice(0, 4)), month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const fraction = Number(text.slice(15, 18).padEnd(3, "0"));
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}
