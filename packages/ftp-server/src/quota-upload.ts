import { type FileStoreError, toFileStoreError, type Usage, type WritableFile } from "@longshore/file-store";
import { minus, nothing, plus, type QuotaLedger } from "./quota-ledger.ts";

/** An upload as its quota sees it. */
export interface CountedUpload {
  readonly ledger: QuotaLedger;
  /** What is written stands at once. */
  readonly isInPlace: boolean;
  /** What is set aside for it already. */
  readonly held?: Usage;
  /** Up to this byte it needs no more room. */
  readonly room: number;
  /** The size of the file if nothing is written. */
  readonly least: number;
  /** Bytes of the part that it goes on from; absent for one that does not. */
  readonly resumed?: number;
  tryTake(growth: Usage): boolean;
  /** Rejects with `quota-exceeded`. */
  take(growth: Usage, isInTurn: boolean): Promise<void>;
  /** What stands under its name. */
  standing(): Promise<Usage | undefined>;
  /** Bytes of the part that is kept for its name. */
  part(): Promise<number>;
}

/** A file of which every byte is within the quota before it is written. */
export function countedFile(file: WritableFile, upload: CountedUpload): WritableFile {
  const { ledger, isInPlace, resumed } = upload;
  const { writeAll, keep } = file;
  let { held = nothing, room, least: size } = upload;
  let failure: FileStoreError | undefined;
  let isOver = false;
  /** What becomes of the part is decided; how it went is not always told, and then it still counts. */
  let isPartOver = false;

  /** Whether the file may come to `end` at once: on the way of every byte, so that nobody waits for it. */
  function fits(end: number): boolean {
    // The store itself says what is wrong with a place that is none.
    if (!Number.isSafeInteger(end)) return true;
    if (end > room) {
      const growth = { bytes: end - room, files: 0 };
      if (!upload.tryTake(growth)) return false;
      held = plus(held, growth);
      room = end;
    }
    size = Math.max(size, end);
    return true;
  }

  async function grow(end: number): Promise<void> {
    if (failure !== undefined) throw failure;
    const growth = { bytes: end - room, files: 0 };
    // What comes meanwhile counts from here.
    room = end;
    try {
      await upload.take(growth, false);
    } catch (error) {
      failure ??= toFileStoreError(error);
      throw failure;
    }
    held = plus(held, growth);
    size = Math.max(size, end);
    // It has ended meanwhile.
    if (isOver) settle(nothing);
  }

  /** Gives back what is set aside; `change` stands from now on, or no longer does. */
  function settle(change: Usage): void {
    isOver = true;
    ledger.settle(held, change);
    held = nothing;
  }

  async function commitWhole(): Promise<void> {
    const before = await upload.standing();
    const part = resumed ?? (before === undefined ? await upload.part() : 0);
    const change = {
      bytes: size - (before?.bytes ?? 0) - part,
      files: before === undefined ? 1 : 0,
    };
    const more = minus(change, held);
    const growth = { bytes: Math.max(0, more.bytes), files: Math.max(0, more.files) };
    // What it was to replace has become smaller, or is gone.
    if (growth.bytes > 0 || growth.files > 0) {
      await upload.take(growth, true);
      held = plus(held, growth);
    }
    isPartOver = true;
    await file.commit();
    settle(change);
  }

  /** What was written in place stands, whatever the end is. */
  async function endInPlace<T>(end: () => Promise<T>): Promise<T> {
    try {
      return await end();
    } finally {
      settle(held);
    }
  }

  async function abort(reason?: FileStoreError): Promise<void> {
    if (isInPlace) return endInPlace(() => file.abort(reason));
    if (resumed !== undefined)
      return endPart(async () => {
        await file.abort(reason);
        return -resumed;
      });
    await file.abort(reason);
    settle(nothing);
  }

  /** Ends what may be a part; `end` answers how many bytes more are kept. */
  async function endPart(end: () => Promise<number>): Promise<void> {
    let hasBegun = false;
    const work = async (): Promise<void> => {
      hasBegun = true;
      const bytes = await end();
      settle({ bytes: isPartOver ? 0 : bytes, files: 0 });
      isPartOver = true;
    };
    await ledger.inTurn(undefined, work).catch(async () => {
      // What stands cannot be counted: it will be before anything else is written.
      if (!hasBegun) await work();
    });
  }

  return {
    start: file.start,
    write(chunk, position) {
      const end = position + chunk.length;
      if (failure === undefined && fits(end)) return file.write(chunk, position);
      return grow(end).then(() => file.write(chunk, position));
    },
    ...(writeAll === undefined
      ? {}
      : {
          writeAll(chunks, position) {
            let end = position;
            for (const chunk of chunks) end += chunk.length;
            if (failure === undefined && fits(end)) return writeAll.call(file, chunks, position);
            return grow(end).then(() => writeAll.call(file, chunks, position));
          },
        }),
    async commit() {
      // What lacks a piece is not published.
      if (failure !== undefined) {
        await abort(failure);
        throw failure;
      }
      if (isInPlace) return endInPlace(() => file.commit());
      try {
        await ledger.inTurn(undefined, commitWhole);
      } catch (error) {
        settle(nothing);
        throw error;
      }
    },
    abort,
    ...(keep === undefined
      ? {}
      : {
          async keep() {
            if (isInPlace) return endInPlace(() => keep.call(file));
            let kept = 0;
            await endPart(async () => {
              const before = resumed ?? (await upload.part().catch(() => 0));
              kept = await keep.call(file);
              return kept > 0 || resumed !== undefined ? kept - before : 0;
            });
            return kept;
          },
        }),
  };
}
