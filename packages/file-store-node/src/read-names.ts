import { Buffer } from "node:buffer";
import { constants, type Dir, type Dirent, opendir } from "node:fs";
import type { FileType } from "@longshore/file-store";
import { type DirectoryName, systemCalls } from "@longshore/system-calls";
import type { Held } from "./jail.ts";
import type { Name } from "./look.ts";
import { nameFromLatin1 } from "./name.ts";
import { typeOf } from "./stat.ts";
import { close, open } from "./system.ts";

/** Entries that one trip to the thread pool brings. */
const entriesAtOnce = 256;

/** Bytes of names from which on a batch is full. */
const longBatch = 1 << 15;

/** What a directory itself says of an entry. */
export interface RawEntry extends Name {
  readonly type: FileType;
}

/**
 * What a held directory holds, uploads under way included, in batches; one batch is read ahead. By the system's own call
 * where there is one and the file system tells types, else by Node.js.
 *
 * @param form how Node is to make the names: as texts costs half as much as as bytes. But where a file system does not
 *   tell the types (NFS), Node looks each entry up by the name that it has made, which has to be bytes then
 * @param size names in a batch that Node reads
 */
export async function* readNames(
  directory: Held,
  form: NameForm = "buffer",
  size: () => number = () => entriesAtOnce,
): AsyncGenerator<readonly RawEntry[], void, undefined> {
  let given = 0;
  const bySystem = readBySystem(directory);
  let step = await bySystem.next();
  try {
    for (; !step.done; step = await bySystem.next()) {
      given += step.value.length;
      yield step.value;
    }
  } finally {
    await bySystem.return(false);
  }
  if (step.value) return;
  let isByText = form === "latin1";
  let handle = await openDirectory(directory, form);
  let next = nextBatch(handle, size(), given);
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

/** By the system's own call, which costs half as much as Node's; answers whether that was all. */
async function* readBySystem(directory: Held): AsyncGenerator<readonly RawEntry[], boolean, undefined> {
  const calls = systemCalls();
  if (calls === undefined) return false;
  const descriptor = await open(directory.path, constants.O_RDONLY | constants.O_DIRECTORY);
  let next: Promise<readonly DirectoryName[] | undefined> = Promise.resolve(undefined);
  try {
    const reader = calls.createDirectoryReader(descriptor);
    if (reader === undefined) return false;
    next = reader.read();
    for (;;) {
      const batch = rawEntries(await next);
      if (batch === undefined || batch.length === 0) return batch !== undefined;
      next = reader.read();
      yield batch;
    }
  } finally {
    await next;
    await close(descriptor);
  }
}

function rawEntries(names: readonly DirectoryName[] | undefined): readonly RawEntry[] | undefined {
  return names?.map(({ latin1, type }) => ({ name: nameFromLatin1(latin1), latin1, type }));
}
