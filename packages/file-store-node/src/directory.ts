import { climbsOut, type DirectoryEntry } from "@longshore/file-store";
import { isInOwnSystem } from "./file-system.ts";
import { type Held, linkTarget } from "./jail.ts";
import { createLooking, type LookSettings, type Looks } from "./look.ts";
import { isOwnName, joinPath } from "./name.ts";
import type { OwnerNames } from "./owner.ts";
import { type RawEntry, readNames } from "./read-names.ts";
import { nodeEntry } from "./stat.ts";

/** Entries in a batch. */
const smallBatch = 256;
const largeBatch = 512;

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
    const entries = await entriesOf(await waiting.shift());
    if (entries.length > 0) yield entries;
  }

  async function entriesOf({ shown, looks }: Looked = nothing): Promise<readonly DirectoryEntry[]> {
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

const nothing: Looked = { shown: [], looks: () => undefined };

async function addTarget(
  directory: Held,
  entries: DirectoryEntry[],
  at: number,
  entry: DirectoryEntry,
): Promise<void> {
  const target = await linkTarget(joinPath(directory.path, entry.name)).catch(() => undefined);
  if (target !== undefined && isTold(target, directory)) entries[at] = { ...entry, target };
}

/** A target is told as it is stored, unless that would tell a place outside: an absolute one always does. */
function isTold(target: string, directory: Held): boolean {
  return !target.startsWith("/") && !climbsOut(directory.names.length, target);
}
