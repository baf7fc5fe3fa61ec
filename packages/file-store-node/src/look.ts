import { lstat, lstatSync, type Stats } from "node:fs";
import { errnoOf } from "./error.ts";
import type { LocalPath } from "./name.ts";

/** What stands at a path, `"gone"`, or nothing where it may not be looked at. */
export type Look = Stats | "gone" | undefined;

/** Looks under way at once: enough to keep the thread pool busy, few enough that others get their turn. */
const looksAtOnce = 64;

/** Batches that go to the thread pool after one that took longer. */
const carefulBatches = 16;

/**
 * Looks at the paths of one batch after the other. What stands in memory is looked at directly, which costs a third of
 * a trip through the thread pool; where that takes long, a disk or a network is in the way, and the rest goes to the
 * pool, so that a listing never holds up the others for long.
 *
 * @param patience milliseconds that the direct looks of a batch may take together: a few hundred take one when memory
 *   answers, and waiting for a processor should not be taken for waiting for a disk
 */
export function createLook(patience: number = 8): (paths: readonly LocalPath[]) => Promise<readonly Look[]> {
  let careful = 0;
  return (paths) => {
    const looks: Look[] = [];
    if (careful > 0) careful--;
    else {
      const end = performance.now() + patience;
      for (const path of paths) {
        looks.push(lookNow(path));
        if (performance.now() < end) continue;
        careful = carefulBatches;
        break;
      }
    }
    return looks.length === paths.length ? Promise.resolve(looks) : lookInPool(paths, looks);
  };
}

function lookNow(path: LocalPath): Look {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? "gone";
  } catch (error) {
    return lookOf(error);
  }
}

/** Goes on after the `looks` that are there already. */
function lookInPool(paths: readonly LocalPath[], looks: Look[]): Promise<readonly Look[]> {
  return new Promise((resolve) => {
    let started = looks.length;
    let done = started;
    const start = (): void => {
      while (started < paths.length && started - done < looksAtOnce) {
        const index = started++;
        lstat(paths[index] ?? "", (error, stats) => {
          looks[index] = error ? lookOf(error) : stats;
          done++;
          if (done === paths.length) resolve(looks);
          else start();
        });
      }
    };
    start();
  });
}

function lookOf(error: unknown): Look {
  return errnoOf(error) === "ENOENT" ? "gone" : undefined;
}
