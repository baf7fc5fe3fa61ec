import type { StoreCapabilities } from "./capabilities.ts";
import type { FileStoreError } from "./error.ts";
import type { PartStore } from "./part.ts";
import type { VirtualPath } from "./path.ts";

/**
 * Where files live: a disk, memory, an object store. One contract for FTP, TFTP and what comes later.
 * Every method rejects with a {@link FileStoreError} and nothing else. The optional methods are capabilities:
 * absent means "cannot", and nobody calls to find out.
 */
export interface FileStore {
  readonly capabilities: StoreCapabilities;

  /** What stands at `path`, symbolic links followed within the store. Rejects: `not-found`, `permission-denied`. */
  stat(path: VirtualPath, context: StoreContext): Promise<FileStat>;

  /**
   * The entries of a directory without `.` and `..`, in any order, links not followed. They come in batches of
   * the store's choosing, so that a million entries neither stand in memory nor cost a promise each.
   * Throws on the first step: `not-found`, `not-a-directory`, `permission-denied`.
   */
  list(path: VirtualPath, context: StoreContext): AsyncIterable<readonly DirectoryEntry[]>;

  /** Rejects: `not-found`, `is-a-directory`, `permission-denied`. */
  openRead(path: VirtualPath, context: StoreContext): Promise<ReadableFile>;

  /** Rejects: `exists` (mode `create`), `not-found` (the directory), `is-a-directory`, `read-only`, `no-space`, … */
  openWrite(path: VirtualPath, options: WriteOptions, context: StoreContext): Promise<WritableFile>;

  /** Removes a file or a symbolic link, never a directory (`is-a-directory`). */
  remove(path: VirtualPath, context: StoreContext): Promise<void>;

  /** Rejects: `exists`, `not-found` (the parent). `mask` as in {@link WriteOptions}. */
  makeDirectory(
    path: VirtualPath,
    context: StoreContext,
    options?: { readonly mask?: number },
  ): Promise<void>;

  /** Removes an empty directory. Rejects: `not-empty`, `not-a-directory`, `not-found`. */
  removeDirectory(path: VirtualPath, context: StoreContext): Promise<void>;

  /** Moves a file or a directory. Without `overwrite`, an existing `to` is `exists`. */
  rename(
    from: VirtualPath,
    to: VirtualPath,
    options: { readonly overwrite: boolean },
    context: StoreContext,
  ): Promise<void>;

  /**
   * Sets the times given, in milliseconds since the epoch, UTC. `created` is given only where the capability says
   * that it can be set.
   */
  setTimes?(
    path: VirtualPath,
    times: { readonly modified?: number; readonly accessed?: number; readonly created?: number },
    context: StoreContext,
  ): Promise<void>;

  /** Sets the Unix permission bits, `0` to `0o7777`. */
  setMode?(path: VirtualPath, mode: number, context: StoreContext): Promise<void>;

  /** Makes a symbolic link at `path` that holds the text `target`, as it stands. */
  makeLink?(path: VirtualPath, target: string, context: StoreContext): Promise<void>;

  /**
   * Where `path` leads without symbolic links: those in the way are followed, and with `follow` the last one too. The
   * last name may be missing. A store that follows links must have it, or nobody could keep rules on paths over it.
   * Rejects like `stat` for what stands in the way.
   */
  resolve?(
    path: VirtualPath,
    options: { readonly follow: boolean },
    context: StoreContext,
  ): Promise<VirtualPath>;

  /** Bytes that can still be written below `path`. */
  freeSpace?(path: VirtualPath, context: StoreContext): Promise<number>;

  /** Copies a file inside the store without its bytes passing through the caller. */
  copy?(
    from: VirtualPath,
    to: VirtualPath,
    options: { readonly overwrite: boolean },
    context: StoreContext,
  ): Promise<void>;

  /** What was kept of interrupted uploads. */
  readonly parts?: PartStore;
}

/** On whose behalf a call is made. The working directory is the session's and is never here. */
export interface StoreContext {
  /** The name the session logged in with; absent before login and for TFTP. */
  readonly user?: string;
  readonly remoteAddress?: string;
  /** Whether the control connection is encrypted. */
  readonly secure?: boolean;
  /**
   * `"refuse"`: a symbolic link that would be followed is `permission-denied` instead. Whoever has resolved a path and
   * decided on what came out says so, that nobody can put a link in the way meanwhile. `"follow"` unless told.
   */
  readonly links?: "follow" | "refuse";
  /** Aborted when the session is gone or gave up; the call then rejects with `aborted`. */
  readonly signal?: AbortSignal;
}

export type FileType = "file" | "directory" | "symlink" | "other";

export interface FileStat {
  readonly type: FileType;
  /** Bytes; a safe integer. `0` for what has no size. */
  readonly size: number;
  /** Milliseconds since the epoch, UTC, with a fraction where the store keeps one; absent where unknown. */
  readonly modified?: number;
  readonly created?: number;
  /** Unix permission bits, `0` to `0o7777`; absent where the store has none. */
  readonly mode?: number;
  /** A name or a number in decimal. */
  readonly owner?: string;
  readonly group?: string;
  /** Hard links; 1 where unknown. */
  readonly links?: number;
  /** The same for two paths exactly when they are one node (RFC 3659 §7.5.4, `unique`). */
  readonly id?: string;
}

/** One entry of a directory: what `stat` would say, without following a link. */
export interface DirectoryEntry extends FileStat {
  readonly name: string;
  /** Where a `symlink` points, as it is stored; absent when that would tell a path outside the store. */
  readonly target?: string;
}

export interface ReadableFile {
  /** Bytes when the file was opened. */
  readonly size: number;
  readonly modified?: number;
  /**
   * Fills `into` from `position` on and answers how many bytes it got: fewer than asked only at the end,
   * 0 at or past it. Up to two reads may be under way at once.
   */
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
  /**
   * The local descriptor, where there is one and a driver can be faster with it: at each position it has the bytes that
   * `read` gives. It is open until `close`.
   */
  readonly descriptor?: number;
}

export interface WriteOptions {
  /**
   * - `create`: the file must not exist.
   * - `replace`: whatever file stands there is replaced, at `commit`.
   * - `append`: writing begins at the end of what stands (see `WritableFile.start`); a missing file is made.
   * - `update`: what stands is kept and written over from `start` on; a missing file is `not-found`
   *   unless `start` is 0.
   */
  readonly mode: "create" | "replace" | "append" | "update";
  /** First byte that will be written, for `update`: 0 to the size of what stands, else `io`. */
  readonly start?: number;
  /** Bytes announced by the peer (ALLO, TFTP tsize); a store may refuse early with `no-space`. */
  readonly expectedSize?: number;
  /**
   * Unix permission bits, `0` to `0o777`, that a new file shall not have of those it would have by the store's own
   * settings, in place of the system's own mask. What stands keeps its mode; a store without modes passes it over.
   */
  readonly mask?: number;
}

/**
 * A file being written. Exactly one of `commit`, `abort` and `keep` ends it. Until `commit` answers, nobody sees the
 * new content and the old file stands (unless the store's `writes` is `"in-place"`).
 */
export interface WritableFile {
  /** Where writing begins: the size of what stands for `append`, `start` for `update`, else 0. */
  readonly start: number;
  /**
   * Writes the whole chunk at `position`, in bytes from the file's beginning. The chunk belongs to the store
   * until the promise settles. Rejects: `no-space`, `quota-exceeded`, `io`.
   */
  write(chunk: Uint8Array, position: number): Promise<void>;
  /** The same for several chunks that follow each other: one system call where the store has one. */
  writeAll?(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Makes the content visible under its name, whole. A rejected commit leaves what stood before. */
  commit(): Promise<void>;
  /** Forgets the content. Never rejects; may be called after a failed `write` or `commit`. */
  abort(reason?: FileStoreError): Promise<void>;
  /**
   * In the place of `abort`, when the peer was lost: keeps what came, up to the first gap, as a part of the context's
   * user ({@link FileStore.parts}), if nothing stands under the name. After a failed `write` only a part that was
   * there before is kept, up to `start`. Answers the bytes kept; 0 where none were, which was then an `abort`. Never
   * rejects.
   */
  keep?(): Promise<number>;
}
