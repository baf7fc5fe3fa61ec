import { isDigit, isDigits } from "./scan.ts";

/** A size and, where the server rounded it, the text that it printed. */
export interface SizeReading {
  readonly size: number | bigint;
  readonly sizeText: string | undefined;
}

/** Longest run of digits that is taken for a number: 2^64 has 20, and work on a `bigint` is not linear. */
const maxDigits = 40;

/** The value of decimal digits: a `bigint` beyond 2^53 − 1, so that it stays exact; `undefined` for other text. */
export function parseCount(text: string): number | bigint | undefined {
  if (!isDigits(text) || text.length > maxDigits) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** {@link parseCount} of what stands from `start` to `end` in `line`, whose units are given too. */
export function readCount(
  line: string,
  units: Uint8Array,
  start: number,
  end: number,
): number | bigint | undefined {
  // Fifteen digits are exact.
  if (end - start > 15 || start === end) return parseCount(line.slice(start, end));
  let value = 0;
  for (let at = start; at < end; at++) {
    const unit = units[at] ?? 0;
    if (!isDigit(unit)) return undefined;
    value = value * 10 + unit - 48;
  }
  return value;
}

/** {@link parseCount} for what is never large: links, records, blocks. */
export function parseSmall(text: string): number | undefined {
  const value = parseCount(text);
  return typeof value === "number" ? value : undefined;
}

/**
 * A size in any print: digits, digits in groups of three (`34,359,738,368`, with `.`, `'` or a no-break space in
 * other lands), or rounded with a unit (`61.8M`, `4,0K`, `2KB`), where a unit is a power of 1024 and the result
 * is cut to whole bytes.
 */
export function parseSize(text: string): SizeReading | undefined {
  const exact = parseCount(text) ?? parseCount(withoutSeparators(text));
  if (exact !== undefined) return { size: exact, sizeText: undefined };
  return text.length <= maxDigits ? parseRounded(text) : undefined;
}

/** Group separators: `,` `.` `'` `’`, no-break and narrow no-break space, and the former as a byte of latin1 or cp437. */
const separators = new Set([",", ".", "'", "’", "\u00a0", "\u202f", "\udca0", "\udcff"]);

/** The digits of `text` without its separators when those stand every three places and are all alike. */
function withoutSeparators(text: string): string {
  if (text.length > maxDigits || !isDigit(text.charCodeAt(0))) return "";
  const separator = text.at(-4);
  if (separator === undefined || !separators.has(separator)) return "";
  const groups = text.split(separator);
  if ((groups[0] ?? "").length > 3) return "";
  for (let index = 1; index < groups.length; index++) if (groups[index]?.length !== 3) return "";
  return groups.join("");
}

const units = "KMGTPE";

function parseRounded(text: string): SizeReading | undefined {
  const match = /^(\d+)(?:[.,](\d+))?([KMGTPE]?)(?:i?B)?$/i.exec(text);
  if (match === null) return undefined;
  const [, whole = "", decimals = "", unit = ""] = match;
  if (unit === "" && decimals !== "") return undefined;
  const power = unit === "" ? 0n : BigInt(units.indexOf(unit.toUpperCase()) + 1);
  const size = (BigInt(whole + decimals) * 1024n ** power) / 10n ** BigInt(decimals.length);
  const exact = unit === "";
  const safe = size <= BigInt(Number.MAX_SAFE_INTEGER);
  return { size: safe ? Number(size) : size, sizeText: exact ? undefined : text };
}
