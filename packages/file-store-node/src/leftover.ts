import { unlink } from "node:fs/promises";
import { isUnderWay } from "./draft.ts";
import type { Held, Jail } from "./jail.ts";
import { isUploadName, joinPath } from "./name.ts";
import { readNames } from "./read-names.ts";
import { lstat } from "./system.ts";

/**
 * Removes dead uploads from one held directory: files of the store's own naming that this process does not write
 * and nobody has written to for `olderThan` milliseconds (another process may be at work in the same tree).
 *
 * @returns how many were removed
 */
export async function sweepDirectory(directory: Held, olderThan: number): Promise<number> {
  let removed = 0;
  for await (const batch of readNames(directory)) {
    for (const { name } of batch)
      if (isUploadName(name) && (await removeIfDead(directory, name, olderThan))) removed++;
  }
  return removed;
}

/** What keeps a directory from being removed: nothing (any more), uploads under way, or what it shows. */
export async function clearDirectory(
  directory: Held,
  olderThan: number,
): Promise<"empty" | "uploads" | "entries"> {
  let uploads = 0;
  for await (const batch of readNames(directory)) {
    for (const { name } of batch) {
      if (!isUploadName(name)) return "entries";
      if (!(await removeIfDead(directory, name, olderThan))) uploads++;
    }
  }
  return uploads === 0 ? "empty" : "uploads";
}

/** The same for every directory at and below `names`, links not followed. What cannot be read is left alone. */
export async function sweepTree(jail: Jail, names: readonly string[], olderThan: number): Promise<number> {
  let removed = 0;
  const pending: (readonly string[])[] = [names];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const directory = await jail.locate(next).catch(() => undefined);
    if (directory === undefined) continue;
    try {
      for await (const batch of readNames(directory)) {
        for (const { name, type } of batch) {
          if (type === "directory") pending.push([...next, name]);
          else if (isUploadName(name) && (await removeIfDead(directory, name, olderThan))) removed++;
        }
      }
    } catch {
      // Left alone.
    } finally {
      directory.release();
    }
  }
  return removed;
}

async function removeIfDead(directory: Held, name: string, olderThan: number): Promise<boolean> {
  if (isUnderWay(name)) return false;
  const path = joinPath(directory.path, name);
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || Date.now() - stats.mtimeMs < olderThan) return false;
    await unlink(path);
    return true;
  } catch {
    return false;
  }
}
