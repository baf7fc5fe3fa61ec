import type { Completes, ShellCommand } from "./command.ts";
import { findCommand, namesOf } from "./find.ts";
import { type Open, quoteWord, unfinishedWord } from "./line.ts";

/** A name in a directory, here or on the server. */
export interface Candidate {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** Where completion finds names; what cannot be listed has none. */
export interface CandidateSource {
  /** `directory` as it was typed, with a slash at its end or empty. */
  remote(directory: string): Promise<readonly Candidate[]>;
  local(directory: string): Promise<readonly Candidate[]>;
}

/** What a Tab at the end of `line` can put in place of `replaced`, the word there, quoted as it was begun. */
export async function complete(
  line: string,
  source: CandidateSource,
  commands: readonly ShellCommand[],
): Promise<[offered: string[], replaced: string]> {
  const word = unfinishedWord(line);
  if (word === undefined || word.open === "\\") return [[], line];
  const { before, text, raw, open } = word;
  const [first, ...others] = before;
  if (first === undefined) return [commandNames(commands, text), raw];
  const found = findCommand(first, commands);
  if (!found.ok) return [[], raw];
  const { completes = ["nothing"] } = found.command;
  const index = others.filter((other) => !other.startsWith("-")).length;
  const kind = completes[Math.min(index, completes.length - 1)] ?? "nothing";
  if (kind === "command") return [commandNames(commands, text), raw];
  if (kind === "on-off") return [["on ", "off "].filter((one) => one.startsWith(text)), raw];
  return [await fileNames(kind, text, open, source), raw];
}

function commandNames(commands: readonly ShellCommand[], begun: string): string[] {
  return commands
    .flatMap(namesOf)
    .filter((name) => /^[a-z]/.test(name) && name.startsWith(begun.toLowerCase()))
    .sort()
    .map((name) => `${name} `);
}

async function fileNames(
  kind: Completes,
  text: string,
  open: Open,
  source: CandidateSource,
): Promise<string[]> {
  if (kind === "nothing") return [];
  const directory = text.slice(0, text.lastIndexOf("/") + 1);
  const begun = text.slice(directory.length);
  const names = kind.startsWith("remote") ? await source.remote(directory) : await source.local(directory);
  return names
    .filter(({ name }) => name.startsWith(begun) && (begun !== "" || !name.startsWith(".")))
    .filter(({ isDirectory }) => isDirectory || !kind.endsWith("directory"))
    .filter(({ name }) => isTypeable(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, isDirectory }) => {
      const word = quoteWord(directory + name + (isDirectory ? "/" : ""), open);
      return isDirectory ? word : `${word}${word.startsWith(open) ? open : ""} `;
    });
}

/** A name from a stranger that would move the cursor, or is a path, is none that a Tab puts into the line. */
function isTypeable(name: string): boolean {
  return name !== "" && !/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069/]/.test(name);
}
