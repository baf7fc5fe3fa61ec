import type { FileStore } from "@longshore/file-store";
import { FtpError } from "@longshore/ftp-session/client";
import type { FtpClient } from "./client.ts";
import { partOf, partSuffix } from "./placement.ts";
import type { FtpPool } from "./pool.ts";
import { toPace } from "./rate.ts";
import { localError } from "./transfer.ts";
import { createLocalTree, type LocalTree } from "./tree-local.ts";
import {
  type DownloadTreeOptions,
  limitsOf,
  type MirrorOptions,
  type TreeOptions,
  timed,
  type UploadTreeOptions,
} from "./tree-options.ts";
import { createDraft, type PlanOptions, planRemoval, planTree } from "./tree-plan.ts";
import { createRemoteTree } from "./tree-remote.ts";
import { runPlan, type TreeReport } from "./tree-run.ts";
import { samenessOf } from "./tree-same.ts";
import { downloadStep, uploadStep } from "./tree-step.ts";

/**
 * Gets a directory with everything below it. Each file appears whole or not at all. Nothing is written outside `local`:
 * a name from a listing is no path, symbolic links below `local` are not followed.
 *
 * @param remote a directory on the server; absolute with a pool
 * @param local a local directory, made where it is missing, or any store
 * @throws {FtpError} when the root cannot be listed or made; what fails below it is in the report
 * @example const { failed, skipped } = await downloadTree(pool, "/pub/project", "project");
 */
export function downloadTree(
  ftp: FtpClient | FtpPool,
  remote: string,
  local: string | FileStore,
  options: DownloadTreeOptions = {},
): Promise<TreeReport> {
  return ours(() => transfer("download", ftp, remote, local, options));
}

/**
 * Puts a local directory with everything below it on the server. Symbolic links are skipped.
 *
 * @throws {FtpError} as {@link downloadTree}
 */
export function uploadTree(
  ftp: FtpClient | FtpPool,
  local: string | FileStore,
  remote: string,
  options: UploadTreeOptions = {},
): Promise<TreeReport> {
  return ours(() => transfer("upload", ftp, remote, local, options));
}

/**
 * Makes one side like the other: files that are the same stay as they are, `delete` removes what is extra, times are
 * kept so that the next time finds them equal.
 *
 * @throws {FtpError} as {@link downloadTree}
 * @example await mirror(pool, { direction: "download", remote: "/pub", local: "pub", delete: true, dryRun: true });
 */
export function mirror(ftp: FtpClient | FtpPool, options: MirrorOptions): Promise<TreeReport> {
  const { direction, remote, local, same = "time", keepTimes = true } = options;
  return ours(() => transfer(direction, ftp, remote, local, { ...options, same, keepTimes }));
}

/**
 * Removes a directory on the server with everything in it. Links are removed, not followed.
 *
 * @throws {FtpError} `bad-argument` for the root; else as {@link downloadTree}
 */
export function removeTree(
  ftp: FtpClient | FtpPool,
  remote: string,
  given: TreeOptions = {},
): Promise<TreeReport> {
  return ours(async () => {
    const options = timed(given);
    if (/^[/.]*$/.test(remote))
      throw new FtpError("bad-argument", `${JSON.stringify(remote)} is no directory that could be removed`);
    const call = options.signal === undefined ? {} : { signal: options.signal };
    const tree = createRemoteTree(ftp, remote, call);
    const limits = limitsOf(options);
    const draft = createDraft(limits);
    await planRemoval(tree, [], draft, "extra");
    const plan = { ...draft.ordered(), isRootMissing: false };
    return runPlan(plan, {
      ...limits,
      async perform({ action, to }) {
        if (action.type === "remove") await tree.remove(to);
        else await tree.removeDirectory(to);
        return undefined;
      },
    });
  });
}

async function transfer(
  direction: "download" | "upload",
  ftp: FtpClient | FtpPool,
  remoteRoot: string,
  localRoot: string | FileStore,
  given: DownloadTreeOptions & UploadTreeOptions,
): Promise<TreeReport> {
  const options = timed(given);
  const { signal, same = "never", names = {} } = options;
  const call = signal === undefined ? {} : { signal };
  const remote = createRemoteTree(ftp, remoteRoot, call);
  const local = createLocalTree(localRoot, signal);
  const isDownload = direction === "download";
  const [source, target] = isDownload ? [remote, local] : [local, remote];
  const limits = limitsOf(options);
  const planning: PlanOptions = {
    ...limits,
    isSame: samenessOf(same, remote, local, isDownload),
    names: isDownload ? names : undefined,
    caseSensitive: isDownload ? (names.caseSensitive ?? local.caseSensitive) : true,
    delete: options.delete ?? false,
    filter: options.filter ?? (() => true),
    isPart: (name) => !isDownload && options.temporary !== false && name.endsWith(partSuffix),
  };
  if (!isDownload) mustStand(local);
  // Some servers list a directory that is not there as one that is empty; the target must not be emptied for it.
  if (isDownload && !(await remote.isThere()))
    throw new FtpError("refused", `there is no directory ${JSON.stringify(remoteRoot)} on the server`);
  const plan = await planTree(source, target, planning);
  if (plan.isRootMissing && !limits.dryRun) await target.makeDirectory([]);
  const move = isDownload ? downloadStep : uploadStep;
  // What an upload that broke left there is gone once that file has come.
  const parts = new Set(
    plan.steps.flatMap(({ action }) =>
      !isDownload && action.type === "transfer" ? partOf(action.path) : [],
    ),
  );
  // One limit for all of them, not one for each.
  const pace = toPace(options.rateLimit);
  const shared = pace === undefined ? options : { ...options, rateLimit: pace };
  return runPlan(plan, {
    ...limits,
    async perform(step) {
      const { type } = step.action;
      if (type === "transfer") return move(remote, local, step, shared);
      if (type === "make-directory") await target.makeDirectory(step.to);
      else if (type === "remove")
        await target.remove(step.to).catch(parts.has(step.action.path) ? refusal : rethrow);
      else await target.removeDirectory(step.to);
      return undefined;
    },
  });
}

/** @throws {FileStoreError} `not-found` */
function mustStand({ store }: LocalTree): FileStore {
  return store;
}

/** Passes over what the server refuses. */
function refusal(error: unknown): void {
  if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
}

function rethrow(error: unknown): never {
  throw error;
}

async function ours<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw localError(error);
  }
}
