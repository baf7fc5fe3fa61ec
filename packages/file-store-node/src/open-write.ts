import { access, constants, statfs } from "node:fs/promises";
import {
  FileStoreError,
  type ResumeOptions,
  type StoreContext,
  throwIfAborted,
  type WritableFile,
  type WriteOptions,
} from "@longshore/file-store";
import { copyContent, createDraft, type Draft, draftInPlace } from "./draft.ts";
import { errnoOf } from "./error.ts";
import type { Held, Jail, Target } from "./jail.ts";
import type { LocalPath } from "./name.ts";
import type { PartShelf } from "./part.ts";
import { mustBeFile, openFile } from "./reader.ts";
import { close, open, openFlags, setAccess, truncate } from "./system.ts";
import { uploadInto } from "./upload.ts";

/** How a store writes. */
export interface WriteSettings {
  readonly jail: Jail;
  readonly writes: "atomic" | "in-place";
  readonly durable: boolean;
  readonly fileMode: number | undefined;
  /** Where interrupted uploads are kept. */
  readonly shelf: PartShelf | undefined;
}

/** Opens the file at `names` for writing; `subject` names it in errors. */
export async function openUpload(
  settings: WriteSettings,
  names: readonly string[],
  subject: string,
  options: WriteOptions,
  context: StoreContext,
): Promise<WritableFile> {
  const { mode, expectedSize = 0 } = options;
  const place = await settings.jail.target(names, mode !== "create");
  const { directory, node } = place;
  try {
    const start = startOf(node, options, subject);
    if (node !== undefined) await mayWrite(node);
    // An atomic replacement stands beside what it replaces until the end.
    const isBeside = mode === "replace" && settings.writes === "atomic";
    const growth = start + expectedSize - (isBeside ? 0 : (node?.stats.size ?? 0));
    if (expectedSize > 0 && growth > (await freeBytes(directory.path)))
      throw new FileStoreError("no-space", `${subject}: ${expectedSize} bytes do not fit on the disk`);
    const make = settings.writes === "atomic" ? atomicDraft : openInPlace;
    const draft = await make(settings, place, options, context, subject);
    if (context.signal?.aborted === true) await draft.discard();
    throwIfAborted(context);
    return uploadInto(draft, start, subject, () => directory.release());
  } catch (error) {
    directory.release();
    throw error;
  } finally {
    if (node !== directory) node?.release();
  }
}

/** Goes on from what was kept of an interrupted upload to the free name at `names`. */
export async function resumeUpload(
  { jail, durable, fileMode, shelf }: WriteSettings,
  names: readonly string[],
  subject: string,
  { start, expectedSize = 0, mask, overwrite }: ResumeOptions,
  context: StoreContext,
): Promise<WritableFile> {
  const { user } = context;
  if (shelf === undefined || user === undefined)
    throw new FileStoreError("not-found", `${subject}: nothing is kept of uploads`);
  const { directory, node, name, path } = await jail.target(names, true);
  try {
    if (node !== undefined) throw new FileStoreError("exists", `${subject} exists`);
    const key = { user, path: subject };
    const how = { exclusive: !overwrite, durable, mode: maskedMode(fileMode, mask, 0o666) };
    const draft = await shelf.resume(key, { directory, name, path }, how);
    const begin = start ?? draft.size;
    try {
      if (!Number.isSafeInteger(begin) || begin < 0 || begin > draft.size)
        throw new FileStoreError("io", `${subject}: the part has ${draft.size} bytes, no start at ${begin}`);
      if (expectedSize > 0 && begin + expectedSize - draft.size > (await freeBytes(directory.path)))
        throw new FileStoreError("no-space", `${subject}: ${expectedSize} bytes do not fit on the disk`);
      throwIfAborted(context);
    } catch (error) {
      await draft.keep?.(undefined);
      throw error;
    }
    return uploadInto(draft, begin, subject, () => directory.release());
  } catch (error) {
    directory.release();
    throw error;
  } finally {
    if (node !== directory) node?.release();
  }
}

/** Bytes that this process may still write to the file system of `path`. */
export async function freeBytes(path: LocalPath): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** Whether what stands there could be written to; replacing it by a rename would not ask. */
export async function mayWrite(node: Held): Promise<void> {
  if (process.geteuid?.() !== 0) await access(node.path, constants.W_OK);
}

/** Where writing begins, if what stands there lets it. */
function startOf(node: Held | undefined, { mode, start = 0 }: WriteOptions, subject: string): number {
  if (node !== undefined && mode === "create") throw new FileStoreError("exists", `${subject} exists`);
  if (node !== undefined) mustBeFile(node.stats, subject);
  const size = node?.stats.size ?? 0;
  if (mode === "append") return size;
  if (mode !== "update") return 0;
  if (node === undefined && start !== 0)
    throw new FileStoreError("not-found", `${subject}: nothing stands there to go on from ${start}`);
  if (!Number.isSafeInteger(start) || start < 0 || start > size)
    throw new FileStoreError("io", `${subject} has ${size} bytes; writing cannot start at ${start}`);
  return start;
}

/** The exact mode of what is made new, or `undefined` for what the process's umask leaves of `most`. */
export function maskedMode(
  own: number | undefined,
  mask: number | undefined,
  most: number,
): number | undefined {
  return mask === undefined ? own : (own ?? most) & ~mask;
}

async function atomicDraft(
  { durable, fileMode, shelf }: WriteSettings,
  place: Target,
  { mode, mask }: WriteOptions,
  context: StoreContext,
  path: string,
): Promise<Draft> {
  const { node } = place;
  const { user } = context;
  const draft = await createDraft(place, {
    before: node?.stats,
    mode: maskedMode(fileMode, mask, 0o666),
    exclusive: mode === "create",
    durable,
    part: shelf && { shelf, key: user === undefined ? undefined : { user, path } },
  });
  if (node === undefined || mode === "replace") return draft;
  try {
    await copyContent(node, draft.descriptor, context);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  return draft;
}

async function openInPlace(
  { durable, fileMode }: WriteSettings,
  { node, path }: Target,
  { mode, mask }: WriteOptions,
): Promise<Draft> {
  const exact = maskedMode(fileMode, mask, 0o666);
  const descriptor =
    node === undefined
      ? await openNew(path, exact, mode)
      : (await openFile(node, openFlags.write, "the file")).descriptor;
  try {
    if (node === undefined && exact !== undefined) await setAccess(descriptor, exact);
    if (node !== undefined && mode === "replace") await truncate(descriptor, 0);
  } catch (error) {
    await close(descriptor);
    throw error;
  }
  return draftInPlace(descriptor, durable);
}

async function openNew(
  path: LocalPath,
  fileMode: number | undefined,
  mode: WriteOptions["mode"],
): Promise<number> {
  try {
    return await open(path, openFlags.create, fileMode ?? 0o666);
  } catch (error) {
    if (mode === "create" || errnoOf(error) !== "EEXIST") throw error;
    throw new FileStoreError("busy", "another made the file at the same moment", { cause: error });
  }
}
