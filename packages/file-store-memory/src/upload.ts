import { FileStoreError, toFileStoreError, type WritableFile } from "@longshore/file-store";
import { type Content, cutContent, draftOf } from "./content.ts";
import type { Ledger } from "./ledger.ts";

export interface Upload {
  /** What the upload begins with: what stands, for `append` and `update`. */
  readonly base: Content;
  readonly start: number;
  /** Puts the content under its name; a throw leaves what stood before. */
  publish(content: Content): void;
  /** Keeps what has come, up to the first gap, or what was there before where nothing came; answers how much. */
  keep?(come: Content | undefined): number;
  /** Nothing is kept of it. */
  dropped(): void;
  /** Called once, whatever the end is, and before it takes effect. */
  ended(): void;
}

/** A file being written: nothing of it is seen until `commit`. */
export function openUpload(upload: Upload, ledger: Ledger): WritableFile {
  const { base, start, publish, keep, ended } = upload;
  const draft = draftOf(base);
  /** Bytes from the beginning without a gap, once something has been written. */
  let whole: number | undefined;
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
    if (position <= (whole ?? start)) whole = Math.max(whole ?? start, position + chunk.length);
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
      if (state === "ended") return;
      end();
      upload.dropped();
    },
    ...(keep === undefined
      ? {}
      : {
          async keep() {
            if (state === "ended") return 0;
            end();
            const isWhole = whole !== undefined && failure === undefined;
            return keep(isWhole ? cutContent(draft.finish(), whole ?? start) : undefined);
          },
        }),
  };
}
