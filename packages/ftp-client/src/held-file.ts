import { toFileStoreError, type WritableFile } from "@longshore/file-store";
import { lazyFile, type Target } from "./target.ts";

/** A file that is received into memory, and made only when the session that brought it is free for the next one. */
export interface HeldFile {
  readonly target: Target;
  /** Makes the file of what was received; once, after the download has succeeded. */
  finish(): Promise<void>;
}

/** Bytes up to which a file is held: several may be at once. */
export const maxHeld: number = 65_536;

/**
 * To open, write, close and name a small file takes as long as to get it, and nothing of that needs the session.
 *
 * @param size bytes that are expected; with more, the file is made at once and the rest written through
 * @param put makes it in one go, where it can; it may answer `false`
 */
export function holdFile(
  size: number,
  open: () => Promise<WritableFile>,
  put: (bytes: Uint8Array) => boolean = () => false,
): HeldFile {
  const bytes = new Uint8Array(size);
  let length = 0;
  const file = lazyFile(open);
  /** The file was larger than was told. */
  let isThrough = false;
  return {
    target: {
      start: 0,
      async write(chunk, position) {
        if (!isThrough && position === length && position + chunk.length <= size) {
          bytes.set(chunk, position);
          length += chunk.length;
          return;
        }
        if (!isThrough && length > 0) await file.write(bytes.subarray(0, length), 0);
        isThrough = true;
        await file.write(chunk, position);
      },
      async commit() {
        if (isThrough) await file.commit();
      },
      async abort(reason) {
        if (isThrough) await file.abort(reason);
      },
    },
    async finish() {
      if (isThrough || put(bytes.subarray(0, length))) return;
      try {
        if (length > 0) await file.write(bytes.subarray(0, length), 0);
        await file.commit();
      } catch (error) {
        await file.abort(toFileStoreError(error));
        throw error;
      }
    },
  };
}
