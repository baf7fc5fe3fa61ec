import type { ReadableFile } from "@longshore/file-store";
import { createNetasciiEncoder } from "@longshore/netascii";

/**
 * What can be sent: an opened file, octets, a text (in UTF-8), or what an iterable yields (its size is not
 * known beforehand, so that `tsize` is left out).
 */
export type TftpContent = ReadableFile | Uint8Array | string | AsyncIterable<Uint8Array>;

/** Content on its way out: octets in order, each once. */
export interface Source {
  /** Octets in all, where known. */
  readonly size: number | undefined;
  /**
   * Hands the next octets, at most `length`, to `take`; a chunk is valid during the call alone. Answers false at
   * the end, on the spot where nothing has to be waited for.
   */
  next(length: number, take: (chunk: Uint8Array) => void): boolean | Promise<boolean>;
  close(): Promise<void>;
}

export function openSource(content: TftpContent): Source {
  if (typeof content === "string") return fromBytes(new TextEncoder().encode(content));
  if (content instanceof Uint8Array) return fromBytes(content);
  // A stream of Node can be iterated, and has a `read` of its own that is not a file's.
  return Symbol.asyncIterator in content ? fromIterable(content) : fromFile(content);
}

/** The same content as netascii, whose octets cannot be counted beforehand (RFC 1350 §1). */
export function toNetascii(source: Source): Source {
  const encoder = createNetasciiEncoder();
  const rest = createQueue();
  let isEnded = false;
  return {
    size: undefined,
    async next(length, take) {
      while (!rest.hasMore() && !isEnded) {
        const isMore = await source.next(length, (chunk) => {
          // The encoder may hand back the very chunk, which is another's after the call.
          for (const part of encoder.push(chunk)) rest.add(part === chunk ? chunk.slice() : part);
        });
        if (isMore) continue;
        isEnded = true;
        for (const part of encoder.end()) rest.add(part);
      }
      return rest.next(length, take);
    },
    close: () => source.close(),
  };
}

/**
 * Takes `length` octets from `source`, fewer only at its end.
 *
 * @returns how many there were, on the spot where nothing had to be waited for
 */
export function fill(
  source: Source,
  length: number,
  take: (chunk: Uint8Array) => void,
): number | Promise<number> {
  let filled = 0;
  const count = (chunk: Uint8Array): void => {
    filled += chunk.length;
    take(chunk);
  };
  while (filled < length) {
    const isMore = source.next(length - filled, count);
    if (typeof isMore !== "boolean") return fillLater(isMore);
    if (!isMore) return filled;
  }
  return filled;

  async function fillLater(first: Promise<boolean>): Promise<number> {
    let isMore = await first;
    while (isMore && filled < length) isMore = await source.next(length - filled, count);
    return filled;
  }
}

function fromBytes(bytes: Uint8Array): Source {
  let at = 0;
  return {
    size: bytes.length,
    next(length, take) {
      if (at >= bytes.length) return false;
      take(bytes.subarray(at, at + length));
      at += length;
      return true;
    },
    close: async () => {},
  };
}

/** A file's octets up to the size that it had when it was opened: one that grows is cut there. */
function fromFile(file: ReadableFile): Source {
  let position = 0;
  return {
    size: file.size,
    async next(length, take) {
      const wanted = Math.min(length, pooled, file.size - position);
      if (wanted <= 0) return false;
      const buffer = pool.pop() ?? new Uint8Array(pooled);
      try {
        const got = await file.read(buffer.subarray(0, wanted), position);
        position += got;
        if (got > 0) take(buffer.subarray(0, got));
        return got > 0;
      } finally {
        if (pool.length < 16) pool.push(buffer);
      }
    },
    close: () => file.close(),
  };
}

function fromIterable(chunks: AsyncIterable<Uint8Array>): Source {
  const iterator = chunks[Symbol.asyncIterator]();
  const rest = createQueue();
  return {
    size: undefined,
    async next(length, take) {
      while (!rest.hasMore()) {
        const step = await iterator.next();
        if (step.done === true) return false;
        rest.add(step.value);
      }
      return rest.next(length, take);
    },
    close: async () => {
      await iterator.return?.();
    },
  };
}

interface Queue {
  hasMore(): boolean;
  add(chunk: Uint8Array): void;
  next(length: number, take: (chunk: Uint8Array) => void): boolean;
}

/** Chunks in order, given out in pieces. */
function createQueue(): Queue {
  const chunks: Uint8Array[] = [];
  return {
    hasMore: () => chunks.length > 0,
    add(chunk) {
      if (chunk.length > 0) chunks.push(chunk);
    },
    next(length, take) {
      const chunk = chunks.shift();
      if (chunk === undefined) return false;
      if (chunk.length > length) chunks.unshift(chunk.subarray(length));
      take(chunk.subarray(0, length));
      return true;
    },
  };
}

/** Buffers that reads go through on their way into blocks, shared by all transfers: a read is soon over. */
const pool: Uint8Array[] = [];
const pooled = 1 << 16;
