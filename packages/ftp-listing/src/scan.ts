/** A run of characters other than blanks, with its place in the line. */
export interface Field {
  readonly text: string;
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
}

/** The fields of `line` from `from` on; no more than `limit`, so that a line of blanks and dots costs little. */
export function splitFields(line: string, from = 0, limit = 48): Field[] {
  const fields: Field[] = [];
  let at = skipBlanks(line, from);
  while (at < line.length && fields.length < limit) {
    const end = fieldEnd(line, at);
    fields.push({ text: line.slice(at, end), start: at, end });
    at = skipBlanks(line, end);
  }
  return fields;
}

/** The first place from `at` on that is neither a blank, a tab nor the break of a joined line. */
export function skipBlanks(line: string, at: number): number {
  let index = at;
  while (index < line.length && isBlank(line.charCodeAt(index))) index++;
  return index;
}

/** The first blank from `at` on, or the line's end. */
export function fieldEnd(line: string, at: number): number {
  let index = at;
  while (index < line.length && !isBlank(line.charCodeAt(index))) index++;
  return index;
}

export function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a;
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Whether `text` is one or more digits and nothing else. */
export function isDigits(text: string): boolean {
  if (text === "") return false;
  for (let index = 0; index < text.length; index++) if (!isDigit(text.charCodeAt(index))) return false;
  return true;
}
