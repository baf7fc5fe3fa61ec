import type { LocalNameHazard } from "./local-name.ts";

/** Names from a tree's root down. */
export type TreePath = readonly string[];

/** One end of a tree: a directory on the server, or one here. */
export interface TreeSide {
  /** What stands in a directory; `undefined` where there is none. */
  list(path: TreePath): Promise<TreeListing | undefined>;
  makeDirectory(path: TreePath): Promise<void>;
  /** Removes a file or a link. */
  remove(path: TreePath): Promise<void>;
  removeDirectory(path: TreePath): Promise<void>;
}

export interface TreeListing {
  readonly entries: readonly TreeEntry[];
  /** What was told and cannot be used. */
  readonly problems: readonly TreeProblem[];
  /** Whether all that stands there is in `entries` and `problems`: else nothing may be taken for missing. */
  readonly isComplete: boolean;
}

export interface TreeEntry {
  readonly name: string;
  readonly type: "file" | "directory" | "link" | "other";
  readonly size: number | undefined;
  readonly modified: TreeTime | undefined;
  /** Whether `size` is the number of bytes that a transfer gives. */
  readonly isExact: boolean;
}

export interface TreeTime {
  /** Milliseconds since the epoch, UTC. */
  readonly at: number;
  /** By how many milliseconds it may be wrong: a listing may tell the day only, or no zone. */
  readonly within: number;
}

export interface TreeProblem {
  readonly name: string;
  readonly reason: LocalNameHazard | "unparsed";
}

/** Does `work` for each item, for `parallel` of them at a time. What it throws ends the rest. */
export async function eachOf<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let isOver = false;
  const worker = async (): Promise<void> => {
    while (!isOver && next < items.length) {
      const item = items[next++];
      if (item !== undefined) await work(item);
    }
  };
  const workers = Array.from({ length: Math.min(parallel, items.length) }, worker);
  try {
    await Promise.all(workers);
  } finally {
    isOver = true;
    await Promise.allSettled(workers);
  }
}
