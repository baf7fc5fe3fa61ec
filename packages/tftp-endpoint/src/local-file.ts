import { basename, dirname, resolve } from "node:path";
import { childPath, type ReadableFile, rootPath, type WritableFile } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";

/** A file of the local disk, to be read. Rejects with a `FileStoreError`. */
export async function openLocalReading(path: string): Promise<ReadableFile> {
  const { store, name } = locate(path);
  return store.openRead(name, {});
}

/** A file of the local disk that appears, or takes the place of what stands there, when all of it has come. */
export async function openLocalWriting(path: string): Promise<WritableFile> {
  const { store, name } = locate(path);
  return store.openWrite(name, { mode: "replace" }, {});
}

function locate(path: string) {
  const whole = resolve(path);
  return { store: createNodeStore(dirname(whole)), name: childPath(rootPath, basename(whole)) };
}
