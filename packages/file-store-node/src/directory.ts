import { Buffer } from "node:buffer";
import { type Dir, type Dirent, opendir } from "node:fs";
import { climbsOut, type DirectoryEntry, type FileType } from "@longshore/file-store";
import { isInOwnSystem } from "./file-system.ts";
import { type Held, linkTarget } from "./jail.ts";
import { createLooking, type LookSettings, type Looks, type Name } from "./look.ts";
import { isOwnName, joinPath, nameFromLatin1 } from "./name.ts";
import type { OwnerNames } from "./owner.ts";
import { nodeEntry, typeOf } from "./stat.ts";

/** Entries that one trip to the thread pool brings. */
const entriesAtOnce = 256;

/** Entries in a batch. */
const smallBatch = entriesAtOnce;
const largeBatch = 512;

/** Bytes of names from which on a batch is full. */
const longBatch = 1 << 15;

/** What a directory itself says of an entry. */
export interface RawEntry extends Name {
  readonly type: FileType;
}

/**
 * The entries of a held directory in batches, without uploads under way. The next names are read while the entries
 * of the last are looked at; memory holds a few batches, however large the directory is.
 */
export async function* readEntries(
  directory: Held,
  owners: OwnerNames | undefined,
  settings?: LookSettings,
): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
  const isOwn = await isInOwnSystem(directory.path);
  const looking = createLooking(directory, { isOwn, ...settings });
  const underWay: Promise<Looked>[] = [];
  try {
    // The first is told of soon; those that another thread looks at are larger, with less around them.
    const size = (): number => (looking.atOnce > 1 ? largeBatch : smallBatch);
    for await (const batch of readNames(directory, isOwn ? "latin1" : "buffer", size)) {
      const shown = batch.filter(({ name }) => !isOwnName(name));
      if (shown.length > 0) underWay.push(look(shown));
      while (underWay.length >= looking.atOnce) yield* nextOf(underWay);
    }
    while (underWay.length > 0) yield* nextOf(underWay);
  } finally {
    // The directory is held until nobody looks into it.
    await Promise.all(underWay);
  }

  async function look(shown: readonly RawEntry[]): Promise<Looked> {
    return { shown, looks: await looking.look(shown) };
  }

  /** Made when they are asked for: until then, which may be long, there are only names and numbers of them. */
  async function* nextOf(
    waiting: Promise<Looked>[],
  ): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
    const looked = await waiting.shift();
    const entries = looked === undefined ? [] : await entriesOf(looked);
    if (entries.length > 0) yield entries;
  }

  async function entriesOf({ shown, looks }: Looked): Promise<readonly DirectoryEntry[]> {
    const entries: DirectoryEntry[] = [];
    const links: Promise<void>[] = [];
    for (const [index, { name, type }] of shown.entries()) {
      const found = looks(index);
      if (found === "gone") continue;
      // Not to be looked at, in a directory without x: the name alone.
      const entry = found === undefined ? { name, type, size: 0 } : nodeEntry(name, found, owners);
      if (entry.type === "symlink") links.push(addTarget(directory, entries, entries.length, entry));
      entries.push(entry);
    }
    if (links.length > 0) await Promise.all(links);
    return entries;
  }
}

/** Names, and what stands at them. */
interface Looked {
  readonly shown: readonly RawEntry[];
  readonly looks: Looks;
}

async function addTarget(
  directory: Held,
  entries: DirectoryEntry[],
  at: number,
  entry: DirectoryEntry,
): Promise<void> {
  const target = await linkTarget(joinPath(directory.path, entry.name)).catch(() => undefined);
  if (target !== undefined && isTold(target, directory)) entries[at] = { ...entry, target };
}

/**
 * What a held directory holds, uploads under way included, in batches; one batch is read ahead.
 *
 * @param form how Node is to make the names: as texts costs half as much as as bytes. But where a file system does not
 *   tell the types (NFS), Node looks each entry up by the name that it has made, which has to be bytes then
 */
export async function* readNames(
  directory: Held,
  form: NameForm = "buffer",
  size: () => number = () => smallBatch,
): AsyncGenerator<readonly RawEntry[], void, undefined> {
  let handle = await openDirectory(directory, form);
  let isByText = form === "latin1";
  let next = nextBatch(handle, size());
  let given = 0;
  try {
    for (;;) {
      let batch: readonly RawEntry[];
      try {
        batch = await next;
      } catch (error) {
        if (!isByText) throw error;
        // One that should tell the types and does not.
        isByText = false;
        await handle.close();
        handle = await openDirectory(directory, "buffer");
        next = nextBatch(handle, size(), given);
        continue;
      }
      if (batch.length === 0) return;
      given += batch.length;
      next = nextBatch(handle, size());
      // Heard when its turn comes; until then nobody waits for it.
      next.catch(() => {});
      yield batch;
    }
  } finally {
    await next.catch(() => {});
    await handle.close();
  }
}

type NameForm = "buffer" | "latin1";

function openDirectory({ path }: Held, form: NameForm): Promise<Dir> {
  return new Promise((resolve, reject) => {
    // Node takes "buffer" here, its types do not.
    const encoding = form as BufferEncoding;
    opendir(path as string, { encoding, bufferSize: entriesAtOnce }, (error, handle) =>
      error ? reject(error) : resolve(handle),
    );
  });
}

/** The next entries, up to `size`, behind `passedOver` others. */
function nextBatch(handle: Dir, size: number, passedOver = 0): Promise<readonly RawEntry[]> {
  return new Promise((resolve, reject) => {
    const batch: RawEntry[] = [];
    let left = passedOver;
    let bytes = 0;
    // With an error Node gives no entry at all, which its types do not say.
    const step = (error: Error | null, entry: Dirent | null): void => {
      if (error) {
        reject(error);
        return;
      }
      if (entry !== null && --left < 0) {
        const raw = rawEntry(entry);
        bytes += raw.latin1.length;
        batch.push(raw);
      }
      if (entry === null || batch.length === size || bytes >= longBatch) resolve(batch);
      else handle.read(step);
    };
    handle.read(step);
  });
}

function rawEntry(entry: Dirent): RawEntry {
  const given: unknown = entry.name;
  const latin1 = Buffer.isBuffer(given) ? given.toString("latin1") : entry.name;
  return { name: nameFromLatin1(latin1), latin1, type: typeOf(entry) };
}

/** A target is told as it is stored, unless that would tell a place outside: an absolute one always does. */
function isTold(target: string, directory: Held): boolean {
  return !target.startsWith("/") && !climbsOut(directory.names.length, target);
}
