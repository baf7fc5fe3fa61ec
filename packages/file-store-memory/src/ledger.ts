import { FileStoreError } from "@longshore/file-store";

export interface MemoryStoreLimits {
  /** Bytes of all files, uploads under way included; 1 GiB unless told. Beyond it writes are `no-space`. */
  readonly bytes?: number;
  /** Files, directories, links and uploads under way; 100,000 unless told. Beyond it, new ones are `quota-exceeded`. */
  readonly files?: number;
}

/** The one place where what the store holds is counted. */
export interface Ledger {
  readonly bytesLeft: number;
  /** Whether one more file of `bytes` may be. */
  hasRoom(bytes: number): boolean;
  /** Counts `bytes` more, or fewer when negative. @throws {FileStoreError} `no-space` */
  addBytes(bytes: number): void;
  /** Counts `files` more, or fewer when negative. @throws {FileStoreError} `quota-exceeded` */
  addFiles(files: number): void;
}

export function createLedger(limits: MemoryStoreLimits): Ledger {
  const { bytes: maxBytes = 2 ** 30, files: maxFiles = 100_000 } = limits;
  let bytes = 0;
  let files = 0;
  return {
    get bytesLeft() {
      return Math.max(0, maxBytes - bytes);
    },
    hasRoom: (more) => bytes + more <= maxBytes && files < maxFiles,
    addBytes(more) {
      if (more > 0 && bytes + more > maxBytes)
        throw new FileStoreError("no-space", `the store holds at most ${maxBytes} bytes (limits.bytes)`);
      bytes += more;
    },
    addFiles(more) {
      if (more > 0 && files + more > maxFiles)
        throw new FileStoreError(
          "quota-exceeded",
          `the store holds at most ${maxFiles} files (limits.files)`,
        );
      files += more;
    },
  };
}
