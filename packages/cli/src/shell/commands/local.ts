import { homedir } from "node:os";
import { toLine, usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import type { Call, ShellCommand } from "../command.ts";
import { localPath } from "../local-path.ts";

export const localCommands: readonly ShellCommand[] = [
  {
    name: "lcd",
    usage: "[DIRECTORY]",
    summary: "go to a directory here; to yours unless told",
    most: 1,
    completes: ["local-directory"],
    run: lcd,
  },
  {
    name: "lpwd",
    usage: "",
    summary: "show the directory here",
    most: 0,
    run: () => writeOut(`${process.cwd()}\n`),
  },
];

async function lcd({ shell, texts: [wanted] }: Call): Promise<void> {
  const path = wanted === undefined ? homedir() : localPath(wanted);
  try {
    process.chdir(path);
  } catch (error) {
    throw usageFailure(`${path} cannot be entered (${toLine(error)})`);
  }
  if (shell.settings.verbose) shell.tell(`directory here: ${process.cwd()}`);
}
