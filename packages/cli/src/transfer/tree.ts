import type { TransferReport, TreeAction, TreeDone, TreeFailure, TreeReport } from "@longshore/ftp-client";
import { tellError } from "../advice.ts";
import { CommandFailure, printable } from "../failure.ts";
import { writeJson, writeOut } from "../output.ts";
import { formatBytes, type Progress, type ProgressGroup } from "../progress.ts";
import type { TransferFlags } from "./flags.ts";
import type { Outcome } from "./outcome.ts";

/** What a tree tells while it is under way. */
export function watchTree(group: ProgressGroup): {
  readonly onProgress: (path: string, progress: { bytes: number; total?: number }) => void;
  readonly onDone: (end: TreeDone | TreeFailure) => void;
} {
  const open = new Map<string, Progress>();
  return {
    onProgress(path, { bytes, total }) {
      const progress = open.get(path) ?? group.of(path);
      open.set(path, progress);
      progress.update(bytes, total);
    },
    onDone({ action }) {
      if (action?.type !== "transfer") return;
      (open.get(action.path) ?? group.of(action.path)).done();
      open.delete(action.path);
    },
  };
}

/**
 * Tells what came of a tree: its plan where nothing was to be done, else a summary; what failed and what was left out
 * goes into the outcome.
 *
 * @param names what it was about, for programs that read the output
 */
export async function tellTree(
  report: TreeReport,
  direction: "get" | "put" | "rm",
  names: Readonly<Record<string, string>>,
  flags: Pick<TransferFlags, "json" | "quiet" | "verify">,
  outcome: Outcome,
): Promise<void> {
  const { verify } = flags;
  outcome.count(report.isDryRun ? 0 : report.plan.length);
  for (const { path, error } of report.failed) outcome.fail(path, error);
  for (const { path, reason } of report.skipped) outcome.leaveOut(path, reason);
  for (const { action, report: moved } of report.done) {
    if (moved !== undefined) noteLeftover(moved, outcome);
    if (moved !== undefined && verify === "hash" && moved.verified !== "hash")
      outcome.fail(
        action.path,
        new CommandFailure(1, "it cannot be verified: the server made no hash of it"),
      );
  }
  if (flags.json === true) await writeJson({ ...names, ...forPrograms(report) });
  else if (report.isDryRun)
    for (const action of report.plan) await writeOut(`${tellAction(action, direction)}\n`);
  else if (flags.quiet !== true) await writeOut(`${summaryOf(report, direction)}\n`);
}

/** What an upload left on the server under another name is told, and no failure. */
export function noteLeftover({ leftover }: TransferReport, outcome: Pick<Outcome, "note">): void {
  if (leftover !== undefined)
    outcome.note(`${leftover} stays on the server, which does not let it be removed`);
}

/** One line of a plan. */
export function tellAction({ type, path, why, size }: TreeAction, direction: "get" | "put" | "rm"): string {
  const verb = type === "transfer" ? direction : verbs[type];
  const amount = size === undefined || type !== "transfer" ? "" : `${formatBytes(size)}, `;
  return `${verb.padEnd(5)}  ${printable(path === "" ? "." : path)}  (${amount}${reasons[why]})`;
}

const verbs = { "make-directory": "mkdir", remove: "rm", "remove-directory": "rmdir" } as const;

const reasons = {
  new: "new",
  differs: "differs",
  extra: "extra",
  "in-the-way": "in the way",
} as const satisfies Record<TreeAction["why"], string>;

/** `3 files, 1.20 MB; 1 directory made; 5 the same`, as far as there is something to tell. */
export function summaryOf(report: TreeReport, direction: "get" | "put" | "rm"): string {
  const count = (type: TreeAction["type"]): number =>
    report.done.filter(({ action }) => action.type === type).length;
  const [files, made] = [count("transfer"), count("make-directory")];
  const removed = count("remove") + count("remove-directory");
  const parts = [
    ...(direction === "rm" ? [] : [`${counted(files, "file")}, ${formatBytes(report.bytes)}`]),
    ...(made > 0 ? [`${counted(made, "directory")} made`] : []),
    ...(removed > 0 || direction === "rm" ? [`${removed} removed`] : []),
    ...(report.unchanged > 0 ? [`${report.unchanged} the same`] : []),
  ];
  return parts.join("; ");
}

function counted(count: number, what: "file" | "directory"): string {
  if (count === 1) return `1 ${what}`;
  return `${count} ${what === "file" ? "files" : "directories"}`;
}

function forPrograms({ isDryRun, plan, done, skipped, failed, unchanged, bytes }: TreeReport): object {
  return {
    dryRun: isDryRun,
    ...(isDryRun ? { plan } : {}),
    done: done.map(({ action, report }) => ({
      type: action.type,
      path: action.path,
      ...(report === undefined ? {} : { bytes: report.bytes, verified: report.verified }),
    })),
    skipped,
    failed: failed.map(({ path, action, error }) => ({
      path,
      ...(action === undefined ? {} : { type: action.type }),
      code: error.code,
      message: tellError(error),
    })),
    unchanged,
    bytes,
  };
}
