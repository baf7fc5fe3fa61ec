import { removeTree } from "@longshore/ftp-client";
import { CommandFailure, usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import type { Call, ShellCommand } from "../command.ts";
import { splitFlags } from "../flags.ts";
import { printed, tellFailures } from "../print.ts";
import { learnDirectory } from "../remote.ts";

export const directoryCommands: readonly ShellCommand[] = [
  {
    name: "cd",
    aliases: ["cwd"],
    usage: "[DIRECTORY]",
    summary: "go to a directory on the server; - is the one before, nothing the one after login",
    most: 1,
    completes: ["remote-directory"],
    run: cd,
  },
  {
    name: "cdup",
    usage: "",
    summary: "go to the directory above",
    most: 0,
    run: ({ shell, signal }) => change({ shell, signal }, ".."),
  },
  {
    name: "pwd",
    usage: "",
    summary: "show the directory on the server",
    most: 0,
    async run({ shell, signal }) {
      await writeOut(`${printed(await (await shell.client(signal)).pwd({ signal }))}\n`);
    },
  },
  {
    name: "mkdir",
    usage: "[-p] DIRECTORY...",
    summary: "make directories; with -p also those above them",
    least: 1,
    completes: ["remote-directory"],
    async run({ shell, texts, signal }) {
      const { flags, rest } = splitFlags(texts, ["-p"]);
      const client = await shell.client(signal);
      for (const path of rest) await client.makeDirectory(path, { signal, recursive: flags.has("-p") });
    },
  },
  {
    name: "rmdir",
    usage: "[-r] DIRECTORY...",
    summary: "remove empty directories; with -r, directories with everything in them",
    least: 1,
    completes: ["remote-directory"],
    run: rmdir,
  },
];

async function cd({ shell, texts: [wanted], signal }: Call): Promise<void> {
  await shell.client(signal);
  const before = shell.remote?.directory;
  const target = wanted === "-" ? shell.remote?.before : (wanted ?? shell.remote?.home);
  if (target === undefined) throw usageFailure("nobody knows where that is: name the directory");
  await change({ shell, signal }, target);
  if (shell.remote !== undefined) shell.remote.before = before;
}

async function change({ shell, signal }: Pick<Call, "shell" | "signal">, path: string): Promise<void> {
  await (await shell.client(signal)).cd(path, { signal });
  await learnDirectory(shell, signal);
}

async function rmdir({ shell, texts, signal }: Call): Promise<void> {
  const { flags, rest } = splitFlags(texts, ["-r"]);
  const client = await shell.client(signal);
  for (const path of rest) {
    if (!flags.has("-r")) {
      await client.removeDirectory(path, { signal });
      continue;
    }
    const report = await removeTree(client, path, { signal });
    if (!report.isComplete) {
      tellFailures(shell, report);
      throw new CommandFailure(1, `${path} was not removed as a whole; see above`);
    }
  }
}
