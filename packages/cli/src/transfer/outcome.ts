import { tellError } from "../advice.ts";
import { CommandFailure, printable, rootCause, toLine } from "../failure.ts";
import { isHarmless, tellReason } from "./reason.ts";

/** What came of a command that does several things, one of which may fail without ending the others. */
export interface Outcome {
  /** Something was done, or tried. */
  count(things?: number): void;
  fail(what: string, error: unknown): void;
  leaveOut(path: string, reason: string): void;
  /** Something is to be known that is no failure. */
  note(line: string): void;
  /**
   * Tells on stderr what was left out.
   *
   * @throws {CommandFailure} something failed: each with its reason. Where only one thing was tried, its own error
   */
  end(): void;
}

export function createOutcome(): Outcome {
  let tried = 0;
  const failures: { readonly what: string; readonly error: unknown }[] = [];
  const notes: string[] = [];
  const leftOut: { readonly path: string; readonly reason: string }[] = [];
  return {
    count(things = 1) {
      tried += things;
    },
    fail: (what, error) => void failures.push({ what, error }),
    leaveOut: (path, reason) => void leftOut.push({ path, reason }),
    note: (line) => void notes.push(line),
    end() {
      for (const line of notes) process.stderr.write(`longshore: ${printable(line)}\n`);
      const lines = leftOut.map(({ path, reason }) => `${path}: left out, ${tellReason(reason)}`);
      const [first] = failures;
      if (first !== undefined && failures.length === 1 && tried <= 1 && lines.length === 0) throw first.error;
      const details = [...failures.map(({ what, error }) => `${what}: ${inOneLine(error)}`), ...lines];
      const words = [
        ...(failures.length > 0 ? [`${failures.length} of ${Math.max(tried, failures.length)} failed`] : []),
        ...(lines.length > 0 ? [`${lines.length} left out`] : []),
      ].join(", ");
      if (failures.length > 0 || leftOut.some(({ reason }) => !isHarmless(reason)))
        throw new CommandFailure(1, words, { details });
      if (lines.length === 0) return;
      process.stderr.write(`longshore: ${words}\n`);
      for (const line of details) process.stderr.write(`  ${printable(line)}\n`);
    },
  };
}

function inOneLine(error: unknown): string {
  const cause = rootCause(error);
  return cause instanceof CommandFailure ? toLine(cause) : tellError(error);
}
