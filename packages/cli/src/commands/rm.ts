import { FtpError, removeTree } from "@longshore/ftp-client";
import type { Command } from "commander";
import {
  addConnectionFlags,
  type ConnectionFlags,
  patternHelp,
  type Remote,
  urlHelp,
} from "../connection.ts";
import { CommandFailure, printable } from "../failure.ts";
import { eachFound, type Found } from "../found.ts";
import { isDirectory } from "../glob-remote.ts";
import { writeOut } from "../output.ts";
import { addParallelFlag } from "../transfer/flags.ts";
import type { Outcome } from "../transfer/outcome.ts";
import { tellTree } from "../transfer/tree.ts";

interface RmFlags extends ConnectionFlags {
  readonly recursive?: true;
  readonly dryRun?: boolean;
  readonly glob?: boolean;
}

export function addRm(program: Command): void {
  addConnectionFlags(
    addParallelFlag(
      program
        .command("rm")
        .summary("remove files and directories")
        .description("Removes files from an FTP server; with a slash at the URL's end, an empty directory.")
        .argument("<URL...>", "ftp://[user@]host[:port]/path")
        .option("-r, --recursive", "remove directories with everything in them; links are not followed")
        .option("-n, --dry-run", "say what would be removed, and do nothing")
        .option("--no-glob", "take *, ?, brackets and braces as they are"),
    ),
  )
    .addHelpText(
      "after",
      `${patternHelp}
${urlHelp}

Examples:
  longshore rm ftp://ada@127.0.0.1:2121/old.txt
  longshore rm ftp://ada@127.0.0.1:2121/reports/
  longshore rm 'ftp://ada@127.0.0.1:2121/logs/*.gz'
  longshore rm -r --dry-run ftp://ada@127.0.0.1:2121/old`,
    )
    .action((addresses: readonly string[], flags: RmFlags) =>
      eachFound(
        addresses,
        flags,
        { doing: "remove files", several: flags.recursive === true },
        (remote, found, signal, outcome) =>
          flags.recursive === true
            ? removeWhole(remote, found, flags, signal, outcome)
            : removeOne(remote, found, flags, signal),
      ),
    );
}

async function removeOne(
  { ftp }: Remote,
  { path, isDirectory, entry }: Found,
  { dryRun }: RmFlags,
  signal: AbortSignal,
): Promise<void> {
  if (!isDirectory && entry?.type === "directory")
    throw new CommandFailure(1, `${path} is a directory; -r removes it with everything in it`);
  if (dryRun === true) await tellPlan(isDirectory ? "rmdir" : "rm", path);
  else if (isDirectory) await ftp.removeDirectory(path, { signal });
  else await ftp.remove(path, { signal });
}

async function removeWhole(
  { ftp, parallel }: Remote,
  { path, entry, address }: Found,
  { dryRun = false }: RmFlags,
  signal: AbortSignal,
  outcome: Outcome,
): Promise<void> {
  if (dryRun && !(entry === undefined ? await isDirectory(ftp, path, signal) : entry.type === "directory"))
    return tellPlan("rm", path);
  if (!dryRun && entry?.type !== "directory") {
    // A link to a directory is one to every other command, and everything behind it would go: it goes by DELE alone.
    try {
      return await ftp.remove(path, { signal });
    } catch (error) {
      const isRefused = FtpError.isInstance(error) && error.code === "refused";
      if (!isRefused || entry !== undefined || !(await isDirectory(ftp, path, signal))) throw error;
    }
  }
  const report = await removeTree(ftp, path, { dryRun, parallel, signal });
  await tellTree(report, "rm", { url: address }, { quiet: true }, outcome);
}

function tellPlan(verb: string, path: string): Promise<void> {
  return writeOut(`${verb.padEnd(5)}  ${printable(path)}\n`);
}
