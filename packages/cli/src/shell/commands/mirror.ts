import { basename } from "node:path";
import { mirror as mirrorTrees } from "@longshore/ftp-client";
import { CommandFailure, usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import { nameOf } from "../../place.ts";
import { createProgressGroup } from "../../progress.ts";
import { createFilter } from "../../transfer/filter.ts";
import { isHarmless } from "../../transfer/reason.ts";
import { noteLeftover, summaryOf, tellAction, watchTree } from "../../transfer/tree.ts";
import type { Call, ShellCommand } from "../command.ts";
import { splitFlags } from "../flags.ts";
import { localPath } from "../local-path.ts";
import { tellFailures } from "../print.ts";

export const mirrorCommands: readonly ShellCommand[] = [
  {
    name: "mirror",
    usage: "[-R] [-e] [--dry-run] [--exclude PATTERN] [SOURCE [TARGET]]",
    summary:
      "make a directory here like one there, with -R one there like one here; -e deletes what is extra",
    completes: ["remote-directory", "local-directory"],
    run: mirror,
  },
];

/** As lftp has them, and `longshore mirror`. */
const mirrorFlags = ["-R", "--reverse", "-e", "--delete", "-n", "--dry-run", "--encode-names"] as const;

async function mirror({ shell, texts, signal }: Call): Promise<void> {
  const { flags, values, rest } = splitFlags(texts, mirrorFlags, ["--include", "--exclude"]);
  const [source, target, surplus] = rest;
  if (surplus !== undefined) throw usageFailure("mirror takes a source and a target, and no more");
  const isUpload = flags.has("-R") || flags.has("--reverse");
  const direction = isUpload ? "put" : "get";
  const [remote, local] = isUpload ? toThere(source, target) : toHere(source, target);
  const client = await shell.client(signal);
  const { settings } = shell;
  const group = createProgressGroup({ hidden: !settings.progress });
  const run = async () => {
    try {
      return await mirrorTrees(client, {
        ...watchTree(group),
        ...createFilter({ include: values["--include"] ?? [], exclude: values["--exclude"] ?? [] }),
        direction: isUpload ? "upload" : "download",
        remote: absolute(shell.remote?.directory, remote),
        local,
        delete: flags.has("-e") || flags.has("--delete"),
        dryRun: flags.has("-n") || flags.has("--dry-run"),
        ...(flags.has("--encode-names") ? { names: { unsafe: "encode" } } : {}),
        ...(settings.temporary ? {} : { temporary: false }),
        parallel: 1,
        signal,
      });
    } finally {
      group.done();
    }
  };
  const report = await shell.trace.quietly(run, "forget");
  const shown = report.isDryRun
    ? report.plan
    : settings.verbose
      ? report.done.map(({ action }) => action)
      : [];
  for (const action of shown) await writeOut(`${tellAction(action, direction)}\n`);
  for (const { report: moved } of report.done)
    if (moved !== undefined) noteLeftover(moved, { note: (line) => shell.tell(line) });
  tellFailures(shell, report);
  if (settings.verbose) shell.tell(summaryOf(report, direction));
  const wanting = report.failed.length + report.skipped.filter(({ reason }) => !isHarmless(reason)).length;
  if (wanting > 0) throw new CommandFailure(1, `${wanting} not done; see above, and mirror again`);
}

/** The directory there takes the name of the one here, as in lftp(1). */
function toThere(source = ".", target?: string): [remote: string, local: string] {
  const local = localPath(source);
  return [target ?? (source === "." ? "" : basename(local)), local];
}

function toHere(source = "", target?: string): [remote: string, local: string] {
  const name = nameOf(source.replace(/\/+$/, ""));
  return [source, localPath(target ?? (name === "" || name === ".." ? "." : name))];
}

/** As far as the session knows where it is; a relative path means the same to the server. */
function absolute(directory: string | undefined, path: string): string {
  if (directory === undefined || path.startsWith("/")) return path;
  const base = directory.endsWith("/") ? directory : `${directory}/`;
  return path === "" || path === "." ? directory : base + path;
}
