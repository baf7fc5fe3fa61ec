import type { Writable } from "node:stream";
import { FileStoreError, toFileStoreError, type WritableFile } from "@longshore/file-store";

/**
 * A web or Node stream in place of a file: what is written goes to it in order, a commit ends it, an abort destroys it
 * with the reason. It waits while the stream takes no more.
 */
export function createStreamFile(to: WritableStream<Uint8Array> | Writable): WritableFile {
  return "getWriter" in to ? webStream(to) : nodeStream(to);
}

function webStream(stream: WritableStream<Uint8Array>): WritableFile {
  const writer = stream.getWriter();
  return {
    start: 0,
    // Chunks are copied, because whoever writes uses its buffers again.
    write: (chunk) => writer.write(chunk.slice()),
    commit: () => writer.close(),
    abort: (reason) => writer.abort(reason).catch(() => {}),
  };
}

function nodeStream(stream: Writable): WritableFile {
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure = error;
  });
  const settled = (act: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined || stream.destroyed) {
        reject(failure ?? new FileStoreError("io", "the stream was destroyed"));
        return;
      }
      const onClose = (): void => reject(failure ?? new FileStoreError("io", "the stream was closed early"));
      stream.once("close", onClose);
      act((error) => {
        stream.off("close", onClose);
        if (error) reject(error);
        else resolve();
      });
    });
  return {
    start: 0,
    write: (chunk) => settled((done) => stream.write(chunk.slice(), done)),
    commit: () => settled((done) => stream.end(() => done(failure))),
    abort: async (reason) => {
      stream.destroy(toFileStoreError(reason ?? new Error("the download was given up")));
    },
  };
}
