import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { toLine, usageFailure } from "./failure.ts";

/** What a netrc file knows of one host and user. */
export interface NetrcEntry {
  /** Absent for `default`, which is every host that no other entry names. */
  readonly machine?: string;
  readonly login?: string;
  readonly password?: string;
  readonly account?: string;
}

export type NetrcResult =
  | { readonly ok: true; readonly entries: readonly NetrcEntry[] }
  | { readonly ok: false; readonly line: number; readonly message: string };

/**
 * Reads `.netrc` as ftp(1) and curl know it: `machine NAME`, `default`, `login`, `password` and `account`, parted by blanks
 * and line ends; words in double quotes, with a backslash before what is meant as it is; comments from `#` on; macros
 * (`macdef`, up to an empty line) passed over.
 */
export function parseNetrc(text: string): NetrcResult {
  const words = readWords(text);
  const entries: { -readonly [Key in keyof NetrcEntry]: NetrcEntry[Key] }[] = [];
  for (let next = words.keyword(); next !== undefined; next = words.keyword()) {
    const { word, line } = next;
    const wrong = (message: string): NetrcResult => ({ ok: false, line, message });
    if (word === "macdef") words.skipMacro();
    else if (word === "default") entries.push({});
    else if (word === "machine" || word === "login" || word === "password" || word === "account") {
      const value = words.value();
      if (value === undefined) return wrong(`nothing comes after ${word}, or its quotes have no end`);
      const entry = entries.at(-1);
      if (word === "machine") entries.push({ machine: value });
      else if (entry === undefined) return wrong(`${word} comes before machine or default`);
      else entry[word] = value;
    } else return wrong("expected machine, default, login, password, account or macdef");
  }
  return { ok: true, entries };
}

/** The first entry for a host, and for a user where one is named; that for every other host last. */
export function findNetrc(
  entries: readonly NetrcEntry[],
  host: string,
  user: string | undefined,
): NetrcEntry | undefined {
  const fits = ({ login }: NetrcEntry): boolean =>
    user === undefined || login === undefined || login === user;
  const name = host.toLowerCase();
  return (
    entries.find((entry) => entry.machine?.toLowerCase() === name && fits(entry)) ??
    entries.find((entry) => entry.machine === undefined && fits(entry))
  );
}

/**
 * Looks a host up in a file, `NETRC` or `~/.netrc` unless told. A file with a password in it that others may read is
 * refused, as ftp(1) does.
 *
 * @throws {CommandFailure} wrong usage: the file cannot be read or understood, or others can read it
 */
export async function askNetrc(
  file: string | undefined,
  host: string,
  user: string | undefined,
): Promise<NetrcEntry | undefined> {
  const path = file ?? process.env.NETRC ?? join(homedir(), ".netrc");
  const { text, isPrivate } = await readNetrc(path);
  const result = parseNetrc(text);
  if (!result.ok) throw usageFailure(`--netrc: ${path}, line ${result.line}: ${result.message}`);
  const entry = findNetrc(result.entries, host, user);
  const isSecret = entry?.password !== undefined && !/^(?:anonymous|ftp)$/i.test(entry.login ?? user ?? "");
  if (isSecret && !isPrivate)
    throw usageFailure(`--netrc: ${path} holds passwords and others can read it; chmod 600 it`);
  return entry;
}

/** A file of accounts is small; anything larger is something else. */
const mostBytes = 1 << 20;

async function readNetrc(path: string): Promise<{ readonly text: string; readonly isPrivate: boolean }> {
  try {
    await using file = await openFile(path);
    const found = await file.handle.stat();
    // A pipe (from a password manager) is seen by nobody but its two ends.
    const isPrivate = !found.isFile() || process.platform === "win32" || (found.mode & 0o077) === 0;
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of file.handle.createReadStream({ autoClose: false })) {
      length += part.length;
      if (length > mostBytes) throw new Error("it is larger than 1 MiB");
      parts.push(part);
    }
    return { text: new TextDecoder().decode(Buffer.concat(parts)), isPrivate };
  } catch (error) {
    throw usageFailure(`--netrc: ${path} cannot be read (${toLine(error)})`);
  }
}

async function openFile(path: string) {
  const handle = await open(path);
  return { handle, [Symbol.asyncDispose]: () => handle.close() };
}

/** The words of a file, one after the other; each character is looked at once. */
function readWords(text: string) {
  let at = 0;
  let line = 1;
  const skipTo = (isEnd: () => boolean): void => {
    while (at < text.length && !isEnd()) if (text[at++] === "\n") line++;
  };
  const isBlank = (): boolean => /\s/.test(text[at] ?? "");

  function plain(): string {
    const start = at;
    skipTo(isBlank);
    return text.slice(start, at);
  }
  function quoted(): string | undefined {
    let word = "";
    for (at++; at < text.length; at++) {
      const character = text[at] ?? "";
      if (character === "\n") return undefined;
      if (character === '"') {
        at++;
        return word;
      }
      if (character !== "\\") word += character;
      else {
        const escaped = text[++at] ?? "";
        word += escapes[escaped] ?? escaped;
      }
    }
    return undefined;
  }
  return {
    /** The next word where one of the language is due, behind comments. */
    keyword(): { readonly word: string; readonly line: number } | undefined {
      for (;;) {
        skipTo(() => !isBlank());
        if (at >= text.length) return undefined;
        if (text[at] !== "#") break;
        skipTo(() => text[at] === "\n");
      }
      const begun = line;
      return { word: plain(), line: begun };
    },
    /** What a word of the language is followed by. It may begin with `#`. */
    value(): string | undefined {
      skipTo(() => !isBlank());
      if (at >= text.length) return undefined;
      return text[at] === '"' ? quoted() : plain();
    },
    skipMacro(): void {
      const end = /\n[\t\r ]*\n/g;
      end.lastIndex = at;
      const found = end.exec(text);
      const to = found === null ? text.length : found.index + 1;
      skipTo(() => at >= to);
    },
  };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
