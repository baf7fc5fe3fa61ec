/** A time of day as printed; 24:00 is the midnight that ends the day. */
export interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number | undefined;
  readonly fraction: string | undefined;
}

const colons = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:([ap])\.?(?:m\.?)?)?$/i;
const marked = /^(\d{1,2})[^\u0000-\u007f][^\d:]{0,2}(\d{2})[^\u0000-\u007f][^\d:]{0,2}$/;
/** Finnish, Danish and Italian locales print `13.24`, French and Portuguese ones `13h24`. */
const others = /^(\d{1,2})[.h](\d{2})$/;

/** `9:07`, `09:07:33.28`, `12:09AM`, `3:47p`; `undefined` for what is none, as 30:01. */
export function parseClock(text: string): Clock | undefined {
  const match = colons.exec(text);
  if (match === null) return undefined;
  const [, hour = "", minute = "", second, fraction, half] = match;
  return clockOf(
    Number(hour),
    Number(minute),
    second === undefined ? undefined : Number(second),
    fraction,
    half,
  );
}

/** {@link parseClock}, and the dotted forms that would elsewhere be read as a number or a name. */
export function parseLocalClock(text: string): Clock | undefined {
  const match = others.exec(text);
  if (match === null) return parseClock(text);
  return clockOf(Number(match[1]), Number(match[2]), undefined, undefined, undefined);
}

/** `14時21分`, in whatever character set. */
export function parseMarkedClock(text: string): Clock | undefined {
  const match = marked.exec(text);
  return match === null
    ? parseClock(text)
    : clockOf(Number(match[1]), Number(match[2]), undefined, undefined, undefined);
}

/** Whether `text` is a lone `AM` or `PM`, which belongs to the time before it. */
export function isHalfOfDay(text: string): boolean {
  return /^[ap]\.?m\.?$/i.test(text);
}

function clockOf(
  hour: number,
  minute: number,
  second: number | undefined,
  fraction: string | undefined,
  half: string | undefined,
): Clock | undefined {
  if (minute > 59 || (second ?? 0) > 60) return undefined;
  if (hour > 23 && !(hour === 24 && minute === 0 && (second ?? 0) === 0)) return undefined;
  let whole = hour;
  // 00:34AM occurs, and so does 13:08PM: both say what they mean.
  if (half !== undefined && hour === 12) whole = 0;
  if ((half === "p" || half === "P") && whole < 12) whole += 12;
  return { hour: whole, minute, second, fraction };
}
