import type { Stats } from "node:fs";
import { link, mkdir, rename, rmdir, unlink } from "node:fs/promises";
import { FileStoreError, type StoreContext } from "@longshore/file-store";
import { copyContent, createDraft, isWithoutLinks } from "./draft.ts";
import { errnoOf } from "./error.ts";
import type { HeldName, Jail } from "./jail.ts";
import { lstat, setTimes } from "./system.ts";

/** Moves one name to another; without `overwrite` the other must be free, also for one that takes it just now. */
export async function move(from: HeldName, to: HeldName, overwrite: boolean): Promise<void> {
  const stats = await lstat(from.path);
  try {
    if (!overwrite) await moveToFree(from, to, stats);
    else {
      await rename(from.path, to.path);
      // Between two names of one file, rename does nothing and says nothing (rename(2)).
      if (stats.isFile() && stats.nlink > 1 && !(await isGone(from))) await removeTwin(from, to);
    }
  } catch (error) {
    // Into itself. No other call here gives EINVAL.
    if (errnoOf(error) === "EINVAL")
      throw new FileStoreError("name-not-allowed", "a directory cannot be moved below itself", {
        cause: error,
      });
    // rename(2) may say either of a directory with something in it.
    if (overwrite && errnoOf(error) === "EEXIST")
      throw new FileStoreError("not-empty", "the directory in the way is not empty", { cause: error });
    throw error;
  }
}

/** The same for a file across two file systems: by content, and whole or not at all. */
export async function moveAcross(
  jail: Jail,
  names: readonly string[],
  to: HeldName,
  options: { readonly overwrite: boolean; readonly durable: boolean },
  context: StoreContext,
): Promise<void> {
  const { directory, node, path } = await jail.target(names, false);
  try {
    if (node === undefined) throw new FileStoreError("not-found", "it is gone");
    if (!node.stats.isFile())
      throw new FileStoreError("unsupported", "only files can be moved to another file system");
    const draft = await createDraft(to, {
      before: node.stats,
      exclusive: !options.overwrite,
      durable: options.durable,
    });
    try {
      await copyContent(node, draft.descriptor, context);
      await setTimes(draft.descriptor, node.stats.atimeMs, node.stats.mtimeMs);
    } catch (error) {
      await draft.discard();
      throw error;
    }
    await draft.publish();
    await unlink(path);
  } finally {
    node?.release();
    directory.release();
  }
}

async function moveToFree(from: HeldName, to: HeldName, stats: Stats): Promise<void> {
  // Elsewhere a second name of a link is one of what it leads to, and Windows renames nothing over a directory.
  const isPlain = process.platform === "linux" || (process.platform !== "win32" && !stats.isSymbolicLink());
  if (!isPlain) return moveIfFree(from, to);
  if (stats.isDirectory()) {
    // An empty directory of one's own holds the name; a directory may be renamed over it and over nothing fuller.
    await mkdir(to.path);
    await rename(from.path, to.path).catch(async (error) => {
      await rmdir(to.path).catch(() => {});
      throw error;
    });
    return;
  }
  try {
    await link(from.path, to.path);
  } catch (error) {
    if (isWithoutLinks(error)) return moveIfFree(from, to);
    throw error;
  }
  await unlink(from.path).catch(async (error) => {
    await unlink(to.path).catch(() => {});
    throw error;
  });
}

/** Where there are no hard links: looked at, then moved. One that takes the name in between is overwritten. */
async function moveIfFree(from: HeldName, to: HeldName): Promise<void> {
  if (!(await isGone(to))) throw new FileStoreError("exists", "the new name is taken");
  await rename(from.path, to.path);
}

async function removeTwin(from: HeldName, to: HeldName): Promise<void> {
  const [a, b] = await Promise.all([lstat(from.path), lstat(to.path)]);
  if (a.ino === b.ino && a.dev === b.dev && !isSameName(from, to)) await unlink(from.path);
}

/** Whether two held names are one; those that differ in case alone may be, and are taken for one. */
function isSameName(a: HeldName, b: HeldName): boolean {
  const [one, other] = [a.directory.stats, b.directory.stats];
  return a.name.toLowerCase() === b.name.toLowerCase() && one.ino === other.ino && one.dev === other.dev;
}

async function isGone({ path }: HeldName): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error) => {
      if (errnoOf(error) === "ENOENT") return true;
      throw error;
    },
  );
}
