import { englishMonths } from "./calendar.ts";
import { monthNames } from "./month-names.ts";

/**
 * The months that a word may name in any of the languages known, the likeliest first; none when it names none.
 * Case, accents, and a `.` or `,` at the end do not matter. Bytes that are not UTF-8 are read as the 8-bit
 * letters they may be, for a server prints its locale's names in its locale's character set.
 *
 * @example monthsOf("Okt.") // [10]
 */
export function monthsOf(word: string): readonly number[] {
  if (word.length < 2 || word.length > 24) return [];
  const bare = word.replace(/[.,]+$/, "");
  const known = english.get(bare) ?? table().get(fold(bare));
  if (known !== undefined) return known;
  return /[\udc80-\udcff]/.test(bare) ? monthsOfBytes(bare.toLowerCase()) : [];
}

const english: ReadonlyMap<string, readonly number[]> = new Map(
  englishMonths.map((name, index) => [name, [index + 1]]),
);

let names: Map<string, number[]> | undefined;

/** Built when first asked for, so that importing the package does no work. */
function table(): Map<string, number[]> {
  if (names !== undefined) return names;
  names = new Map();
  for (const { spelling, month } of spellings()) {
    const key = fold(spelling);
    const months = names.get(key) ?? [];
    if (!months.includes(month)) months.push(month);
    names.set(key, months);
  }
  return names;
}

function* spellings(): Generator<Accented> {
  for (const language of Object.values(monthNames)) {
    for (const [index, names] of language.split("|").entries())
      for (const spelling of names.split(" ")) yield { spelling, month: index + 1 };
  }
}

function fold(word: string): string {
  // The Turkish dotless i loses its kind when it is printed in capitals.
  const lower = word.toLowerCase().replaceAll("ı", "i");
  return lower.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

/** Cyrillic and Greek sets give each byte its letter; in Latin ones an unknown byte stands for one accented letter. */
function monthsOfBytes(word: string): readonly number[] {
  for (const letterOf of alphabets) {
    const text = Array.from(word, (unit) => (isByte(unit) ? letterOf(unit.charCodeAt(0) & 0xff) : unit)).join(
      "",
    );
    const months = table().get(fold(text));
    if (months !== undefined) return months;
  }
  const found = new Set<number>();
  for (const { spelling, month } of accented().get(word.length) ?? []) {
    if (Array.from(word).every((unit, index) => sameLetter(unit, spelling[index] ?? ""))) found.add(month);
  }
  return [...found];
}

/** A byte stands for some accented letter, any other unit for itself. */
function sameLetter(unit: string, letter: string): boolean {
  return isByte(unit) ? letter > "\u007f" : unit === letter;
}

interface Accented {
  readonly spelling: string;
  readonly month: number;
}

let accentedNames: Map<number, Accented[]> | undefined;

/** Names that hold both plain and accented Latin letters, by their length. */
function accented(): Map<number, Accented[]> {
  if (accentedNames !== undefined) return accentedNames;
  accentedNames = new Map();
  for (const { spelling, month } of spellings()) {
    if (!/[a-z]/.test(spelling) || !/[^a-z]/.test(spelling)) continue;
    const names = accentedNames.get(spelling.length) ?? [];
    names.push({ spelling, month });
    accentedNames.set(spelling.length, names);
  }
  return accentedNames;
}

function isByte(unit: string): boolean {
  return unit.charCodeAt(0) >> 8 === 0xdc;
}

const koi8 = "юабцдефгхийклмнопярстужвьызшэщчъ";
const none = "\ufffd";

/** The letters that stand for a byte in KOI8-R, Windows-1251, IBM 866, ISO 8859-5 and ISO 8859-7, in lower case. */
const alphabets: readonly ((byte: number) => string)[] = [
  (byte) => (byte >= 0xc0 ? (koi8[byte & 0x1f] ?? none) : byte === 0xa6 || byte === 0xb6 ? "і" : none),
  (byte) =>
    byte >= 0xc0 ? String.fromCharCode(0x430 + (byte & 0x1f)) : byte === 0xb2 || byte === 0xb3 ? "і" : none,
  (byte) =>
    byte < 0xb0
      ? String.fromCharCode(0x430 + (byte & 0x1f))
      : byte >= 0xe0 && byte < 0xf0
        ? String.fromCharCode(0x440 + (byte & 0x0f))
        : none,
  (byte) =>
    byte >= 0xb0 && byte < 0xf0
      ? String.fromCharCode(0x430 + ((byte - 0xb0) & 0x1f))
      : byte === 0xa6 || byte === 0xf6
        ? "і"
        : none,
  (byte) => (byte >= 0xb4 ? String.fromCharCode(byte + 0x2d0) : none),
];
