import { type FileStore, FileStoreError } from "@longshore/file-store";

export interface MemoryStoreOptions {
  /** What stands in the store at first, by path; directories are made as needed, a path that ends in `/` is one. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly limits?: MemoryStoreLimits;
  /** Milliseconds since the epoch; `Date.now` unless told. */
  readonly clock?: () => number;
  /** Whether anything may be changed; `true` unless told. */
  readonly writable?: boolean;
}

export interface MemoryStoreLimits {
  /** Bytes of all files, uploads under way included; 1 GiB unless told. Beyond it writes are `no-space`. */
  readonly bytes?: number;
  /** Files, directories and links; 100,000 unless told. Beyond it, new ones are `quota-exceeded`. */
  readonly files?: number;
}

/** A complete, transactional {@link FileStore} in memory. */
export function createMemoryStore(_options: MemoryStoreOptions = {}): FileStore {
  throw new FileStoreError("unsupported", "still being written");
}
