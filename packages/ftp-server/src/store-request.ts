import { type FileStore, FileStoreError, type StoreContext, toFileStoreError } from "@longshore/file-store";
import type { StoreAnswer, StoreRequest } from "@longshore/ftp-session/server";
import { createNetasciiCounter } from "@longshore/netascii";
import { type ListingSource, listLines } from "./listing.ts";
import { asciiOptions } from "./transformer.ts";

/** One operation of the store, as the engine asked for it. Never rejects; `onError` hears of what a client need not know. */
export async function runStoreRequest(
  source: ListingSource,
  request: StoreRequest,
  asciiSize: number,
  onError: (error: FileStoreError) => void,
): Promise<StoreAnswer> {
  try {
    return await run(source, request, asciiSize);
  } catch (cause) {
    const error = toFileStoreError(cause);
    if (error.code === "io") onError(error);
    return { result: "refused", reason: error.code };
  }
}

async function run(source: ListingSource, request: StoreRequest, asciiSize: number): Promise<StoreAnswer> {
  const { store, context } = source;
  const { path } = request;
  switch (request.operation) {
    case "stat":
      return { result: "stat", stat: await store.stat(path, context) };
    case "size": {
      const { type, size } = await store.stat(path, context);
      if (type === "directory") throw new FileStoreError("is-a-directory", `${path} is one`);
      if (request.representation === "image") return { result: "size", size };
      if (size > asciiSize) throw new FileStoreError("too-large", `${path} has ${size} bytes`);
      return { result: "size", size: await countAscii(store, request, context) };
    }
    case "lines":
      return { result: "lines", ...(await listLines(source, path, request.limit)) };
    case "remove":
      await store.remove(path, context);
      return { result: "done" };
    case "make-directory":
      await store.makeDirectory(path, context);
      return { result: "done" };
    case "remove-directory":
      await store.removeDirectory(path, context);
      return { result: "done" };
    case "rename":
      await store.rename(path, request.to, { overwrite: true }, context);
      return { result: "done" };
    case "set-modified":
      if (store.setTimes === undefined) throw new FileStoreError("unsupported", "no times can be set");
      await store.setTimes(path, { modified: request.modified }, context);
      return { result: "done" };
    case "set-mode":
      if (store.setMode === undefined) throw new FileStoreError("unsupported", "no mode can be set");
      await store.setMode(path, request.mode, context);
      return { result: "done" };
  }
}

async function countAscii(store: FileStore, { path }: StoreRequest, context: StoreContext): Promise<number> {
  const file = await store.openRead(path, context);
  try {
    const counter = createNetasciiCounter(asciiOptions);
    const buffer = new Uint8Array(64 * 1024);
    for (let position = 0; position < file.size; ) {
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
