import { watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** A text file of this machine that is read again when it changes: users, settings. */
export interface WatchedFile {
  /** The text as it stands. Rejects with the system's error. */
  read(): Promise<string>;
  /** Calls `onChange` once for each state of the file that was not read, and waits for it before it looks again. */
  watch(onChange: () => Promise<void>): void;
  close(): void;
}

export interface WatchedFileOptions {
  /** Milliseconds between looks at the file, where the system does not tell of changes; 2000 unless told. */
  readonly pollInterval?: number;
  /** Milliseconds of quiet after a change before it is told; 100 unless told. */
  readonly settleTime?: number;
}

/**
 * Watches the directory, because files are replaced rather than written to; where that cannot be, or tells nothing
 * (network file systems), the clock does. Nothing of it keeps the process alive.
 */
export function watchedFile(path: string, options: WatchedFileOptions = {}): WatchedFile {
  const { pollInterval = 2000, settleTime = 100 } = options;
  let stamp = "";
  let stop = (): void => {};

  function start(onChange: () => Promise<void>): () => void {
    let settling: NodeJS.Timeout | undefined;
    let isLooking = false;
    async function look(): Promise<void> {
      const now = await stampOf(path);
      if (now === stamp) return;
      stamp = now;
      await onChange();
    }
    function begin(): void {
      // What happens during a look is seen by the next.
      if (isLooking) {
        later();
        return;
      }
      isLooking = true;
      void look().finally(() => {
        isLooking = false;
      });
    }
    function later(): void {
      clearTimeout(settling);
      settling = setTimeout(begin, settleTime);
      settling.unref();
    }
    const timer = setInterval(begin, pollInterval);
    timer.unref();
    const stopWatching = watchDirectory(path, later);
    return () => {
      stopWatching();
      clearInterval(timer);
      clearTimeout(settling);
    };
  }

  return {
    async read() {
      stamp = await stampOf(path);
      return readFile(path, "utf8");
    },
    watch(onChange) {
      stop();
      stop = start(onChange);
    },
    close: () => stop(),
  };
}

function watchDirectory(path: string, onChange: () => void): () => void {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
      if (name === null || name === basename(path)) onChange();
    });
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    // Polling is enough.
    return () => {};
  }
}

/** The same as long as nobody wrote to the file or put another in its place. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    return "gone";
  }
}
