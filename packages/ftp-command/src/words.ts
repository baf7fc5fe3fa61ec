/**
 * Arguments of several names, as ProFTPD and GlobalSCAPE take them: words apart by one space, a word that
 * holds a space between quotes, a quote inside those doubled.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      const quoted = readQuoted(text, at);
      if (quoted === undefined) return undefined;
      words.push(quoted.word);
      at = quoted.end;
      if (at < text.length && text[at] !== " ") return undefined;
    } else {
      const space = text.indexOf(" ", at);
      const end = space === -1 ? text.length : space;
      words.push(text.slice(at, end));
      at = end;
    }
    if (words.at(-1) === "") return undefined;
    if (at === text.length) return words;
    at += 1;
  }
  return undefined;
}

/** The inversion of {@link splitWords}. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (word.includes(" ") || word.startsWith('"') ? quote(word) : word)).join(" ");
}

/** `word` between quotes, those inside doubled. */
export function quote(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** The quoted word that begins at `start`, and where the text goes on behind it. */
export function readQuoted(text: string, start: number): { word: string; end: number } | undefined {
  let at = start + 1;
  while (true) {
    at = text.indexOf('"', at);
    if (at === -1) return undefined;
    if (text[at + 1] !== '"') break;
    at += 2;
  }
  return { word: text.slice(start + 1, at).replaceAll('""', '"'), end: at + 1 };
}
