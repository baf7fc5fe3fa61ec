// Amounts with a unit behind them, as flags and the configuration file have them.

/** Bytes: a number, with a unit of 1000 or 1024 where it is wanted. */
export const amountForm: RegExp = /^\d{1,9}(?:\.\d{1,3})? ?(?:[kKMGT]i?)?B?$/;

/** What the letters of a unit of bytes stand for. */
export const multiples: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A number and one of `units`, multiplied. */
export function scaled(text: string, units: Readonly<Record<string, number>>): number {
  const [, digits = "", unit = ""] = /^([\d.]+) ?(.*?)B?$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? 1);
}
