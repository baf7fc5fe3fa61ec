import { Buffer } from "node:buffer";
import { type Dir, type Dirent, lstat, opendir } from "node:fs";
import { climbsOut, type DirectoryEntry, type FileType } from "@longshore/file-store";
import { type Held, linkTarget } from "./jail.ts";
import { isUploadName, joinPath, nameFromLatin1 } from "./name.ts";
import type { OwnerNames } from "./owner.ts";
import { fileStat, typeOf } from "./stat.ts";

/** Entries in a batch: what one system call brings, too. */
const entriesInBatch = 256;

/** Looks under way at once: enough to keep the thread pool busy, few enough that others get their turn. */
const looksAtOnce = 64;

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
  for await (const batch of readNames(directory)) {
    const names = batch.filter(({ name }) => !isUploadName(name));
    const entries = await lookAt(directory, names, owners);
    if (entries.length > 0) yield entries;
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

/** The entries that still stand, in the order of `names`. */
function lookAt(
  directory: Held,
  names: readonly RawEntry[],
  owners: OwnerNames | undefined,
): Promise<readonly DirectoryEntry[]> {
  return new Promise((resolve) => {
    const entries: (DirectoryEntry | undefined)[] = new Array(names.length);
    let started = 0;
    let done = 0;
    const finish = (): void => {
      done++;
      if (done === names.length) resolve(entries.filter((entry) => entry !== undefined));
      else start();
    };
    const start = (): void => {
      while (started < names.length && started - done < looksAtOnce) {
        const index = started++;
        const raw = names[index];
        if (raw === undefined) continue;
        const { name } = raw;
        const path = joinPath(directory.path, name);
        lstat(path, (error, stats) => {
          if (error) {
            // Gone meanwhile: left out. Not to be looked at (a directory without x): the name alone.
            if (error.code !== "ENOENT") entries[index] = { ...raw, size: 0 };
            return finish();
          }
          const entry = { name, ...fileStat(stats, owners) };
          entries[index] = entry;
          if (!stats.isSymbolicLink()) return finish();
          linkTarget(path)
            .then((target) => {
              if (target !== undefined && isTold(target, directory)) entries[index] = { ...entry, target };
            })
            .catch(() => {})
            .then(finish);
        });
      }
    };
    if (names.length === 0) resolve([]);
    else start();
  });
}

/** A target is told as it is stored, unless that would tell a place outside: an absolute one always does. */
function isTold(target: string, directory: Held): boolean {
  return !target.startsWith("/") && !climbsOut(directory.names.length, target);
}
