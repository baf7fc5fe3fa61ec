import { lstatSync, type Stats } from "node:fs";
import type { Held } from "./jail.ts";
import { joinPath, type LocalPath, localPath } from "./name.ts";

/**
 * The way from the root to a held directory by names, for calls that are made by the thousand: through
 * `/proc/self/fd/N` each costs twice as much. Names may be given to something else at any time, so that what was asked
 * through them counts only where they are shown to have led there all the time.
 */
export interface Way {
  /** To the directory itself, without links. */
  readonly path: LocalPath;
  /** What stands on the way now; nothing where the way does not lead to the directory, or may be changing. */
  look(): Sight | undefined;
}

/** Two equal ones: between the first and the second nothing on the way was given to something else. */
export type Sight = readonly number[];

export function isSame(one: Sight, other: Sight | undefined): boolean {
  return one.length === other?.length && one.every((number, index) => number === other[index]);
}

/**
 * Whoever puts something else under a name changes the directory that the name is in, whose time of change is then the
 * present, as nobody can set it. So the way is sure while each directory on it but the last is the same, with the same
 * time of change, and that time was long past at the first look. All of them have to lie in one file system, which has
 * to be the machine's own (`file-system.ts`): others may count by another clock.
 */
export function wayTo(directory: Held): Way | undefined {
  const { root, names, stats: held } = directory;
  if (root === undefined) return undefined;
  const paths = [localPath(root)];
  for (const name of names) paths.push(joinPath(paths.at(-1) ?? "", name));
  const path = paths.pop() ?? "";

  return {
    path,
    look() {
      const settled = Date.now() - settling;
      const sight: number[] = [];
      try {
        for (const above of paths) {
          const { dev, ino, ctimeMs } = mustBeDirectory(above);
          if (dev !== held.dev || ctimeMs > settled) return undefined;
          sight.push(ino, ctimeMs);
        }
        const { dev, ino } = mustBeDirectory(path);
        return dev === held.dev && ino === held.ino ? [...sight, ino] : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

/** Milliseconds: more than the two seconds in which the coarsest file systems count. */
const settling = 5000;

function mustBeDirectory(path: LocalPath): Stats {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw new Error("none any more");
  return stats;
}
