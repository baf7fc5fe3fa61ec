import { tellError } from "../advice.ts";
import { CommandFailure, toLine, usageFailure } from "../failure.ts";
import type { Call } from "./command.ts";
import { createConfirmation } from "./confirm.ts";

/**
 * Does the same with several, asking before each where that is wanted. One that fails does not end the rest, and the
 * command has failed then.
 */
export async function eachOf<T>(
  { shell, signal }: Call,
  items: readonly T[],
  nameOf: (item: T) => string,
  doing: string,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const confirm = createConfirmation(shell);
  let failed = 0;
  for (const item of items) {
    const answer = await confirm(`${doing} ${nameOf(item)}`);
    if (answer === "quit") break;
    if (answer === "no") continue;
    try {
      await work(item);
    } catch (error) {
      if (signal.aborted || shell.remote?.client.isClosed !== false) throw error;
      failed++;
      const line = error instanceof CommandFailure ? toLine(error) : tellError(error);
      shell.tell(`${nameOf(item)}: ${line}`);
    }
  }
  if (failed > 0) throw new CommandFailure(1, `${failed} of ${items.length} failed; see above`);
}

/** Nothing fits: a script that went on would think that something had been done. */
export function refuseNone<T>(items: readonly T[], words: readonly string[]): readonly T[] {
  if (items.length === 0) throw usageFailure(`nothing fits ${words.join(" ")}`);
  return items;
}
