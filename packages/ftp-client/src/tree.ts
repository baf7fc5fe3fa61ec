import type { FileStore, WritableFile } from "@longshore/file-store";
import { createDigest, digestFile } from "@longshore/ftp-data";
import { FtpError } from "@longshore/ftp-session/client";
import type { FtpClient } from "./client.ts";
import { type HeldFile, holdFile, maxHeld } from "./held-file.ts";
import type { LocalNamePolicy } from "./local-name.ts";
import type { Progress } from "./options.ts";
import type { FtpPool } from "./pool.ts";
import { type RateLimit, toPace } from "./rate.ts";
import { signalOf } from "./signal.ts";
import { lazyFile } from "./target.ts";
import { localError, type TransferReport } from "./transfer.ts";
import { createLocalTree, type LocalTree } from "./tree-local.ts";
import {
  createDraft,
  type PlanOptions,
  planRemoval,
  planTree,
  type TreeFailure,
  type TreeStep,
} from "./tree-plan.ts";
import { createRemoteTree, type RemoteTree } from "./tree-remote.ts";
import { runPlan, type TreeDone, type TreeReport } from "./tree-run.ts";
import type { TreeEntry, TreePath, TreeTime } from "./tree-side.ts";

export interface TreeOptions {
  /** Says what would be done and does nothing; `false` unless told. */
  readonly dryRun?: boolean;
  /** Calls at a time, from 1; 4 unless told. On one session they wait for each other. */
  readonly parallel?: number;
  /** One failure does not end the rest, unless `"stop"`. */
  readonly onFailure?: "continue" | "stop";
  /** Gives everything up; the call then rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds for all of it, after which the call rejects with `timeout`; no limit unless told. */
  readonly timeout?: number;
  /** Directories below each other at most, and entries in all, both sides counted: 64 and 1,000,000 unless told. */
  readonly maxDepth?: number;
  readonly maxEntries?: number;
  /** Sees each end as it comes. */
  readonly onDone?: (end: TreeDone | TreeFailure) => void;
}

export interface TreeTransferOptions extends TreeOptions {
  /**
   * When a file that stands on both sides is left as it is. `"never"`: it is always transferred. `"size"`: when the
   * sizes are equal. `"time"`: when they are, and the source's is not newer, as far as listings tell. `"hash"`: when
   * the sizes and the hashes are; `unsupported` where the server has none.
   */
  readonly same?: "never" | "size" | "time" | "hash";
  /**
   * Removes from the target what the source does not have, and what is in the way; `false` unless told. Never where a
   * listing of the source could not be read whole.
   */
  readonly delete?: boolean;
  /** Gives the target the source's times, where listings tell them to the second and the target takes them. */
  readonly keepTimes?: boolean;
  /** What it answers `false` for is passed over on both sides: neither transferred nor removed. Paths as from the root. */
  readonly filter?: (entry: { readonly path: string; readonly type: TreeEntry["type"] }) => boolean;
  /** What each transfer compares; `"size"` unless told, see `TransferCallOptions`. */
  readonly verify?: "size" | "hash" | "none";
  /** How fast all transfers of the tree together may go; as fast as they can unless told. */
  readonly rateLimit?: RateLimit;
  readonly onProgress?: (path: string, progress: Progress) => void;
}

export interface DownloadTreeOptions extends TreeTransferOptions {
  /** What becomes of names that are not safe on the local disk. */
  readonly names?: LocalNamePolicy;
}

export interface UploadTreeOptions extends TreeTransferOptions {
  /** Uploads each file as `NAME.part` and renames it at the end; `false` unless told. */
  readonly temporary?: boolean;
}

export interface MirrorOptions extends DownloadTreeOptions, UploadTreeOptions {
  readonly direction: "download" | "upload";
  readonly remote: string;
  readonly local: string | FileStore;
}

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
    isSame: (from, to, path, place) =>
      same === "hash"
        ? hasSameSize(from, to) &&
          hasSameHash(remote, local, ...(isDownload ? ([path, place] as const) : ([place, path] as const)))
        : sameness[same](from, to),
    names: isDownload ? names : undefined,
    caseSensitive: isDownload ? (names.caseSensitive ?? local.caseSensitive) : true,
    delete: options.delete ?? false,
    filter: options.filter ?? (() => true),
  };
  if (!isDownload) mustStand(local);
  // Some servers list a directory that is not there as one that is empty; the target must not be emptied for it.
  if (isDownload && !(await remote.isThere()))
    throw new FtpError("refused", `there is no directory ${JSON.stringify(remoteRoot)} on the server`);
  const plan = await planTree(source, target, planning);
  if (plan.isRootMissing && !limits.dryRun) await target.makeDirectory([]);
  const move = isDownload ? downloadStep : uploadStep;
  // One limit for all of them, not one for each.
  const pace = toPace(options.rateLimit);
  const shared = pace === undefined ? options : { ...options, rateLimit: pace };
  return runPlan(plan, {
    ...limits,
    async perform(step) {
      const { type } = step.action;
      if (type === "transfer") return move(remote, local, step, shared);
      if (type === "make-directory") await target.makeDirectory(step.to);
      else if (type === "remove") await target.remove(step.to);
      else await target.removeDirectory(step.to);
      return undefined;
    },
  });
}

async function downloadStep(
  remote: RemoteTree,
  { store, context, pathOf }: LocalTree,
  { from, to, entry }: TreeStep,
  options: TreeTransferOptions,
): Promise<TransferReport> {
  const path = pathOf(to);
  const open = (): Promise<WritableFile> => store.openWrite(path, { mode: "replace" }, context);
  const size = entry?.isExact === true ? entry.size : undefined;
  // Told by a listing that may be wrong, which costs nothing here.
  const small = entry?.size !== undefined && entry.size <= maxHeld ? entry.size : undefined;
  let held: HeldFile | undefined;
  const report = await remote.run((client) => {
    held = small === undefined ? undefined : holdFile(small, open);
    return client.download(remote.pathOf(from), held?.target ?? lazyFile(open), {
      ...callOf(options, from.join("/")),
      ...(size === undefined ? {} : { size }),
    });
  });
  await held?.finish();
  const modified = timeToKeep(options, entry?.modified);
  if (modified !== undefined) await store.setTimes?.(path, { modified }, context);
  return report;
}

async function uploadStep(
  remote: RemoteTree,
  { store, context, pathOf }: LocalTree,
  { action, from, to, entry }: TreeStep,
  options: UploadTreeOptions,
): Promise<TransferReport> {
  const { temporary = false } = options;
  let isBegun = false;
  const call = callOf(
    {
      ...options,
      onProgress: (path, progress) => {
        isBegun = true;
        options.onProgress?.(path, progress);
      },
    },
    from.join("/"),
  );
  const place = remote.pathOf(to);
  const modified = timeToKeep(options, entry?.modified);
  return remote.run(async (client) => {
    const file = await store.openRead(pathOf(from), context);
    const report = await client.upload(file, place, { ...call, temporary }).catch(async (error: unknown) => {
      // A call that never had its turn has not closed it.
      await file.close().catch(() => {});
      // Where nothing stood, no part of a file stays: the next time it would pass for one.
      if (action.why === "new" && isBegun && !temporary)
        await client.remove(place, { timeout: clearingTime }).catch(() => {});
      throw error;
    });
    if (modified !== undefined) await keepTime(client, place, modified);
    return report;
  });
}

/** A server that is gone is not waited for. */
const clearingTime = 10_000;

/** The file is there and whole: that its time could not be set is no failure. */
async function keepTime(client: FtpClient, path: string, modified: number): Promise<void> {
  if (!(await client.features()).has("MFMT")) return;
  try {
    await client.setModified(path, modified);
  } catch (error) {
    if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
  }
}

/** @throws {FileStoreError} `not-found` */
function mustStand({ store }: LocalTree): FileStore {
  return store;
}

function callOf({ signal, verify, rateLimit, onProgress }: TreeTransferOptions, path: string) {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(verify === undefined ? {} : { verify }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(onProgress === undefined ? {} : { onProgress: (progress: Progress) => onProgress(path, progress) }),
  };
}

function timeToKeep(
  { keepTimes = false }: TreeTransferOptions,
  time: TreeTime | undefined,
): number | undefined {
  return keepTimes && time !== undefined && time.within <= 1000 ? time.at : undefined;
}

const sameness = {
  never: () => false,
  size: hasSameSize,
  time: (from: TreeEntry, to: TreeEntry) => hasSameSize(from, to) && !isNewer(from.modified, to.modified),
} as const;

function hasSameSize(from: TreeEntry, to: TreeEntry): boolean {
  return from.size !== undefined && from.size === to.size;
}

/** A file that the server will not hash is transferred. */
function refusal(error: unknown): undefined {
  if (!FtpError.isInstance(error) || error.code !== "refused") throw error;
}

async function hasSameHash(
  remote: RemoteTree,
  { store, context, pathOf }: LocalTree,
  there: TreePath,
  here: TreePath,
): Promise<boolean> {
  const theirs = await remote.run((client) => client.hash(remote.pathOf(there))).catch(refusal);
  if (theirs === undefined) return false;
  const file = await store.openRead(pathOf(here), context);
  try {
    const { signal } = context;
    return (await digestFile(file, createDigest(theirs.algorithm), { signal })) === theirs.digest;
  } finally {
    await file.close();
  }
}

/** As far as both times tell; where one is not known, the size has to do. */
function isNewer(from: TreeTime | undefined, to: TreeTime | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  return from.at - to.at >= Math.max(from.within, to.within);
}

function limitsOf(options: TreeOptions) {
  const {
    parallel = 4,
    maxDepth = 64,
    maxEntries = 1_000_000,
    dryRun = false,
    onFailure = "continue",
  } = options;
  if (!Number.isInteger(parallel) || parallel < 1)
    throw new FtpError("bad-argument", `parallel is ${parallel}, which is no number of calls`);
  const { signal, onDone = () => {} } = options;
  return { parallel, maxDepth, maxEntries, dryRun, onFailure, signal, onDone, failureOf: localError };
}

/** The time for a tree as a part of its signal, which all calls for it are given. */
function timed<T extends TreeOptions>(options: T): T {
  const signal = signalOf(options);
  return signal === undefined ? options : { ...options, signal };
}

async function ours<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw localError(error);
  }
}
