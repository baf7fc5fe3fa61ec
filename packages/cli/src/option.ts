import { InvalidArgumentError } from "commander";

/** A port, 0 to 65535. */
export function portOf(text: string): number {
  const port = wholeNumber(text);
  if (port === undefined || port > 65_535)
    throw new InvalidArgumentError("a port is a number from 0 to 65535");
  return port;
}

/** `A-B`, both ports from 1 to 65535, B not below A. */
export function portRangeOf(text: string): readonly [number, number] {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first < 1 || last < first || last > 65_535) {
    throw new InvalidArgumentError("write the first and the last port, such as 50000-50100");
  }
  return [first, last];
}

/** A whole number that is not negative. */
export function countOf(text: string): number {
  const count = wholeNumber(text);
  if (count === undefined) throw new InvalidArgumentError("a whole number is wanted");
  return count;
}

/** For options that may be given more than once. */
export function repeated(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
