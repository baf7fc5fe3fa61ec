import { Buffer } from "node:buffer";
import { type Dir, type Dirent, opendir } from "node:fs";
import { climbsOut, type DirectoryEntry, type FileType } from "@longshore/file-store";
import { type Held, linkTarget } from "./jail.ts";
import { createLook } from "./look.ts";
import { isOwnName, joinPath, nameFromLatin1 } from "./name.ts";
import type { OwnerNames } from "./owner.ts";
import { fileStat, typeOf } from "./stat.ts";

/** Entries in a batch: what one system call brings, too. */
const entriesInBatch = 256;

/** What a directory itself says of an entry. */
export interface RawEntry {
  readonly name: string;
  readonly type: FileType;
}

/**
 * The entries of a held directory in batches, without uploads under way. The next names are read while the entries
 * of the last are looked at; memory holds two batches, however large the directory is.
 */
export async function* readEntries(
  directory: Held,
  owners: OwnerNames | undefined,
): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
  const look = createLook();
  for await (const batch of readNames(directory)) {
    const shown = batch.filter(({ name }) => !isOwnName(name));
    const paths = shown.map(({ name }) => joinPath(directory.path, name));
    const stats = await look(paths);
    const entries: (DirectoryEntry | undefined)[] = shown.map((raw, index) => {
      const found = stats[index];
      if (found === "gone") return undefined;
      // Not to be looked at, in a directory without x: the name alone.
      return found === undefined ? { ...raw, size: 0 } : { name: raw.name, ...fileStat(found, owners) };
    });
    await Promise.all(
      entries.map(async (entry, index) => {
        const path = paths[index];
        if (entry?.type !== "symlink" || path === undefined) return;
        const target = await linkTarget(path).catch(() => undefined);
        if (target !== undefined && isTold(target, directory)) entries[index] = { ...entry, target };
      }),
    );
    const standing = entries.filter((entry) => entry !== undefined);
    if (standing.length > 0) yield standing;
  }
}

/** What a held directory holds, uploads under way included, in batches; one batch is read ahead. */
export async function* readNames(directory: Held): AsyncGenerator<readonly RawEntry[], void, undefined> {
  const handle = await openDirectory(directory);
  let next = nextBatch(handle);
  try {
    for (;;) {
      const batch = await next;
      if (batch.length === 0) return;
      next = nextBatch(handle);
      // Heard when its turn comes; until then nobody waits for it.
      next.catch(() => {});
      yield batch;
    }
  } finally {
    await next.catch(() => {});
    await handle.close();
  }
}

function openDirectory({ path }: Held): Promise<Dir> {
  return new Promise((resolve, reject) => {
    // Node takes "buffer" here, its types do not. Text would not do: where a file system does not tell the types
    // (NFS), Node looks each entry up by the name that it has decoded.
    const encoding = "buffer" as BufferEncoding;
    opendir(path as string, { encoding, bufferSize: entriesInBatch }, (error, handle) =>
      error ? reject(error) : resolve(handle),
    );
  });
}

function nextBatch(handle: Dir): Promise<readonly RawEntry[]> {
  return new Promise((resolve, reject) => {
    const batch: RawEntry[] = [];
    const step = (error: Error | null, entry: Dirent | null): void => {
      if (entry !== null) batch.push(rawEntry(entry));
      if (error) reject(error);
      else if (entry === null || batch.length === entriesInBatch) resolve(batch);
      else handle.read(step);
    };
    handle.read(step);
  });
}

function rawEntry(entry: Dirent): RawEntry {
  const name: unknown = entry.name;
  const type = typeOf(entry);
  return { name: Buffer.isBuffer(name) ? nameFromLatin1(name.toString("latin1")) : entry.name, type };
}

/** A target is told as it is stored, unless that would tell a place outside: an absolute one always does. */
function isTold(target: string, directory: Held): boolean {
  return !target.startsWith("/") && !climbsOut(directory.names.length, target);
}
