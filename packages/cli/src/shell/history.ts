import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { toLine } from "../failure.ts";
import type { ShellCommand } from "./command.ts";
import { findCommand } from "./find.ts";
import { parseLine, quoteWord } from "./line.ts";

/** The lines of this and earlier sessions, the newest last. */
export interface History {
  readonly lines: readonly string[];
  add(line: string): void;
}

/** As many lines are kept. */
export const historySize = 1000;

/** `longshore/ftp-history` in `XDG_STATE_HOME`, which is `~/.local/state` unless told. */
export function historyFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: given = "" } = environment;
  const base = isAbsolute(given) ? given : join(homedir(), ".local/state");
  return join(base, "longshore/ftp-history");
}

/**
 * Reads a history and goes on with it: each line is in the file at once, which its owner alone can read.
 *
 * @param onProblem told once where the file cannot be used; the lines are then kept for this session alone
 */
export function openHistory(file: string, onProblem: (message: string) => void): History {
  const lines: string[] = [];
  let isKept = true;
  const onDisk = (act: () => void): void => {
    if (!isKept) return;
    try {
      act();
    } catch (error) {
      isKept = false;
      onProblem(`the history is not kept: ${toLine(error)}`);
    }
  };
  onDisk(() => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, "", { mode: 0o600 });
    // Whatever was there before, or made it.
    chmodSync(file, 0o600);
    const all = readFileSync(file, "utf8").split("\n").filter(Boolean);
    lines.push(...all.slice(-historySize));
    if (all.length > 2 * historySize) writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  });
  return {
    lines,
    add(line) {
      if (line === lines.at(-1)) return;
      lines.push(line);
      if (lines.length > historySize) lines.shift();
      onDisk(() => appendFileSync(file, `${line}\n`, { mode: 0o600 }));
    },
  };
}

/**
 * What of a line may be kept: nothing where it begins with a blank, is no command, or is a secret as a whole; the
 * rest without its passwords.
 */
export function memorable(line: string, commands: readonly ShellCommand[]): string | undefined {
  const parsed = parseLine(line);
  if (line.trim() === "" || /^\s/.test(line) || !parsed.ok) return undefined;
  const kept: string[] = [];
  let isWhole = true;
  for (const statement of parsed.statements) {
    if (statement.type === "shell") {
      kept.push(`!${statement.text}`);
      continue;
    }
    const [name, ...words] = statement.words.map(({ text }) => text);
    // Perhaps a slip of the pen with a password behind it.
    const found = findCommand(name ?? "", commands);
    if (!found.ok) return undefined;
    const left = found.command.withoutSecrets === undefined ? words : found.command.withoutSecrets(words);
    if (left === undefined) return undefined;
    isWhole &&= left.every((word, index) => word === words[index]) && left.length === words.length;
    kept.push([name ?? "", ...left].map((word) => quoteWord(word)).join(" "));
  }
  return isWhole ? line : kept.join("; ");
}
