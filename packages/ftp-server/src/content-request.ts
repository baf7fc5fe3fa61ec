import {
  createReadBuffer,
  type FileStore,
  FileStoreError,
  type ReadableFile,
  type StoreContext,
  throwIfAborted,
  toFileStoreError,
  type VirtualPath,
  type WritableFile,
} from "@longshore/file-store";
import { createDigest, digestFile } from "@longshore/ftp-data";
import type { StoreAnswer, StoreRequest } from "@longshore/ftp-session/server";
import { createGate } from "./gate.ts";
import { mustBeAllowed } from "./permission.ts";

type RequestOf<Operation extends StoreRequest["operation"]> = Extract<
  StoreRequest,
  { readonly operation: Operation }
>;

/** What goes over the content of files takes turns: two at once, so that many who ask leave room for transfers. */
const content = createGate(2);

/** The hash of a part of a file. At most `limit` bytes are read, 0: any number. */
export function hashFile(
  store: FileStore,
  { path, algorithm, start, end: wanted }: RequestOf<"hash">,
  limit: number,
  context: StoreContext,
): Promise<StoreAnswer> {
  return content.pass(context.signal, () =>
    withFile(store, path, context, async (file) => {
      const end = Math.min(wanted ?? file.size, file.size);
      mustFit(path, end - start, limit);
      const range = { start, end, signal: context.signal };
      const digest = await digestFile(file, createDigest(algorithm), range);
      return { result: "hash", digest, end };
    }),
  );
}

/** By the store itself, or through here where it cannot. */
export async function copyFile(
  store: FileStore,
  { path, to }: RequestOf<"copy">,
  limit: number,
  context: StoreContext,
): Promise<void> {
  await content.pass(context.signal, async () => {
    if (store.copy !== undefined) return store.copy(path, to, { overwrite: true }, context);
    return withFile(store, path, context, async (file) => {
      if (await isSame(store, path, to, context)) return;
      mustFit(path, file.size, limit);
      const target = await store.openWrite(to, { mode: "replace", expectedSize: file.size }, context);
      await commitOrAbort(target, () => pour(file, target, 0, context));
    });
  });
}

/** All parts at the end of the target, which appears with all of them or not at all; then they are removed. */
export async function combineFiles(
  store: FileStore,
  { path, parts, mask }: RequestOf<"combine">,
  limit: number,
  context: StoreContext,
): Promise<void> {
  if (store.capabilities.append === "none")
    throw new FileStoreError("unsupported", "files cannot be appended to here");
  await content.pass(context.signal, async () => {
    let size = 0;
    for (const part of parts) {
      // The parts go when the file stands: whoever may not remove them would have both, and a refusal.
      await mustBeAllowed(store, "delete", part, context);
      if (await isSame(store, path, part, context))
        throw new FileStoreError("name-not-allowed", `${part} is ${path} itself`);
      size += await withFile(store, part, context, async (file) => file.size);
    }
    mustFit(path, size, limit);
    const how = { mode: "append", expectedSize: size, ...(mask === undefined ? {} : { mask }) } as const;
    const target = await store.openWrite(path, how, context);
    await commitOrAbort(target, async () => {
      let position = target.start;
      for (const part of parts) {
        await withFile(store, part, context, async (file) => {
          position += await pour(file, target, position, context);
        });
      }
    });
  });
  for (const part of parts) await store.remove(part, context);
}

const pieceSize = 1 << 18;

/** Answers how many bytes there were. */
async function pour(
  file: ReadableFile,
  target: WritableFile,
  position: number,
  context: StoreContext,
): Promise<number> {
  for (let at = 0; ; ) {
    throwIfAborted(context);
    // The store has the chunk until it is written, and the next is another.
    const buffer = createReadBuffer(Math.min(pieceSize, Math.max(1, file.size - at)));
    const count = await file.read(buffer, at);
    if (count === 0) return at;
    await target.write(buffer.subarray(0, count), position + at);
    at += count;
  }
}

async function commitOrAbort(target: WritableFile, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
    await target.commit();
  } catch (error) {
    await target.abort(toFileStoreError(error));
    throw error;
  }
}

async function withFile<T>(
  store: FileStore,
  path: VirtualPath,
  context: StoreContext,
  use: (file: ReadableFile) => Promise<T>,
): Promise<T> {
  const file = await store.openRead(path, context);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Whether both are one file, also by way of a link: writing one would destroy the other while it is read. */
async function isSame(
  store: FileStore,
  a: VirtualPath,
  b: VirtualPath,
  context: StoreContext,
): Promise<boolean> {
  const idOf = async (path: VirtualPath): Promise<string | undefined> => {
    try {
      return (await store.stat(path, context)).id;
    } catch (error) {
      if (toFileStoreError(error).code === "not-found") return undefined;
      throw error;
    }
  };
  if (a.text === b.text) return true;
  const id = await idOf(a);
  return id !== undefined && id === (await idOf(b));
}

function mustFit(path: VirtualPath, size: number, limit: number): void {
  if (limit > 0 && size > limit)
    throw new FileStoreError(
      "too-large",
      `${path}: ${size} bytes, of which limits.contentSize lets ${limit}`,
    );
}
