import { Buffer } from "node:buffer";
import { lstat, lstatSync } from "node:fs";
import { encodeText } from "@longshore/nvt";
import { errnoOf } from "./error.ts";
import type { Held } from "./jail.ts";
import { findLooker, type Looker, type Seen } from "./looker.ts";
import { joinPath, type LocalPath, separator } from "./name.ts";
import type { NodeNumbers } from "./stat.ts";
import { isSame, type Way, wayTo } from "./way.ts";

/** A name in a directory, and the same with one character for each of its bytes. */
export interface Name {
  readonly name: string;
  readonly latin1: string;
}

/** What stands at a name, `"gone"`, or nothing where it may not be looked at. */
export type Look = NodeNumbers | "gone" | undefined;

/** What stands at the names of one batch, by their indices: each is asked for once, and is good until the next. */
export type Looks = (index: number) => Look;

/** How a listing looks at what it lists, one batch after the other. */
export interface Looking {
  /** Batches that can be under way at once. */
  readonly atOnce: number;
  look(names: readonly Name[]): Promise<Looks>;
}

export interface LookSettings {
  /** Whether the directory lies in one of the machine's own file systems; `false` unless told. */
  readonly isOwn?: boolean;
  /**
   * Milliseconds that the direct looks of a batch may take together: a few hundred take one when memory answers, and
   * waiting for a processor should not be taken for waiting for a disk.
   */
  readonly patience?: number;
  /** Names of a directory after which it counts as large, and another thread is asked. */
  readonly large?: number;
}

/** Looks under way at once: enough to keep the thread pool busy, few enough that others get their turn. */
const looksAtOnce = 64;

/** Batches that go to the thread pool after one that took longer. */
const carefulBatches = 16;

/** Batches that another thread has or has had: one is looked at while the other is told of, and no more is held than that. */
const batchesAtOnce = 2;

/**
 * What stands in memory is looked at directly, which costs a third of a trip through the thread pool; where that takes
 * long, a disk or a network is in the way, and the rest goes to the pool, so that a listing never holds up the others
 * for long. In a large directory a thread of its own does the same for all batches but the first (`looker.ts`).
 */
export function createLooking(directory: Held, settings: LookSettings = {}): Looking {
  const { isOwn = false, patience = 8, large = 1024 } = settings;
  let careful = 0;
  let seen = 0;
  let looker: Looker | undefined;
  let way: Way | undefined;

  function lookNow(names: readonly Name[]): Promise<Looks> {
    const looks: Look[] = [];
    const end = performance.now() + patience;
    for (const { name } of names) {
      looks.push(lookAt(joinPath(directory.path, name)));
      if (performance.now() < end) continue;
      careful = carefulBatches;
      break;
    }
    return finish(names, looks);
  }

  async function lookThere(there: Looker, names: readonly Name[]): Promise<Looks> {
    const found = await seeThere(
      there,
      names.map(({ latin1 }) => latin1),
    );
    if (found === undefined) {
      // Perhaps it hangs for this very directory: not another one.
      careful = Number.POSITIVE_INFINITY;
      return finish(names, []);
    }
    if (found.count === names.length) return found.at;
    careful = carefulBatches;
    return finish(names, firstOf(found));
  }

  /** By the directory's descriptor; where the thread takes none, by its name while that is sure, else through /proc. */
  async function seeThere(there: Looker, names: readonly string[]): Promise<Seen | undefined> {
    const { descriptor } = directory;
    if (there.takesDescriptors && descriptor !== undefined) return there.look(descriptor, names);
    if (isOwn) way ??= wayTo(directory);
    const before = way?.look();
    if (way !== undefined && before !== undefined) {
      const found = await there.look(prefixOf(way.path), names);
      if (found !== undefined && isSame(before, way.look())) return found;
    }
    return there.look(prefixOf(directory.path), names);
  }

  function finish(names: readonly Name[], looks: Look[]): Promise<Looks> {
    const paths = names.map(({ name }) => joinPath(directory.path, name));
    return lookInPool(paths, looks).then((all) => (index) => all[index]);
  }

  return {
    get atOnce() {
      return looker === undefined || careful > 0 ? 1 : batchesAtOnce;
    },
    look(names) {
      seen += names.length;
      if (careful > 0) {
        careful--;
        return finish(names, []);
      }
      if (seen > large) looker = findLooker();
      return looker === undefined ? lookNow(names) : lookThere(looker, names);
    },
  };
}

function lookAt(path: LocalPath): Look {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? "gone";
  } catch (error) {
    return lookOf(error);
  }
}

/** Goes on after the `looks` that are there already. */
function lookInPool(paths: readonly LocalPath[], looks: Look[]): Promise<readonly Look[]> {
  if (looks.length === paths.length) return Promise.resolve(looks);
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

function firstOf({ count, at }: Seen): Look[] {
  return Array.from({ length: count }, (_, index) => {
    const look = at(index);
    return typeof look === "object" ? { ...look } : look;
  });
}

function prefixOf(path: LocalPath): string {
  const bytes = typeof path === "string" ? encodeText(path) : path;
  return `${Buffer.from(bytes).toString("latin1")}${separator}`;
}
