import type { FileStore } from "@longshore/file-store";
import { FtpError } from "@longshore/ftp-session/client";
import type { LocalNamePolicy } from "./local-name.ts";
import type { Progress } from "./options.ts";
import type { RateLimit } from "./rate.ts";
import { signalOf } from "./signal.ts";
import { localError } from "./transfer.ts";
import type { PlanOptions, TreeFailure } from "./tree-plan.ts";
import type { RunOptions, TreeDone } from "./tree-run.ts";
import type { TreeEntry } from "./tree-side.ts";

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
  /** How each file takes its name, see `UploadOptions`. Files here that are themselves named as parts are skipped. */
  readonly temporary?: boolean;
}

export interface MirrorOptions extends DownloadTreeOptions, UploadTreeOptions {
  readonly direction: "download" | "upload";
  readonly remote: string;
  readonly local: string | FileStore;
}

/** The same with what holds unless told. */
export function limitsOf(options: TreeOptions): TreeLimits {
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

export type TreeLimits = Pick<PlanOptions, "parallel" | "maxDepth" | "maxEntries" | "failureOf"> &
  Omit<RunOptions, "perform">;

/** The time for a tree as a part of its signal, which all calls for it are given. */
export function timed<T extends TreeOptions>(options: T): T {
  const signal = signalOf(options);
  return signal === undefined ? options : { ...options, signal };
}
