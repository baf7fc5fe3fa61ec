import { Buffer } from "node:buffer";
import { constants, type Stats } from "node:fs";
import { copyFile, link, rename, unlink } from "node:fs/promises";
import { createReadBuffer, type StoreContext, throwIfAborted } from "@longshore/file-store";
import { errnoOf } from "./error.ts";
import type { Held, HeldName } from "./jail.ts";
import { joinPath, type LocalPath, newUploadName } from "./name.ts";
import type { PartKey, PartShelf } from "./part.ts";
import { close, fsync, lstat, open, openFlags, read, setAccess, truncate, writeFully } from "./system.ts";

/**
 * Content on its way to a name. Exactly one of `publish`, `discard` and `keep` ends it; all close the descriptor, none
 * releases what was held for it.
 */
export interface Draft {
  readonly descriptor: number;
  /** `end`: bytes from the beginning to the last one written; what a part has beyond is dropped. */
  publish(end?: number): Promise<void>;
  discard(): Promise<void>;
  /** In the place of `discard`: keeps the first `size` bytes as a part; `undefined`: nothing came. Answers the bytes kept. */
  keep?(size: number | undefined): Promise<number>;
}

export interface DraftOptions {
  /** What stands under the name and gives its mode and owner to the new file. */
  readonly before?: Stats | undefined;
  /** Mode of a file that nothing stood before; less the umask when `undefined`. */
  readonly mode?: number | undefined;
  /** Whether the name must be free at the end. */
  readonly exclusive: boolean;
  readonly durable: boolean;
  /** Where the part is kept if the upload is interrupted, and where an older one is forgotten when it is not. */
  readonly part?: { readonly shelf: PartShelf; readonly key: PartKey | undefined } | undefined;
}

/** Names of uploads that this process has under way, so that no sweep takes them for dead ones. */
const underWay = new Set<string>();

export function isUnderWay(name: string): boolean {
  return underWay.has(name);
}

/** A new hidden file beside `place`, which takes its name when it is published. */
export async function createDraft(place: HeldName, options: DraftOptions): Promise<Draft> {
  const { before, mode, exclusive, durable, part } = options;
  const name = newUploadName();
  const path = joinPath(place.directory.path, name);
  underWay.add(name);
  const forget = async (): Promise<void> => {
    await unlink(path).catch(() => {});
    underWay.delete(name);
  };
  let descriptor: number;
  try {
    // What replaces a file is nobody's to read before it has that file's mode.
    descriptor = await open(path, openFlags.create, before === undefined ? (mode ?? 0o666) : 0o600);
  } catch (error) {
    underWay.delete(name);
    throw error;
  }
  /** A part stands for what is missing: where something stands, nothing is kept. */
  async function keep(size = 0): Promise<number> {
    const isFree = await lstat(place.path).then(
      () => false,
      (error) => errnoOf(error) === "ENOENT",
    );
    const isCut = size > 0 && isFree && (await succeeds(truncate(descriptor, size)));
    const isClosed = await succeeds(close(descriptor));
    const key = part?.key;
    if (!isCut || !isClosed || key === undefined || !(await part?.shelf.keep(key, path, size))) {
      await forget();
      return 0;
    }
    underWay.delete(name);
    return size;
  }

  const discard = async (): Promise<void> => {
    await close(descriptor).catch(() => {});
    await forget();
  };
  return {
    descriptor,
    async publish() {
      try {
        try {
          if (before !== undefined) await setAccess(descriptor, before.mode & 0o1777, ownerToKeep(before));
          else if (mode !== undefined) await setAccess(descriptor, mode);
          if (durable) await fsync(descriptor);
        } finally {
          // Some file systems (NFS) say only here that the disk is full.
          await close(descriptor);
        }
        await (exclusive ? giveFreeName(path, place) : rename(path, place.path));
      } catch (error) {
        await forget();
        throw error;
      }
      underWay.delete(name);
      if (durable) await syncDirectory(place.directory);
      if (part?.key !== undefined) await part.shelf.forget(part.key);
    },
    discard,
    ...(part === undefined ? {} : { keep }),
  };
}

/** The file itself, open for writing: what comes is seen at once and stays. */
export function draftInPlace(descriptor: number, durable: boolean): Draft {
  return {
    descriptor,
    async publish() {
      try {
        if (durable) await fsync(descriptor);
      } finally {
        await close(descriptor);
      }
    },
    async discard() {
      await close(descriptor).catch(() => {});
    },
  };
}

/**
 * Copies `size` bytes of a held file into a descriptor, without the bytes where the file system can share them.
 * Runs of zeros become holes, so that a sparse file stays one.
 */
export async function copyContent(from: Held, to: number, context: StoreContext): Promise<void> {
  const { size } = from.stats;
  if (size === 0 || (await shareContent(from, to))) return;
  const { descriptor: source } = await from.open(openFlags.read);
  try {
    const buffer = createReadBuffer(Math.min(size, 1 << 20));
    const zeros = new Uint8Array(buffer.length);
    let position = 0;
    while (position < size) {
      throwIfAborted(context);
      const count = await read(source, buffer, 0, Math.min(buffer.length, size - position), position);
      if (count === 0) break;
      const chunk = buffer.subarray(0, count);
      if (Buffer.compare(chunk, zeros.subarray(0, count)) !== 0) await writeFully(to, chunk, position);
      position += count;
    }
    await truncate(to, position);
  } finally {
    await close(source);
  }
}

/** Gives a file a second name that must be free, and takes the first away. */
export async function giveFreeName(from: LocalPath, to: HeldName): Promise<void> {
  try {
    await link(from, to.path);
  } catch (error) {
    if (!isWithoutLinks(error)) throw error;
    // A placeholder wins the name for one only; what follows replaces one's own.
    await close(await open(to.path, openFlags.create));
    await rename(from, to.path).catch(async (failure) => {
      await unlink(to.path).catch(() => {});
      throw failure;
    });
    return;
  }
  // Left behind, it is a second, hidden name for what is there, and goes with the next sweep.
  await unlink(from).catch(() => {});
}

/** Whether a failed `link` means that the file system, or a rule of the system's, has no hard links for this file. */
export function isWithoutLinks(error: unknown): boolean {
  return ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(errnoOf(error) ?? "");
}

export async function syncDirectory(directory: Held): Promise<void> {
  // Windows cannot open a directory, and writes its entries in order.
  if (process.platform === "win32") return;
  const { descriptor } = await directory.open(constants.O_RDONLY);
  try {
    await fsync(descriptor);
  } finally {
    await close(descriptor);
  }
}

/** Whether a call does what it should, where it is no matter why not. */
export function succeeds(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}

/** Only root can give files away; everybody else's are theirs already. */
function ownerToKeep(before: Stats): Stats | undefined {
  const isOurs = before.uid === process.geteuid?.() && before.gid === process.getegid?.();
  return process.geteuid?.() === 0 && !isOurs ? before : undefined;
}

async function shareContent(from: Held, to: number): Promise<boolean> {
  const path = `/proc/self/fd/${to}`;
  const isHeldByDescriptor = typeof from.path === "string" && from.path.startsWith("/proc/self/fd/");
  // The call gives the copy the mode of its source: never the right to run as someone else, to what is being uploaded.
  if (!isHeldByDescriptor || (from.stats.mode & 0o7000) !== 0) return false;
  try {
    await copyFile(from.path, path, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    // Not on this file system, or across two of them: the bytes go the long way, which tells what is wrong.
    return false;
  }
}
