import {
  FileStoreError,
  type PartStore,
  type StoreContext,
  throwIfAborted,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { cutContent } from "./content.ts";
import type { FilePlace } from "./inventory.ts";
import { type PartShelf, partBusy } from "./parts.ts";
import type { Upload } from "./upload.ts";

/** How an upload begins, and what becomes of the part that is kept of it. */
export type UploadWays = Omit<Upload, "publish" | "ended"> & {
  /** It is about to take its name. */
  published(): void;
  /** It has ended, in whatever way. */
  released?(): void;
};

/** What may become of what stands, and the mode of what is new. */
export interface UploadRules {
  readonly overwrite: boolean;
  readonly mask: number | undefined;
}

/** What the store itself does for its parts. */
export interface PartHost {
  mayChange(context: StoreContext): void;
  target(path: VirtualPath, overwrite: boolean, context: StoreContext): FilePlace;
  mustFit(path: VirtualPath, bytes: number): void;
  beginUpload(place: FilePlace, path: VirtualPath, rules: UploadRules, ways: UploadWays): WritableFile;
  /** Whether nothing stands there, and something could. */
  isFree(path: VirtualPath, context: StoreContext): boolean;
}

/** A part stands for what is missing: where something stands, there is none. */
export function createPartStore(
  shelf: PartShelf,
  { mayChange, target, mustFit, beginUpload, isFree }: PartHost,
): PartStore {
  return {
    async find(path, context) {
      throwIfAborted(context);
      const part = isFree(path, context) ? shelf.find(path, context) : undefined;
      return part === undefined ? undefined : { size: part.size, modified: part.modified };
    },

    async resume(path, { start, expectedSize = 0, mask, overwrite }, context) {
      mayChange(context);
      const place = target(path, false, context);
      const part = shelf.take(path, context);
      try {
        const begin = start ?? part.size;
        if (!(Number.isSafeInteger(begin) && begin >= 0 && begin <= part.size))
          throw new FileStoreError("io", `${path}: the part has ${part.size} bytes, no start at ${begin}`);
        mustFit(path, begin + expectedSize - part.size);
        return beginUpload(
          place,
          path,
          { overwrite, mask },
          {
            base: cutContent(part.content, begin),
            start: begin,
            // First, so that its bytes are not counted twice.
            published: () => void shelf.remove(path, context),
            keep: (come) => (come !== undefined && shelf.put(path, context, come) ? come : part).size,
            dropped: () => void shelf.remove(path, context),
            released: () => shelf.release(path, context),
          },
        );
      } catch (error) {
        shelf.release(path, context);
        throw error;
      }
    },

    async usage(context) {
      throwIfAborted(context);
      return shelf.usage(context);
    },

    async remove(path, context) {
      mayChange(context);
      const removed = shelf.remove(path, context);
      if (removed === "busy") throw partBusy(path);
      return removed;
    },
  };
}
