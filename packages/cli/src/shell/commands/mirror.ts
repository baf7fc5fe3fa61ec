import { basename } from "node:path";
import { mirror as mirrorTrees, type TreeAction } from "@longshore/ftp-client";
import { CommandFailure, usageFailure } from "../../failure.ts";
import { writeOut } from "../../output.ts";
import { nameOf } from "../../place.ts";
import { createProgressGroup, formatBytes, type Progress } from "../../progress.ts";
import type { Call, ShellCommand } from "../command.ts";
import { splitFlags } from "../flags.ts";
import { localPath } from "../local-path.ts";
import { printed, tellFailures } from "../print.ts";

export const mirrorCommands: readonly ShellCommand[] = [
  {
    name: "mirror",
    usage: "[-R] [-e] [--dry-run] [SOURCE [TARGET]]",
    summary:
      "make a directory here like one there, -R the other way; -e deletes what is extra, --dry-run only tells",
    completes: ["remote-directory", "local-directory"],
    run: mirror,
  },
];

const mirrorFlags = ["-R", "--reverse", "-e", "--delete", "--dry-run"] as const;

async function mirror({ shell, texts, signal }: Call): Promise<void> {
  const { flags, rest } = splitFlags(texts, mirrorFlags);
  const [source, target, surplus] = rest;
  if (surplus !== undefined) throw usageFailure("mirror takes a source and a target, and no more");
  const isUpload = flags.has("-R") || flags.has("--reverse");
  const isDryRun = flags.has("--dry-run");
  const client = await shell.client(signal);
  const [remote, local] = isUpload
    ? [target ?? (source === undefined ? "" : basename(localPath(source))), localPath(source ?? ".")]
    : [
        source ?? "",
        localPath(target ?? (source === undefined ? "." : nameOf(source.replace(/\/+$/, "")) || ".")),
      ];
  const { settings } = shell;
  const group = createProgressGroup({ hidden: !settings.progress });
  const bars = new Map<string, Progress>();
  const run = async () => {
    try {
      return await mirrorTrees(client, {
        direction: isUpload ? "upload" : "download",
        remote: await absolute(shell.remote?.directory, remote),
        local,
        delete: flags.has("-e") || flags.has("--delete"),
        dryRun: isDryRun,
        parallel: 1,
        signal,
        onProgress: (path, { bytes, total }) => {
          const bar = bars.get(path) ?? group.of(path);
          bars.set(path, bar);
          bar.update(bytes, total);
        },
        onDone: (end) => {
          const path = end.action?.path;
          if (path === undefined) return;
          bars.get(path)?.done();
          bars.delete(path);
        },
      });
    } finally {
      group.done();
    }
  };
  const report = await shell.trace.quietly(run, "forget");
  const shown = isDryRun ? report.plan : settings.verbose ? report.done.map(({ action }) => action) : [];
  for (const action of shown) await writeOut(`${printed(shownAction(action))}\n`);
  tellFailures(shell, report);
  if (settings.verbose) {
    const files = report.done.filter(({ action }) => action.type === "transfer").length;
    shell.tell(
      `${files} files transferred (${formatBytes(report.bytes)}), ${report.unchanged} were the same already`,
    );
  }
  if (report.failed.length > 0)
    throw new CommandFailure(1, `${report.failed.length} failed; see above, and mirror again`);
}

function shownAction({ type, path }: TreeAction): string {
  return `${verbs[type]} ${path}`;
}

const verbs = {
  transfer: "transfer",
  "make-directory": "make directory",
  remove: "remove",
  "remove-directory": "remove directory",
} as const satisfies Record<TreeAction["type"], string>;

/** As far as the session knows where it is; a relative path means the same to the server. */
async function absolute(directory: string | undefined, path: string): Promise<string> {
  if (directory === undefined || path.startsWith("/")) return path;
  const base = directory.endsWith("/") ? directory : `${directory}/`;
  return path === "" || path === "." ? directory : base + path;
}
