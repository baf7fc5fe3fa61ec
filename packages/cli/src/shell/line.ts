import { escapePattern } from "../glob.ts";

/**
 * Reads a line of the session: commands parted by `;` or line breaks, words parted by blanks. `"…"`, `'…'` and `\` take
 * a blank, a wildcard or a `;` as it is; `!` gives the rest of the line to the shell, `#` to nobody. A command behind
 * `-` may fail without ending a script, as in sftp(1).
 */
export function parseLine(line: string): LineResult {
  const { pieces, open } = scan(line);
  if (open === "\\") return { ok: false, message: "nothing stands behind the \\ at the end: take it away" };
  if (open !== "") return { ok: false, message: `a ${open} is not closed: put another, or \\ before it` };
  const statements: Statement[] = [];
  let mayFail = false;
  let words: Word[] = [];
  const end = (): void => {
    const [first, ...others] = words;
    if (first !== undefined) statements.push({ type: "command", words: [first, ...others], mayFail });
    words = [];
    mayFail = false;
  };
  for (const piece of pieces) {
    if (piece.type === "word") words.push(piece);
    else if (piece.type === "may-fail") mayFail = true;
    else if (piece.type === "shell") {
      statements.push({ type: "shell", text: piece.text, mayFail });
      mayFail = false;
    } else end();
  }
  end();
  return { ok: true, statements };
}

export type LineResult =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly message: string };

export type Statement =
  | { readonly type: "command"; readonly words: readonly [Word, ...Word[]]; readonly mayFail: boolean }
  | { readonly type: "shell"; readonly text: string; readonly mayFail: boolean };

export interface Word {
  readonly text: string;
  /** The same as a pattern, where it has wildcards that nobody quoted. */
  readonly pattern: string | undefined;
}

/** What a word is open with at the line's end: a quote, a backslash, or nothing. */
export type Open = "" | "'" | '"' | "\\";

/** The word under the cursor, at the end of what was typed. */
export interface Unfinished {
  /** The words of its command before it. */
  readonly before: readonly string[];
  readonly text: string;
  /** As it was typed. */
  readonly raw: string;
  /** How it began: the quote that is still open. */
  readonly open: Open;
}

/** Where a completion goes; `undefined` behind `!` and `#`. */
export function unfinishedWord(line: string): Unfinished | undefined {
  const { pieces, open } = scan(line);
  const last = pieces.at(-1);
  if (last?.type === "shell" || last?.type === "comment") return undefined;
  const before: string[] = [];
  for (const piece of pieces) {
    if (piece.type === "end") before.length = 0;
    else if (piece.type === "word") before.push(piece.text);
  }
  if (last?.type !== "word" || last.end < line.length) return { before, text: "", raw: "", open: "" };
  before.pop();
  return { before, text: last.text, raw: line.slice(last.start), open };
}

/** A word as it has to be typed, in the quotes that it was begun with. */
export function quoteWord(text: string, open: Open = ""): string {
  if (open === '"') return `"${text.replaceAll(/["\\]/g, "\\$&")}`;
  if (open === "'" && !text.includes("'")) return `'${text}`;
  return text === "" ? '""' : text.replaceAll(/[\s"'\\;*?[{]|^[!#-]/g, "\\$&");
}

type Piece =
  | (Word & { readonly type: "word"; readonly start: number; readonly end: number })
  | { readonly type: "shell"; readonly text: string }
  | { readonly type: "end" | "may-fail" | "comment" };

function scan(line: string): { readonly pieces: readonly Piece[]; readonly open: Open } {
  const pieces: Piece[] = [];
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | undefined => {
    form.lastIndex = at;
    const found = form.exec(line) ?? undefined;
    if (found !== undefined) at = form.lastIndex;
    return found;
  };
  while (at < line.length) {
    if (take(forms.blank)) continue;
    const isFirst = pieces.at(-1)?.type !== "word";
    if (take(forms.end)) {
      pieces.push({ type: "end" });
    } else if (isFirst && take(forms.comment)) {
      pieces.push({ type: "comment" });
    } else if (isFirst && take(forms.mayFail)) {
      pieces.push({ type: "may-fail" });
    } else {
      const shell = isFirst ? take(forms.shell) : undefined;
      if (shell !== undefined) {
        pieces.push({ type: "shell", text: (shell[1] ?? "").trim() });
        continue;
      }
      const start = at;
      const { open, ...word } = scanWord(take);
      pieces.push({ type: "word", ...word, start, end: at });
      if (open !== "") return { pieces, open };
    }
  }
  return { pieces, open: "" };
}

function scanWord(take: (form: RegExp) => RegExpExecArray | undefined): Word & { readonly open: Open } {
  let text = "";
  let pattern = "";
  let isPattern = false;
  const literal = (part: string): void => {
    text += part;
    pattern += escapePattern(part);
  };
  const done = (open: Open): Word & { readonly open: Open } => ({
    text,
    pattern: isPattern ? pattern : undefined,
    open,
  });
  for (;;) {
    const plain = take(forms.plain)?.[0] ?? take(forms.version)?.[0];
    if (plain !== undefined) {
      isPattern ||= /[*?[{]/.test(plain);
      text += plain;
      pattern += plain;
      continue;
    }
    const escaped = take(forms.escaped);
    if (escaped !== undefined) {
      literal(escaped[1] ?? "");
      continue;
    }
    const double = take(forms.double);
    if (double !== undefined) {
      literal((double[1] ?? "").replaceAll(/\\(["\\])/g, "$1"));
      if (double[2] !== '"') return done('"');
      continue;
    }
    const single = take(forms.single);
    if (single !== undefined) {
      literal(single[1] ?? "");
      if (single[2] === "") return done("'");
      continue;
    }
    return done(take(forms.dangling) === undefined ? "" : "\\");
  }
}

const forms = {
  blank: /[ \t\f\v]+/y,
  end: /[;\r\n]/y,
  comment: /#[^\n]*/y,
  mayFail: /-(?=[^\s;-])/y,
  shell: /!([^\n]*)/y,
  plain: /[^\s;"'\\]+/y,
  /** OpenVMS ends the names of files so (`LOGIN.COM;3`); a command never begins with a digit. */
  version: /(?<=[^\s;]);\d+(?=[\s;]|$)/y,
  escaped: /\\([\s\S])/y,
  double: /"((?:[^"\\]|\\[\s\S])*)("|\\?$)/y,
  single: /'([^']*)($|')/y,
  dangling: /\\$/y,
} as const;
