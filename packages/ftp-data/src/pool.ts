import { createReadBuffer } from "@longshore/file-store";

/**
 * Buffers lent and taken back, so that a transfer allocates nothing once it runs. Two sizes: a large one for
 * streams of bytes, a small one for small files and for when very many transfers run at once.
 */
export interface BufferPool {
  /** A buffer for `wanted` more bytes: as large as is useful, never larger than `largeSize`. */
  take(wanted: number): Uint8Array;
  /** Gives a buffer back; it must not be used by anyone any more. */
  give(buffer: Uint8Array): void;
  /** Bytes lent at this moment. */
  readonly lent: number;
}

export interface BufferPoolOptions {
  /** Bytes of a large buffer; 1 MiB unless told. */
  readonly largeSize?: number;
  /** Bytes of a small buffer; 64 KiB unless told. */
  readonly smallSize?: number;
  /** Bytes kept for reuse; 32 MiB unless told. */
  readonly maxKept?: number;
  /** Bytes lent from which on only small buffers are given out; 256 MiB unless told. */
  readonly tight?: number;
}

export function createBufferPool(options: BufferPoolOptions = {}): BufferPool {
  const { largeSize = 1 << 20, smallSize = 1 << 16, maxKept = 32 << 20, tight = 256 << 20 } = options;
  const free = { large: [] as Uint8Array[], small: [] as Uint8Array[] };
  let kept = 0;
  let lent = 0;
  return {
    get lent() {
      return lent;
    },
    take(wanted) {
      const size = wanted <= smallSize || lent >= tight ? smallSize : largeSize;
      const buffer = (size === smallSize ? free.small : free.large).pop();
      lent += size;
      if (buffer === undefined) return createReadBuffer(size);
      kept -= size;
      return buffer;
    },
    give(buffer) {
      const size = buffer.byteLength;
      lent -= size;
      if (kept + size > maxKept) return;
      kept += size;
      (size === smallSize ? free.small : free.large).push(buffer);
    },
  };
}

let shared: BufferPool | undefined;

/** The pool of this process, made at the first transfer. */
export function sharedPool(): BufferPool {
  shared ??= createBufferPool();
  return shared;
}
