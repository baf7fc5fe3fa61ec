import type { FtpError } from "@longshore/ftp-session/client";
import { abortError } from "./queue.ts";
import type { TransferReport } from "./transfer.ts";
import type { TreeAction, TreeFailure, TreePlan, TreeSkip, TreeStep } from "./tree-plan.ts";
import { eachOf, type TreePath } from "./tree-side.ts";

/** What came of a tree. Nothing that was not done is missing in it. */
export interface TreeReport {
  readonly isDryRun: boolean;
  /** Whether everything was done: nothing was skipped, nothing failed. */
  readonly isComplete: boolean;
  /** What was to be done, in its order. */
  readonly plan: readonly TreeAction[];
  /** What was done. */
  readonly done: readonly TreeDone[];
  readonly skipped: readonly TreeSkip[];
  readonly failed: readonly TreeFailure[];
  /** Files that were the same on both sides. */
  readonly unchanged: number;
  /** Bytes moved on data connections. */
  readonly bytes: number;
}

export interface TreeDone {
  readonly action: TreeAction;
  /** For what was transferred. */
  readonly report?: TransferReport;
}

export interface RunOptions {
  readonly dryRun: boolean;
  readonly parallel: number;
  readonly onFailure: "continue" | "stop";
  readonly signal: AbortSignal | undefined;
  readonly failureOf: (error: unknown) => FtpError;
  readonly onDone: (done: TreeDone | TreeFailure) => void;
  /** Carries one step out. */
  readonly perform: (step: TreeStep) => Promise<TransferReport | undefined>;
}

/** Carries a plan out; what fails is noted, and what depends on it left out. */
export async function runPlan(plan: TreePlan, options: RunOptions): Promise<TreeReport> {
  const { signal, parallel } = options;
  const done: TreeDone[] = [];
  const skipped: TreeSkip[] = [...plan.skipped];
  const failed: TreeFailure[] = [...plan.failed];
  /** Directories that could not be made, and those in which something stayed that was to go. */
  const missing = new Set<string>();
  const kept = new Set<string>();
  let isStopped = options.onFailure === "stop" && failed.length > 0;
  let bytes = 0;

  const keep = (path: TreePath): void => {
    for (let length = 0; length < path.length; length++) kept.add(path.slice(0, length).join("/"));
  };

  const run = async (step: TreeStep): Promise<void> => {
    if (signal?.aborted) throw abortError(signal);
    const { action, to } = step;
    const { type, path } = action;
    const skip = (reason: TreeSkip["reason"]): void => {
      skipped.push({ path, reason });
      if (type === "make-directory") missing.add(path);
      else if (type !== "transfer") keep(to);
    };
    if (isStopped) return skip("stopped");
    if (missing.has(to.slice(0, -1).join("/"))) return skip("parent-failed");
    if (type === "remove-directory" && kept.has(path)) return skip("not-empty");
    try {
      const report = await options.perform(step);
      bytes += report?.bytes ?? 0;
      const end = { action, ...(report === undefined ? {} : { report }) };
      done.push(end);
      options.onDone(end);
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      const failure = { path, action, error: options.failureOf(error) };
      failed.push(failure);
      options.onDone(failure);
      if (type === "make-directory") missing.add(path);
      else if (type !== "transfer") keep(to);
      if (options.onFailure === "stop") isStopped = true;
    }
  };

  if (!options.dryRun) for (const group of groupsOf(plan.steps)) await eachOf(group, parallel, run);
  return {
    isDryRun: options.dryRun,
    isComplete: skipped.length === 0 && failed.length === 0,
    plan: plan.steps.map(({ action }) => action),
    done,
    skipped,
    failed,
    unchanged: plan.unchanged,
    bytes,
  };
}

/** Steps that do not depend on each other: of one kind, and directories of one depth. */
function groupsOf(steps: readonly TreeStep[]): TreeStep[][] {
  const groups: TreeStep[][] = [];
  let last: string | undefined;
  for (const step of steps) {
    const { type } = step.action;
    const isFile = type === "transfer" || type === "remove";
    const key = isFile ? type : `${type} ${step.to.length}`;
    if (key !== last) groups.push([]);
    last = key;
    groups.at(-1)?.push(step);
  }
  return groups;
}
