import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { loadSystemCalls, lookColumns, type ThreadLooks } from "@longshore/system-calls";
import type { NodeNumbers } from "./stat.ts";

/** What a thread saw at names, in their order: up to where it lost patience. */
export interface Seen {
  readonly count: number;
  /** `"gone"`, or nothing where it may not be looked at. The numbers stand until the next call. */
  at(index: number): NodeNumbers | "gone" | undefined;
}

/** A thread that looks at what stands in large directories, so that the server's own has the time to tell of it. */
export interface Looker {
  /** Whether it takes descriptors of directories, which is half as much work and knows no races. */
  readonly takesDescriptors: boolean;
  /**
   * @param directory its descriptor, where those are taken, else what goes before each name, one character a byte
   * @param names the same, without a slash
   * @returns nothing where the thread does not answer any more: its calls have to be made by somebody else
   */
  look(directory: number | string, names: readonly string[]): Promise<Seen | undefined>;
}

/**
 * The one of the process's lookers that has the least to do. A thread is started where none is, or where all are busy;
 * whoever asks goes on without it until it is up, and it ends when nobody has asked for a while. One that hangs in a
 * call (a mount whose server is gone) is left and another takes its place, until too many hang.
 */
export function findLooker(): Looker | undefined {
  let least: Thread | undefined;
  for (const thread of threads)
    if (thread.isUp && !(thread.load >= (least?.load ?? Infinity))) least = thread;
  const isWanted =
    least === undefined ? threads.size === 0 : least.load >= busy && threads.size < mostThreads;
  if (isWanted && hanging < mostHanging && !isRefused && !isStarting) {
    isStarting = true;
    void loadSystemCalls().then((calls) => {
      isStarting = false;
      start(calls?.threadLooks);
    });
  }
  return least;
}

/** The threads for files and that of the server itself have work with a listing, too. */
const mostThreads: number = Math.max(1, Math.min(2, availableParallelism() - 1));

/** Calls under way at which a thread counts as busy. */
const busy = 2;

/** Milliseconds between two looks at whether a thread is still of use. */
const tick = 1000;

/** Ticks without any answer after which a thread counts as hanging. */
const hangingAfter = 3;

/** Ticks that a thread waits to be asked. */
const idleFor = 10;

/** Threads that may hang at once; each of them is memory. */
const mostHanging = 3;

/** Milliseconds that the looks of one call may take: others wait meanwhile, and the thread pool does several at once. */
const patience = 50;

const threads = new Set<Thread>();
let hanging = 0;
let isStarting = false;
/** No threads are to be had in this process. */
let isRefused = false;

interface Thread extends Looker {
  readonly isUp: boolean;
  /** Calls that it has not answered. */
  readonly load: number;
}

type Answer =
  | { readonly takesDescriptors: boolean }
  | { readonly count: number; readonly rows: Float64Array };

function start(looks: ThreadLooks | undefined): void {
  let worker: Worker;
  try {
    const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
    const options = { eval: true, execArgv: [], env: {}, resourceLimits, workerData: looks?.addon };
    worker = new Worker(programWith(looks?.source), options);
  } catch {
    isRefused = true;
    return;
  }
  const waiting: ((seen: Seen | undefined) => void)[] = [];
  let isUp = false;
  let takesDescriptors = false;
  let isLeft = false;
  let isHanging = false;
  /** Ticks since it was last heard of; not a time, since a loop that was held up itself hears nobody. */
  let silent = 0;

  const thread: Thread = {
    get isUp() {
      return isUp;
    },
    get takesDescriptors() {
      return takesDescriptors;
    },
    get load() {
      return waiting.length;
    },
    look(directory, names) {
      if (isLeft) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        if (waiting.length === 0) {
          worker.ref();
          silent = 0;
        }
        waiting.push(resolve);
        worker.postMessage({ directory, names: names.join("\0"), length: names.length });
      });
    },
  };
  const leave = (): void => {
    isLeft = true;
    threads.delete(thread);
    clearInterval(timer);
    worker.unref();
    void worker.terminate();
    for (const answer of waiting.splice(0)) answer(undefined);
  };
  const timer = setInterval(() => {
    if (++silent < (waiting.length > 0 ? hangingAfter : idleFor)) return;
    if (waiting.length > 0) {
      isHanging = true;
      hanging++;
    }
    leave();
  }, tick).unref();
  worker.unref();
  worker.on("message", (answer: Answer) => {
    silent = 0;
    if ("rows" in answer) waiting.shift()?.(seenIn(answer));
    else {
      isUp = true;
      takesDescriptors = answer.takesDescriptors;
    }
    if (waiting.length === 0) worker.unref();
  });
  worker.on("error", () => {
    // The exit follows.
    isRefused ||= !isUp;
  });
  worker.on("exit", () => {
    if (isHanging) hanging--;
    leave();
  });
  threads.add(thread);
}

/** The numbers of {@link NodeNumbers} in a row. */
const columns = lookColumns;
/** In the place of a mode, which is never 0. */
const gone = 0;
const closed = -1;

function seenIn({ count, rows }: { readonly count: number; readonly rows: Float64Array }): Seen {
  const numbers = { mode: 0, size: 0, mtimeMs: 0, birthtimeMs: 0, nlink: 0, ino: 0, dev: 0, uid: 0, gid: 0 };
  return {
    count,
    at(index) {
      let at = index * columns;
      const mode = rows[at++] ?? gone;
      if (mode === gone) return "gone";
      if (mode === closed) return undefined;
      numbers.mode = mode;
      numbers.size = rows[at++] ?? 0;
      numbers.mtimeMs = rows[at++] ?? 0;
      numbers.birthtimeMs = rows[at++] ?? 0;
      numbers.nlink = rows[at++] ?? 0;
      numbers.ino = rows[at++] ?? 0;
      numbers.dev = rows[at++] ?? 0;
      numbers.uid = rows[at++] ?? 0;
      numbers.gid = rows[at++] ?? 0;
      return numbers;
    },
  };
}

/**
 * What the thread runs: as text, because a file of its own would be found in another place from the sources, from the
 * bundle of either kind, and in a bundle of somebody else's.
 */
const programWith = (source = "undefined"): string => `"use strict";
const { parentPort, workerData } = require("node:worker_threads");
const { lstatSync } = require("node:fs");
const quiet = { throwIfNoEntry: false };
const lookBelow = (prefix, names, rows, patience) => {
  const isAscii = /^[\\0-\\x7f]*$/.test(prefix + names);
  const all = names.split("\\0");
  const end = performance.now() + patience;
  let count = 0;
  do {
    const path = prefix + all[count];
    let at = count++ * ${columns};
    try {
      const stats = lstatSync(isAscii ? path : Buffer.from(path, "latin1"), quiet);
      if (stats === undefined) continue;
      rows[at++] = stats.mode;
      rows[at++] = stats.size;
      rows[at++] = stats.mtimeMs;
      rows[at++] = stats.birthtimeMs;
      rows[at++] = stats.nlink;
      rows[at++] = stats.ino;
      rows[at++] = stats.dev;
      rows[at++] = stats.uid;
      rows[at++] = stats.gid;
    } catch (error) {
      rows[at] = error.code === "ENOENT" ? ${gone} : ${closed};
    }
  } while (count < all.length && performance.now() < end);
  return count;
};
let lookInside;
try {
  lookInside = (${source})?.(require, workerData);
} catch {}
parentPort.on("message", ({ directory, names, length }) => {
  const rows = new Float64Array(length * ${columns});
  const look = typeof directory === "number" ? lookInside : lookBelow;
  const count = look(directory, names, rows, ${patience});
  parentPort.postMessage({ count, rows }, [rows.buffer]);
});
parentPort.postMessage({ takesDescriptors: lookInside !== undefined });
`;
