import { FileStoreError, type WritableFile } from "@longshore/file-store";
import type { Draft } from "./draft.ts";
import { storeError } from "./error.ts";
import { checkPosition } from "./reader.ts";
import { writeAllFully, writeFully } from "./system.ts";

/** A file being written: writes go to the draft, and how it ends decides what becomes of the draft. */
export function uploadInto(draft: Draft, start: number, subject: string, release: () => void): WritableFile {
  /** Bytes from the beginning without a gap, once some were written. */
  let whole: number | undefined;
  /** Where the last of them ends. */
  let end = start;
  let state: "open" | "ending" | "ended" = "open";
  let failure: FileStoreError | undefined;
  let underWay = 0;
  let idle = (): void => {};

  /** The descriptor's number may belong to another file as soon as it is closed, so that writes end first. */
  async function settle(how: () => Promise<void>): Promise<void> {
    if (underWay > 0) await new Promise<void>((resolve) => (idle = resolve));
    try {
      await how();
    } finally {
      state = "ended";
      release();
    }
  }

  async function run(position: number, length: number, write: () => Promise<void>): Promise<void> {
    if (state !== "open") throw new FileStoreError("io", `${subject}: the upload has ended`);
    checkPosition(position, subject);
    underWay++;
    try {
      await write();
      if (position <= (whole ?? start)) whole = Math.max(whole ?? start, position + length);
      end = Math.max(end, position + length);
    } catch (error) {
      failure = storeError(error, subject);
      throw failure;
    } finally {
      if (--underWay === 0) idle();
    }
  }

  async function keep(): Promise<number> {
    if (state !== "open") return 0;
    state = "ending";
    let kept = 0;
    await settle(async () => {
      kept = (await draft.keep?.(failure === undefined ? whole : start)) ?? 0;
    }).catch(() => {});
    return kept;
  }

  return {
    start,
    write: (chunk, position) =>
      run(position, chunk.length, () => writeFully(draft.descriptor, chunk, position)),
    writeAll: (chunks, position) =>
      run(position, lengthOf(chunks), () => writeAllFully(draft.descriptor, chunks, position)),
    async commit() {
      if (state !== "open") throw new FileStoreError("io", `${subject}: the upload has ended already`);
      state = "ending";
      await settle(async () => {
        // What lacks a piece is not published, whoever asks for it.
        if (failure !== undefined) {
          await draft.discard();
          throw failure;
        }
        await draft.publish(end).catch((error) => {
          throw storeError(error, subject);
        });
      });
    },
    async abort() {
      if (state !== "open") return;
      state = "ending";
      await settle(() => draft.discard()).catch(() => {});
    },
    ...(draft.keep === undefined ? {} : { keep }),
  };
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  return length;
}
