import type { SkippedLine } from "./entry.ts";

/** What `ls` calls the sum of blocks that it prints first, in the languages that it speaks. */
const totals: ReadonlySet<string> = new Set([
  "total",
  "totale",
  "totaal",
  "totalt",
  "totali",
  "totalo",
  "totala",
  "totalt:",
  "total:",
  "gesamt",
  "insgesamt",
  "i alt",
  "sammanlagt",
  "yhteensä",
  "samtals",
  "alls",
  "razem",
  "celkem",
  "celkom",
  "spolu",
  "összesen",
  "skupaj",
  "ukupno",
  "kokku",
  "kopā",
  "viso",
  "iš viso",
  "итого",
  "всего",
  "загалом",
  "разом",
  "усяго",
  "общо",
  "укупно",
  "σύνολο",
  "toplam",
  "guztira",
  "gjithsej",
  "cyfanswm",
  "iomlán",
  "jumlah",
  "tổng",
  "tổng số",
  "סך הכל",
  "المجموع",
  "รวม",
  "合計",
  "总计",
  "总用量",
  "總計",
  "總用量",
  "합계",
  "총계",
]);

/** Why `line` is no entry of any Unix listing, where it is none. Dialects of their own know their own titles. */
export function skipUnixLine(line: string): SkippedLine["reason"] | undefined {
  const match = line.length > 80 ? null : /^ *(\S.*\S) +(?:[\d.,]+[KMGTPE]?i?B?)$/i.exec(line.trimEnd());
  if (match === null) return undefined;
  const word = match[1] ?? "";
  // In a character set of its own the word cannot be read, but nothing else is so short and ends in a number.
  const foreign = !word.includes(" ") && word.length < 16 && /^[\udc80-\udcff]/.test(word);
  return foreign || totals.has(word.toLowerCase().replace(/:$/, "")) ? "header" : undefined;
}

/** Whether `line` names the directory that a recursive listing goes on with: `./sub:`. */
export function isHeading(line: string, afterEmpty: boolean): boolean {
  return (
    line.length > 1 && line.endsWith(":") && (afterEmpty || line.startsWith("./") || line.startsWith("/"))
  );
}
