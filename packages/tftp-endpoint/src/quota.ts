import {
  type FileStore,
  FileStoreError,
  usageBelow,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { now } from "./clock.ts";

/** Octets that the files below a root may have. */
export interface Quota {
  /** Sets octets aside for an upload. Rejects with `quota-exceeded`. */
  take(octets: number): Promise<void>;
  /** Gives back what was set aside and is not there; what was stored counts from now on. */
  settle(taken: number, stored: number): void;
}

/** Milliseconds in which the files are counted at most once: nobody makes the disk work by asking. */
const recountAfter = 1000;

export function createQuota(store: FileStore, root: VirtualPath, octets: number): Quota {
  /** What stands, as far as it is known, and what is set aside for uploads under way. */
  let standing: number | undefined;
  let aside = 0;
  let countedAt = 0;
  let counting: Promise<number> | undefined;

  async function recount(): Promise<void> {
    counting ??= usageBelow(store, root, {})
      .then(({ bytes }) => bytes)
      .finally(() => {
        counting = undefined;
        countedAt = now();
      });
    standing = await counting;
  }

  return {
    async take(wanted) {
      if (standing === undefined) await recount();
      const isOver = (): boolean => (standing ?? 0) + aside + wanted > octets;
      if (isOver() && now() - countedAt > recountAfter) await recount();
      if (isOver())
        throw new FileStoreError("quota-exceeded", `the files here may have ${octets} octets in all`);
      aside += wanted;
    },
    settle(taken, stored) {
      aside -= taken;
      if (standing !== undefined) standing += stored;
    },
  };
}

/** The upload limits of a root. */
export interface UploadLimits {
  readonly uploadSize?: number;
  readonly quota?: Quota;
  /** Octets announced by the client. */
  readonly expectedSize?: number;
}

/**
 * Opens a file that keeps within the limits: what is announced is refused before anything is opened, what is not is
 * refused when it comes.
 *
 * @throws {FileStoreError} `too-large`, `quota-exceeded`
 */
export async function openWithin(
  { uploadSize = Infinity, quota, expectedSize = 0 }: UploadLimits,
  open: () => Promise<WritableFile>,
): Promise<WritableFile> {
  const tooLarge = (): FileStoreError =>
    new FileStoreError("too-large", `a file may have ${uploadSize} octets`);
  if (expectedSize > uploadSize) throw tooLarge();
  await quota?.take(expectedSize);
  let taken = expectedSize;
  let written = 0;
  let isOver = false;
  const file = await open().catch((error: unknown) => {
    quota?.settle(taken, 0);
    throw error;
  });

  async function admit(end: number): Promise<void> {
    if (end > uploadSize) throw tooLarge();
    if (end > taken) {
      await quota?.take(end - taken);
      taken = end;
    }
    written = Math.max(written, end);
  }

  function settle(stored: number): void {
    if (isOver) return;
    isOver = true;
    quota?.settle(taken, stored);
  }

  const { writeAll } = file;
  return {
    start: file.start,
    async write(chunk, position) {
      await admit(position + chunk.length);
      await file.write(chunk, position);
    },
    ...(writeAll && {
      async writeAll(chunks: readonly Uint8Array[], position: number) {
        await admit(chunks.reduce((end, chunk) => end + chunk.length, position));
        await file.writeAll?.(chunks, position);
      },
    }),
    async commit() {
      await file.commit();
      settle(written);
    },
    async abort(reason) {
      settle(0);
      await file.abort(reason);
    },
  };
}
