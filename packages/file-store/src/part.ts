import type { VirtualPath } from "./path.ts";
import type { StoreContext, WritableFile } from "./store.ts";

/**
 * Parts of interrupted uploads, kept aside by {@link WritableFile.keep}. A part belongs to the `user` of the context
 * it was uploaded in and to the path it was meant for; without a user nothing is kept and nothing found. No listing
 * shows it and no other call of the store reaches it. It goes when its file is there, and by age and size, within
 * limits that are the store's own.
 */
export interface PartStore {
  /** This user's part for `path`; nothing where something stands under that name. */
  find(path: VirtualPath, context: StoreContext): Promise<UploadPart | undefined>;

  /**
   * Goes on from the part. An `abort` of the file forgets the part, `keep` keeps it with what came to it.
   * Rejects: `not-found`, `exists` (something stands there), `busy` (another session goes on from it), `io` (`start`
   * is beyond its end).
   */
  resume(path: VirtualPath, options: ResumeOptions, context: StoreContext): Promise<WritableFile>;

  /** Bytes of all parts of this user, wherever they were meant to go; absent where the store cannot tell. */
  usage?(context: StoreContext): Promise<number>;

  /** Forgets the part; answers whether there was one. Rejects: `busy`. */
  remove(path: VirtualPath, context: StoreContext): Promise<boolean>;
}

export interface UploadPart {
  /** Bytes from the file's beginning, without a gap. */
  readonly size: number;
  /** When the last of them came, in milliseconds since the epoch, UTC. */
  readonly modified: number;
}

export interface ResumeOptions {
  /** First byte that will be written, 0 to the part's size; its size unless told. What the part has beyond it is dropped. */
  readonly start?: number;
  /** Bytes that will come, as far as announced; a store may refuse early with `no-space`. */
  readonly expectedSize?: number;
  /** As in `WriteOptions`, for a part that becomes a file. */
  readonly mask?: number;
  /** Whether the whole may replace a file that has come under its name meanwhile; else `commit` is `exists`. */
  readonly overwrite: boolean;
}
