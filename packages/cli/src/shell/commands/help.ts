import { usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import type { Call, ShellCommand } from "../command.ts";
import { findCommand, namesOf } from "../find.ts";

export const helpCommands: readonly ShellCommand[] = [
  {
    name: "help",
    aliases: ["?"],
    usage: "[COMMAND]",
    summary: "list the commands, or tell about one",
    most: 1,
    completes: ["command"],
    run: help,
  },
  {
    name: "!",
    usage: "[COMMAND]",
    summary: "run a command of the shell here, or a shell",
    // The line's grammar knows it; this is what help tells.
    async run() {
      throw usageFailure("! takes the rest of the line: !ls -l");
    },
  },
];

async function help({ shell: { commands }, texts: [word] }: Call): Promise<void> {
  if (word === undefined) {
    const lines = commands.map((command) => row(command));
    await writeOut(`${[...lines, "", ...notes].join("\n")}\n`);
    return;
  }
  const found = findCommand(word, commands);
  if (!found.ok) throw usageFailure(found.message);
  const { command } = found;
  const others = namesOf(command).slice(1);
  await writeOut(`${usageOf(command.name, command.usage)}\n  ${command.summary}\n`);
  if (others.length > 0) await writeOut(`  also: ${others.join(", ")}\n`);
}

function row({ name, usage, summary }: ShellCommand): string {
  return `${usageOf(name, usage).padEnd(usageWidth)}  ${summary}`;
}

function usageOf(name: string, usage: string): string {
  return (name === "!" ? name + usage : `${name} ${usage}`).trimEnd();
}

/** Of most of them. */
const usageWidth = 30;

const notes = [
  "Names may be shortened as far as no other begins so. Names with blanks go into quotes, or take a \\ before each;",
  "Tab completes names here and there. Ctrl-C gives up what is under way and keeps the session.",
];
