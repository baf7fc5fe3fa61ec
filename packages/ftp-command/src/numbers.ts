/** A count of octets: a number where that is exact, a bigint beyond 2^53 - 1. Never negative. */
export type Octets = number | bigint;

/**
 * Plain decimal digits as {@link Octets}; `undefined` for anything else and beyond 2^64 - 1.
 * No sign, space, hexadecimal or exponent passes.
 */
export function parseOctets(text: string): Octets | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const digits = text.length > 1 ? text.replace(/^0+(?=[0-9])/, "") : text;
  if (digits.length <= 15) return Number(digits);
  if (digits.length > 20) return undefined;
  const exact = BigInt(digits);
  if (exact > 0xffff_ffff_ffff_ffffn) return undefined;
  return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
}

/** Plain decimal digits as a number from `least` to `most`. */
export function parseNumber(text: string, least: number, most: number): number | undefined {
  if (!/^[0-9]{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/** Octal digits of file permissions, 0 to 0o7777. */
export function parseOctal(text: string): number | undefined {
  return /^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777
    ? Number.parseInt(text, 8)
    : undefined;
}

/** Permissions as three or four octal digits. */
export function formatOctal(value: number): string {
  return value.toString(8).padStart(3, "0");
}
