import { tellError } from "../advice.ts";
import { CommandFailure, ReaderGone, rootCause, toLine, usageFailure } from "../failure.ts";
import { interruption } from "../interrupt.ts";
import { runHere } from "./child.ts";
import { findCommand } from "./find.ts";
import { parseLine, type Statement } from "./line.ts";
import type { Shell } from "./shell.ts";

/**
 * Carries out the commands of a line, one after the other.
 *
 * @throws {CommandFailure} what is wrong with the line or one of its commands; the rest of the line is left out
 */
export async function runLine(shell: Shell, line: string, signal: AbortSignal): Promise<void> {
  const parsed = parseLine(line);
  if (!parsed.ok) throw usageFailure(parsed.message);
  for (const statement of parsed.statements) {
    try {
      await telling(signal, () => runStatement(shell, statement, signal));
    } catch (error) {
      if (!statement.mayFail || signal.aborted || error instanceof ReaderGone) throw error;
      shell.tell(toLine(error));
    }
    if (shell.isEnding) return;
  }
}

async function runStatement(shell: Shell, statement: Statement, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (statement.type === "shell") {
    shell.isLent = true;
    try {
      await runHere(statement.text);
    } finally {
      shell.isLent = false;
    }
    return;
  }
  const [first, ...words] = statement.words;
  const found = findCommand(first.text, shell.commands);
  if (!found.ok) throw usageFailure(found.message);
  const { name, usage, least = 0, most = Number.POSITIVE_INFINITY, run } = found.command;
  if (words.length < least || words.length > most)
    throw usageFailure(usage === "" ? `${name} stands alone` : `usage: ${name} ${usage}`);
  await run({ shell, words, texts: words.map(({ text }) => text), signal });
}

/** Runs `work`; whatever it throws becomes a failure whose one line says what to do. */
export async function telling(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const cause = rootCause(error);
    if (cause instanceof ReaderGone) throw cause;
    if (signal.aborted) throw interruption();
    throw cause instanceof CommandFailure ? cause : new CommandFailure(1, tellError(error));
  }
}
