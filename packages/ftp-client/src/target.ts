import type { Writable } from "node:stream";
import type { FileStoreError, WritableFile } from "@longshore/file-store";
import { createLocalFile, createStreamFile } from "@longshore/file-store-node";

/**
 * Where a download goes:
 * - a local path: written to a temporary name, and there as a whole when the transfer was complete and verified
 * - a `WritableFile`: committed or aborted here
 * - a function: awaited for each chunk, which is its own
 * - a web or Node stream: ended, or destroyed with the error
 */
export type DownloadTarget =
  | string
  | WritableFile
  | ((chunk: Uint8Array) => void | Promise<void>)
  | WritableStream<Uint8Array>
  | Writable;

/** A target as the data path wants it. Exactly one of `commit` and `abort` ends it. */
export type Target = WritableFile;

export function openTarget(to: DownloadTarget): Target {
  // Made when the first byte comes or the transfer turns out to be empty: a refusal leaves no trace.
  if (typeof to === "string") return lazyFile(() => createLocalFile(to));
  if (typeof to === "function") return sink((chunk) => to(chunk));
  return "commit" in to ? to : createStreamFile(to);
}

export function lazyFile(open: () => Promise<WritableFile>, start = 0): Target {
  let opening: Promise<WritableFile> | undefined;
  let file: WritableFile | undefined;
  const opened = (): Promise<WritableFile> => {
    opening ??= open().then((made) => {
      file = made;
      return made;
    });
    return opening;
  };
  return {
    start,
    async write(chunk, position) {
      await (file ?? (await opened())).write(chunk, position);
    },
    async writeAll(chunks, position) {
      const to = file ?? (await opened());
      if (to.writeAll !== undefined) {
        await to.writeAll(chunks, position);
        return;
      }
      let at = position;
      for (const chunk of chunks) {
        await to.write(chunk, at);
        at += chunk.length;
      }
    },
    async commit() {
      await (await opened()).commit();
    },
    async abort(reason) {
      if (opening === undefined) return;
      await (await opening.catch(() => undefined))?.abort(reason);
    },
  };
}

/** A consumer in place of a file. Chunks are copied, because the data path uses its buffers again. */
export function sink(
  write: (chunk: Uint8Array) => void | Promise<void>,
  commit: () => void | Promise<void> = () => {},
  abort: (reason?: FileStoreError) => void | Promise<void> = () => {},
): Target {
  return {
    start: 0,
    async write(chunk) {
      await write(chunk.slice());
    },
    async commit() {
      await commit();
    },
    async abort(reason) {
      await abort(reason);
    },
  };
}
