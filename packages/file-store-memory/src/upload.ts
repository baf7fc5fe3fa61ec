import { FileStoreError, toFileStoreError, type WritableFile } from "@longshore/file-store";
import { type Content, draftOf } from "./content.ts";
import type { Ledger } from "./ledger.ts";

export interface Upload {
  /** What the upload begins with: what stands, for `append` and `update`. */
  readonly base: Content;
  readonly start: number;
  /** Puts the content under its name; a throw leaves what stood before. */
  publish(content: Content): void;
  /** Called once, whatever the end was. */
  ended(): void;
}

/** A file being written: nothing of it is seen until `commit`. */
export function openUpload({ base, start, publish, ended }: Upload, ledger: Ledger): WritableFile {
  const draft = draftOf(base);
  let state: "open" | "ended" = "open";
  let failure: FileStoreError | undefined;

  function end(): void {
    state = "ended";
    ledger.addBytes(base.size - draft.size);
    ended();
  }

  function write(chunk: Uint8Array, position: number): void {
    if (state === "ended") throw new FileStoreError("io", "the upload has ended; open the file again");
    if (!Number.isSafeInteger(position) || position < 0)
      throw new FileStoreError("io", `${position} is no position; it must be a whole number from 0 on`);
    const size = chunk.length === 0 ? draft.size : Math.max(draft.size, position + chunk.length);
    try {
      ledger.addBytes(size - draft.size);
    } catch (error) {
      failure = toFileStoreError(error);
      throw failure;
    }
    draft.write(chunk, position);
  }

  return {
    start,
    async write(chunk, position) {
      write(chunk, position);
    },
    async writeAll(chunks, position) {
      let at = position;
      for (const chunk of chunks) {
        write(chunk, at);
        at += chunk.length;
      }
    },
    async commit() {
      if (state === "ended") throw new FileStoreError("io", "the upload has ended already");
      end();
      // What lacks a piece is not published, whoever asks for it.
      if (failure !== undefined) throw failure;
      const content = draft.finish();
      publish(content);
    },
    async abort() {
      if (state === "open") end();
    },
  };
}
