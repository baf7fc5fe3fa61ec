import {
  childPath,
  type FileStore,
  FileStoreError,
  nameOf,
  parentPath,
  type StoreContext,
  toFileStoreError,
  type UploadPart,
  type VirtualPath,
  type WritableFile,
  type WriteOptions,
} from "@longshore/file-store";
import { DataConnectionError } from "@longshore/ftp-data";
import type { Transfer } from "@longshore/ftp-session/server";
import type { ListingSource } from "./listing.ts";
import { writeUpTo } from "./range.ts";

/** What an upload writes to. */
export interface UploadTarget {
  readonly path: VirtualPath;
  readonly file: WritableFile;
  /** What came is kept if the client is lost. */
  readonly keeps: boolean;
  /** It goes on from a part that was kept. */
  readonly isResumed: boolean;
}

/** What a session may upload, and what becomes of what it could not. */
export interface UploadRules {
  /** Bytes of a file; 0: no limit. */
  readonly maxSize: number;
  /** Whether parts of interrupted uploads are this user's own: never those of anonymous users, who share one name. */
  readonly keepsParts: boolean;
}

type Receive = Extract<Transfer, { readonly kind: "receive-file" }>;

/** Opening was refused for a reason that is the command's, not the store's. */
export const restartBeyondEnd = "restart-beyond-end";

/**
 * Opens the file of STOR, APPE or STOU: what stands, what is new, or, where nothing stands, what was kept of an
 * interrupted upload.
 *
 * @throws {FileStoreError}
 */
export async function openTarget(
  source: ListingSource,
  what: Receive,
): Promise<UploadTarget | typeof restartBeyondEnd> {
  const { maxSize, keepsParts } = source.uploads;
  const { mode, start, representation } = what;
  const isImage = representation === "image";
  const size = {
    ...(what.expectedSize === undefined ? {} : { expectedSize: what.expectedSize }),
    ...(what.mask === undefined ? {} : { mask: what.mask }),
  };
  if (maxSize > 0 && start + (what.expectedSize ?? 0) > maxSize) throw tooLarge(maxSize);
  if (mode === "unique") return limited(await openUnique(source, what.path, size), maxSize);

  const { store, context } = source;
  const { path } = what;
  const standing = mode === "update" ? await sizeOf(source, path) : undefined;
  // A byte of the ASCII stream has no known place in the file: such a part could not be gone on from.
  const part =
    isImage && standing === undefined && what.end === undefined ? await partFor(source, what) : undefined;
  if (part !== undefined) {
    if (start > part.size) return restartBeyondEnd;
    const from = mode === "update" ? { start } : {};
    const file = await store.parts?.resume(path, { ...from, ...size, overwrite: true }, context);
    if (file !== undefined) return limited({ path, file, keeps: true, isResumed: true }, maxSize);
  }
  if (mode === "update" && standing === undefined)
    throw new FileStoreError("not-found", `${path}: nothing stands there to go on from`);
  if (standing !== undefined && start > standing) return restartBeyondEnd;
  const file = await store.openWrite(path, { mode, start, ...size }, context);
  // What RANG has changed stands for itself: it is no beginning of a file.
  const keeps = isImage && keepsParts && what.end === undefined;
  return limited({ path, file, keeps, isResumed: false }, maxSize, what.end);
}

/**
 * Ends an upload that `error` has stopped. What the client sent until it was lost, or sent ABOR, is kept; what the store
 * refused is not, but for a part that was there before. Answers the bytes kept.
 */
export async function endInterrupted(target: UploadTarget, error: unknown): Promise<number> {
  const { file, keeps, isResumed } = target;
  if (file.keep !== undefined && keeps && (isResumed || isInterruption(error))) return file.keep();
  await file.abort(toFileStoreError(error));
  return 0;
}

/** The size that an interrupted upload to `path` has come to, where the user can go on from it. */
export async function keptSize(source: ListingSource, path: VirtualPath): Promise<number | undefined> {
  const { store, context, uploads } = source;
  return uploads.keepsParts ? (await store.parts?.find(path, context))?.size : undefined;
}

/** Removes a file, and what was kept for its name: whoever removes a file wants nothing left of it. */
export async function removeFile(source: ListingSource, path: VirtualPath): Promise<void> {
  const { store, context } = source;
  try {
    await store.remove(path, context);
  } catch (error) {
    if (toFileStoreError(error).code !== "not-found" || !(await forgetPart(source, path))) throw error;
    return;
  }
  // A failure to forget is none of the file's.
  await forgetPart(source, path).catch(() => {});
}

async function forgetPart({ store, context, uploads }: ListingSource, path: VirtualPath): Promise<boolean> {
  return uploads.keepsParts && ((await store.parts?.remove(path, context)) ?? false);
}

async function partFor(source: ListingSource, { path, mode }: Receive): Promise<UploadPart | undefined> {
  const { store, context, uploads } = source;
  const goesOn = mode === "append" || mode === "update";
  return goesOn && uploads.keepsParts ? store.parts?.find(path, context) : undefined;
}

async function sizeOf({ store, context }: ListingSource, path: VirtualPath): Promise<number | undefined> {
  try {
    return (await store.stat(path, context)).size;
  } catch (error) {
    if (toFileStoreError(error).code === "not-found") return undefined;
    throw error;
  }
}

function isInterruption(error: unknown): boolean {
  if (DataConnectionError.isInstance(error)) return error.code !== "store";
  return toFileStoreError(error).code === "aborted";
}

/** How many names STOU tries: `name`, `name.1`, `name.2` and so on. */
const maxNames = 1000;

async function openUnique(
  { store, context }: { readonly store: FileStore; readonly context: StoreContext },
  wanted: VirtualPath,
  size: Pick<WriteOptions, "expectedSize" | "mask">,
): Promise<UploadTarget> {
  const name = nameOf(wanted);
  if (name === "") throw new FileStoreError("is-a-directory", "the root is no file");
  for (let number = 0; number < maxNames; number++) {
    const path = number === 0 ? wanted : childPath(parentPath(wanted), `${name}.${number}`);
    try {
      const file = await store.openWrite(path, { mode: "create", ...size }, context);
      // The client learns the name with the 150, and another session would choose another one: nobody comes back to it.
      return { path, file, keeps: false, isResumed: false };
    } catch (error) {
      const { code } = toFileStoreError(error);
      if (code !== "exists" && code !== "is-a-directory") throw error;
    }
  }
  throw new FileStoreError("exists", `${maxNames} names like ${wanted} are taken`);
}

function limited(target: UploadTarget, maxSize: number, end?: number): UploadTarget {
  const file = writeUpTo(target.file, maxSize === 0 ? undefined : maxSize);
  return { ...target, file: writeUpTo(file, end) };
}

function tooLarge(maxSize: number): FileStoreError {
  return new FileStoreError("too-large", `uploads have at most ${maxSize} bytes (limits.uploadSize)`);
}
