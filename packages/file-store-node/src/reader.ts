import type { Stats } from "node:fs";
import { FileStoreError, type ReadableFile } from "@longshore/file-store";
import { storeError } from "./error.ts";
import type { Held, Opened } from "./jail.ts";
import { close, openFlags, read } from "./system.ts";

/** Opens what is held for reading; only a regular file is ever opened. `subject` names it in errors. */
export async function openReader(held: Held, subject: string): Promise<ReadableFile> {
  const { descriptor, stats } = await openFile(held, openFlags.read, subject);
  const { size } = stats;
  let underWay = 0;
  let closing: Promise<void> | undefined;
  let idle = (): void => {};

  /** A descriptor is a number that the next file may get: it is given back only when nothing uses it any more. */
  async function end(): Promise<void> {
    if (underWay > 0) await new Promise<void>((resolve) => (idle = resolve));
    await close(descriptor);
  }

  return {
    size,
    modified: stats.mtimeMs,
    descriptor,
    async read(into, position) {
      if (closing !== undefined) throw new FileStoreError("io", `${subject} was closed`);
      checkPosition(position, subject);
      underWay++;
      try {
        let done = await read(descriptor, into, 0, into.length, position);
        // The system may give less than asked also before the end (a signal, 2 GiB at once).
        while (done > 0 && done < into.length && position + done < size) {
          const count = await read(descriptor, into, done, into.length - done, position + done);
          if (count === 0) break;
          done += count;
        }
        return done;
      } catch (error) {
        throw storeError(error, subject);
      } finally {
        if (--underWay === 0) idle();
      }
    },
    close() {
      closing ??= end().catch((error) => {
        throw storeError(error, subject);
      });
      return closing;
    },
  };
}

/** Opens what is held, a regular file and nothing else. */
export async function openFile(held: Held, flags: number, subject: string): Promise<Opened> {
  mustBeFile(held.stats, subject);
  const opened = await held.open(flags);
  try {
    mustBeFile(opened.stats, subject);
    return opened;
  } catch (error) {
    await close(opened.descriptor);
    throw error;
  }
}

/** Directories and devices have other calls, or none. */
export function mustBeFile(stats: Stats, subject: string): void {
  if (stats.isDirectory()) throw new FileStoreError("is-a-directory", `${subject} is a directory`);
  if (!stats.isFile()) throw new FileStoreError("permission-denied", `${subject} is no regular file`);
}

/** A position that is no number would mean "where the descriptor stands" to the system. */
export function checkPosition(position: number, subject: string): void {
  if (Number.isSafeInteger(position) && position >= 0) return;
  throw new FileStoreError(
    "io",
    `${subject}: ${position} is no position; it must be a whole number from 0 on`,
  );
}
