import { nearest } from "../config/nearest.ts";
import { printable } from "../failure.ts";
import type { ShellCommand } from "./command.ts";

export type Found =
  | { readonly ok: true; readonly command: ShellCommand }
  | { readonly ok: false; readonly message: string };

/** The command that a word means: its name, another of its names, or any beginning that no other command has. */
export function findCommand(word: string, commands: readonly ShellCommand[]): Found {
  const wanted = word.toLowerCase();
  const exact = commands.find((command) => namesOf(command).includes(wanted));
  if (exact !== undefined) return { ok: true, command: exact };
  const shown = printable(word);
  const begun = commands.filter((command) => namesOf(command).some((name) => name.startsWith(wanted)));
  const [only, another] = begun;
  if (only !== undefined && another === undefined) return { ok: true, command: only };
  if (another !== undefined) {
    const names = begun.flatMap(namesOf).filter((name) => name.startsWith(wanted));
    return { ok: false, message: `${shown} could be ${names.join(", ")}: write more of it` };
  }
  const words = commands.flatMap(namesOf).filter((name) => /^[a-z]/.test(name));
  const meant = nearest(wanted, words);
  const advice = meant === undefined ? "help lists those that there are" : `did you mean ${meant}?`;
  return { ok: false, message: `there is no command ${shown}; ${advice}` };
}

/** What a command may be called. */
export function namesOf({ name, aliases = [] }: ShellCommand): readonly string[] {
  return [name, ...aliases];
}
