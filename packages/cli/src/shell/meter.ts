import type { TransferReport } from "@longshore/ftp-client";
import { createProgress, formatBytes, type Progress } from "../progress.ts";
import type { Shell } from "./shell.ts";

/**
 * Runs a transfer behind a bar or its `#`s, and says what came of it when `verbose`.
 *
 * @param isShown the content goes to the terminal itself, where a bar would spoil it
 */
export async function metered(
  shell: Shell,
  name: string,
  isShown: boolean,
  work: (progress: Progress) => Promise<TransferReport>,
): Promise<TransferReport> {
  const { settings } = shell;
  const progress = isShown
    ? nothing
    : settings.hash > 0
      ? createHashes(settings.hash)
      : createProgress(name, { hidden: !settings.progress });
  const started = performance.now();
  const run = async (): Promise<TransferReport> => {
    try {
      return await work(progress);
    } finally {
      progress.done();
    }
  };
  const report = await shell.trace.quietly(run, "show");
  if (!settings.verbose) return report;
  const { bytes } = report;
  const seconds = Math.max(0.001, (performance.now() - started) / 1000);
  const rate = formatBytes(bytes / seconds);
  shell.tell(`${name}: ${formatBytes(bytes)} in ${seconds.toFixed(seconds < 10 ? 2 : 0)} s (${rate}/s)`);
  return report;
}

/** As ftp(1) shows it: a mark for so many bytes. */
function createHashes(bytesEach: number): Progress {
  let marks = 0;
  return {
    update(bytes) {
      const due = Math.floor(bytes / bytesEach) - marks;
      // Marks that no screen could hold tell nobody anything.
      if (due > 0) process.stderr.write("#".repeat(Math.min(due, 10_000)));
      marks += Math.max(0, due);
    },
    done() {
      if (marks > 0) process.stderr.write("\n");
      marks = 0;
    },
  };
}

const nothing: Progress = { update: () => {}, done: () => {} };
