import { appendFileSync } from "node:fs";
import { describe } from "vitest";
import { find, type ProgramName } from "../peers/programs.ts";

/**
 * A group of scenarios with programs of others. Where one of them is not to be had, the group is left out, loudly:
 * `npm test` prints it at its end and fails in CI.
 */
export function describeWith(title: string, needs: readonly ProgramName[], body: () => void): void {
  const missing = needs.filter((name) => find(name) === undefined);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  leftOut(`${title} (missing: ${missing.join(", ")})`);
}

/** Notes something that could not be shown on this machine. */
export function leftOut(what: string): void {
  console.warn(`LEFT OUT: ${what}`);
  const file = process.env.LONGSHORE_LEFT_OUT;
  if (file !== undefined) appendFileSync(file, `${what}\n`);
}
