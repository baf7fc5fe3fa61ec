import type { FileStat, FileStore, ReadableFile, StoreContext, VirtualPath } from "@longshore/file-store";
import { createPieceMemory, pieceSize } from "./piece-memory.ts";

/** Files that many read at the same time, read once. */
export interface ReadCache {
  /** Opens a file as its store does, and shares what is read of it with everybody who has the same file open. */
  open(store: FileStore, path: VirtualPath, context: StoreContext): Promise<ReadableFile>;
  /** Octets held now. */
  readonly octets: number;
  /** Pieces that were found here, and those that were read from the store. */
  readonly hits: number;
  readonly misses: number;
}

export interface ReadCacheOptions {
  /** Most octets held; 16 MiB unless told. */
  readonly octets?: number;
}

/** A file whose octets come in pieces that stay as they are until they are given back: they are nobody's to write to. */
export interface SharedFile extends ReadableFile {
  /** The piece `index` of {@link pieceSize} octets, the last one shorter; on the spot where it is at hand. */
  piece(index: number): Uint8Array | Promise<Uint8Array>;
  /** Gives back what `piece` has answered, once each time. `isHeld`: the system may still look at it. */
  done(piece: Uint8Array, isHeld: boolean): void;
}

export function isShared(content: object): content is SharedFile {
  return "piece" in content;
}

/** A file as it was at one time: another size, time or node makes it another file. */
interface Entry {
  readonly identity: string;
  readonly size: number;
  readonly pieces: Map<number, Uint8Array | Promise<Uint8Array>>;
  /** Open while somebody reads. */
  file: ReadableFile | undefined;
  readers: number;
  reading: number;
  readonly waiting: (() => void)[];
  /** Takes it off the list of files that are known. */
  readonly forget: () => void;
}

/**
 * Pieces are forgotten the longest unused first. Every `open` asks the store, so that who may not read does not, and
 * a file that has changed is read anew; one that changed a moment ago is not kept, for its time would not tell of
 * another change in the same tick.
 */
export function createReadCache({ octets: most = 1 << 24 }: ReadCacheOptions = {}): ReadCache {
  const stores = new WeakMap<FileStore, Map<string, Entry>>();
  /** All pieces held, the one used last at the end. */
  const held = new Map<Uint8Array, () => void>();
  const memory = createPieceMemory();
  let octets = 0;
  let readers = 0;
  let hits = 0;
  let misses = 0;

  function keep(entry: Entry, index: number, piece: Uint8Array): void {
    entry.pieces.set(index, piece);
    octets += piece.length;
    held.set(piece, () => {
      entry.pieces.delete(index);
      forgetIdle(entry);
    });
    for (const [oldest, forget] of held) {
      if (octets <= most) break;
      forget();
      held.delete(oldest);
      octets -= oldest.length;
      memory.retire(oldest);
    }
  }

  function use(piece: Uint8Array): void {
    const forget = held.get(piece);
    if (forget === undefined) return;
    held.delete(piece);
    held.set(piece, forget);
  }

  function pieceOf(entry: Entry, index: number): Uint8Array | Promise<Uint8Array> {
    const known = entry.pieces.get(index);
    if (known === undefined) return load(entry, index);
    hits++;
    if (known instanceof Uint8Array) use(known);
    return known;
  }

  /** Reads the piece before anybody asks, where those who read now will come to it while it is still held. */
  function loadAhead(entry: Entry, index: number): void {
    if (entry.pieces.has(index) || index * pieceSize >= entry.size) return;
    if (readers * 4 * pieceSize <= most) load(entry, index).catch(() => {});
  }

  function load(entry: Entry, index: number): Promise<Uint8Array> {
    misses++;
    const reading = read(entry, index).then(
      (piece) => {
        entry.pieces.delete(index);
        if (piece.length === lengthOf(entry.size, index)) keep(entry, index, piece);
        return piece;
      },
      (error: unknown) => {
        entry.pieces.delete(index);
        throw error;
      },
    );
    entry.pieces.set(index, reading);
    return reading;
  }

  async function read(entry: Entry, index: number): Promise<Uint8Array> {
    // A file is read at two places at a time at most.
    while (entry.reading >= 2) await new Promise<void>((resolve) => entry.waiting.push(resolve));
    entry.reading++;
    try {
      // Nothing of it is seen before it is filled.
      const piece = memory.take(lengthOf(entry.size, index));
      let filled = 0;
      while (filled < piece.length) {
        const got = (await entry.file?.read(piece.subarray(filled), index * pieceSize + filled)) ?? 0;
        if (got === 0) break;
        filled += got;
      }
      return filled === piece.length ? piece : piece.subarray(0, filled);
    } finally {
      entry.reading--;
      entry.waiting.shift()?.();
      await closeIdle(entry);
    }
  }

  async function closeIdle(entry: Entry): Promise<void> {
    const { file, readers, reading } = entry;
    if (readers > 0 || reading > 0 || file === undefined) return;
    entry.file = undefined;
    forgetIdle(entry);
    await file.close();
  }

  function forgetIdle(entry: Entry): void {
    if (entry.readers === 0 && entry.pieces.size === 0) entry.forget();
  }

  return {
    get octets() {
      return octets;
    },
    get hits() {
      return hits;
    },
    get misses() {
      return misses;
    },
    async open(store, path, context) {
      const [opened, looked] = await Promise.allSettled([
        store.openRead(path, context),
        store.stat(path, context),
      ]);
      if (opened.status === "rejected") throw opened.reason;
      const file = opened.value;
      const identity = looked.status === "fulfilled" ? identify(file, looked.value, Date.now()) : undefined;
      if (identity === undefined) return file;
      const entries = stores.get(store) ?? new Map<string, Entry>();
      stores.set(store, entries);
      const before = entries.get(path.text);
      if (before !== undefined && before.identity !== identity) drop(before);
      const entry = before?.identity === identity ? before : createEntry(identity, file.size, path, entries);
      entries.set(path.text, entry);
      entry.readers++;
      readers++;
      if (entry.file === undefined) entry.file = file;
      else await file.close();
      return share(entry);
    },
  };

  function share(entry: Entry): SharedFile {
    let isClosed = false;
    const file: SharedFile = {
      size: entry.size,
      piece(index) {
        const piece = pieceOf(entry, index);
        loadAhead(entry, index + 1);
        return piece instanceof Uint8Array ? memory.lend(piece) : piece.then(memory.lend);
      },
      done: memory.giveBack,
      async read(into, position) {
        const index = Math.floor(position / pieceSize);
        const piece = await file.piece(index);
        const offset = position - index * pieceSize;
        const part = piece.subarray(offset, offset + into.length);
        into.set(part);
        file.done(piece, false);
        return part.length;
      },
      async close() {
        if (isClosed) return;
        isClosed = true;
        entry.readers--;
        readers--;
        await closeIdle(entry);
      },
    };
    return file;
  }

  /** The pieces of a file that is no more; who still reads it keeps what it has. */
  function drop(entry: Entry): void {
    for (const piece of entry.pieces.values()) {
      if (!(piece instanceof Uint8Array) || !held.delete(piece)) continue;
      octets -= piece.length;
      memory.retire(piece);
    }
    entry.pieces.clear();
  }
}

function lengthOf(size: number, index: number): number {
  return Math.max(0, Math.min(pieceSize, size - index * pieceSize));
}

function createEntry(identity: string, size: number, path: VirtualPath, entries: Map<string, Entry>): Entry {
  const entry: Entry = {
    identity,
    size,
    pieces: new Map(),
    file: undefined,
    readers: 0,
    reading: 0,
    waiting: [],
    forget() {
      if (entries.get(path.text) === entry) entries.delete(path.text);
    },
  };
  return entry;
}

/** Milliseconds in which a change may leave the time of a file as it was: the tick of its clock, and some. */
const fineTick = 100;
const coarseTick = 2500;

/** What tells a file from others and from itself before; undefined where that cannot be told. */
function identify(file: ReadableFile, stat: FileStat, time: number): string | undefined {
  const { size, modified, id } = stat;
  if (modified === undefined || modified !== file.modified || size !== file.size) return undefined;
  const tick = Number.isInteger(modified) ? coarseTick : fineTick;
  return time - modified < tick ? undefined : `${id ?? ""} ${size} ${modified}`;
}
