import {
  type FileStore,
  FileStoreError,
  type StoreContext,
  throwIfAborted,
  toFileStoreError,
} from "@longshore/file-store";
import type { StoreAnswer, StoreRequest } from "@longshore/ftp-session/server";
import { createNetasciiCounter } from "@longshore/netascii";
import { combineFiles, copyFile, hashFile } from "./content-request.ts";
import { linkTarget } from "./link-target.ts";
import { type ListingSource, listLines } from "./listing.ts";
import type { FtpServerLimits } from "./options.ts";
import { rightsAt } from "./permission.ts";
import { asciiOptions } from "./transformer.ts";
import { removeTree, treeSize } from "./tree-request.ts";
import { keptSize, removeFile } from "./upload-target.ts";

/** What one request may cost; 0 is no bound. */
export interface RequestBounds {
  /** Largest file that is counted as ASCII, in bytes. */
  readonly asciiSize: number;
  /** Most bytes that are hashed, copied or combined. */
  readonly contentSize: number;
  /** Most entries of a directory and what is below it that are counted. */
  readonly treeEntries: number;
}

/** The bounds that `limits` sets. */
export function boundsOf({ asciiSize, contentSize, treeEntries }: FtpServerLimits = {}): RequestBounds {
  return {
    asciiSize: asciiSize ?? 16 << 20,
    contentSize: contentSize ?? 2 ** 36,
    treeEntries: treeEntries ?? 100_000,
  };
}

/** One operation of the store, as the engine asked for it. Never rejects; `onError` hears of what a client need not know. */
export async function runStoreRequest(
  source: ListingSource,
  request: StoreRequest,
  bounds: RequestBounds,
  onError: (error: FileStoreError) => void,
): Promise<StoreAnswer> {
  try {
    return await run(source, request, bounds);
  } catch (cause) {
    const error = toFileStoreError(cause);
    if (error.code === "io") onError(error);
    return { result: "refused", reason: error.code };
  }
}

async function run(
  source: ListingSource,
  request: StoreRequest,
  bounds: RequestBounds,
): Promise<StoreAnswer> {
  const { store, context } = source;
  const { path } = request;
  switch (request.operation) {
    case "stat": {
      const stat = await store.stat(path, context);
      const rights = (await rightsAt(store, path, context))?.here;
      return { result: "stat", stat, ...(rights === undefined ? {} : { rights }) };
    }
    case "size": {
      const stat = await store.stat(path, context).catch((error) => toFileStoreError(error));
      if (FileStoreError.isInstance(stat)) {
        // An upload that was interrupted: what its user's client has to know to go on.
        const isMissing = stat.code === "not-found" && request.representation === "image";
        const kept = isMissing ? await keptSize(source, path) : undefined;
        if (kept === undefined) throw stat;
        return { result: "size", size: kept };
      }
      const { type, size } = stat;
      if (type === "directory") throw new FileStoreError("is-a-directory", `${path} is one`);
      if (request.representation === "image") return { result: "size", size };
      if (size > bounds.asciiSize) throw new FileStoreError("too-large", `${path} has ${size} bytes`);
      return { result: "size", size: await countAscii(store, request, context) };
    }
    case "lines":
      return { result: "lines", ...(await listLines(source, path, request.limit)) };
    case "remove":
      await removeFile(source, path);
      return { result: "done" };
    case "hash":
      return hashFile(store, request, bounds.contentSize, context);
    case "free-space":
      if (store.freeSpace === undefined) throw cannot("nobody knows how much space there is");
      return { result: "size", size: await store.freeSpace(path, context) };
    case "tree-size":
      return { result: "size", size: await treeSize(store, path, bounds.treeEntries, context) };
    case "set-times":
      if (store.setTimes === undefined) throw cannot("no times can be set");
      await store.setTimes(path, request.times, context);
      return { result: "stat", stat: await store.stat(path, context) };
    default:
      await change(store, request, bounds, context);
      return { result: "done" };
  }
}

/** Operations of which there is nothing to tell but that they are done. */
async function change(
  store: FileStore,
  request: Exclude<
    StoreRequest,
    {
      readonly operation:
        | ("stat" | "size" | "lines" | "hash" | "free-space" | "tree-size")
        | ("remove" | "set-times");
    }
  >,
  { contentSize }: RequestBounds,
  context: StoreContext,
): Promise<void> {
  const { path } = request;
  switch (request.operation) {
    case "make-directory":
      return store.makeDirectory(path, context, request.mask === undefined ? {} : { mask: request.mask });
    case "remove-directory":
      return store.removeDirectory(path, context);
    case "remove-tree":
      return removeTree(store, path, context);
    case "rename":
      return store.rename(path, request.to, { overwrite: true }, context);
    case "set-mode":
      if (store.setMode === undefined) throw cannot("no mode can be set");
      return store.setMode(path, request.mode, context);
    case "make-link":
      if (store.makeLink === undefined) throw cannot("no link can be made");
      return store.makeLink(path, linkTarget(path, request.target), context);
    case "copy":
      return copyFile(store, request, contentSize, context);
    case "combine":
      return combineFiles(store, request, contentSize, context);
  }
}

function cannot(why: string): FileStoreError {
  return new FileStoreError("unsupported", why);
}

async function countAscii(store: FileStore, { path }: StoreRequest, context: StoreContext): Promise<number> {
  const file = await store.openRead(path, context);
  try {
    const counter = createNetasciiCounter(asciiOptions);
    const buffer = new Uint8Array(64 * 1024);
    for (let position = 0; position < file.size; ) {
      throwIfAborted(context);
      const count = await file.read(buffer, position);
      if (count === 0) break;
      counter.push(buffer.subarray(0, count));
      position += count;
    }
    return counter.end();
  } finally {
    await file.close();
  }
}
