import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { createReadBuffer, FileStoreError, type ReadableFile } from "@longshore/file-store";

/** Hashes by the names that FTP has for them (draft-bryan-ftpext-hash-02 §3.1). */
export type DigestName = "SHA-256" | "SHA-512" | "SHA-1" | "MD5" | "CRC32";

/** What bytes are counted into. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** In lower-case hexadecimal; called once. */
  end(): string;
}

/** Which part of a file is meant. */
export interface DigestRange {
  /** First byte; 0 unless told. */
  readonly start?: number;
  /** The first byte that is not meant any more; the end of the file unless told. */
  readonly end?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes between two turns of the event loop: half a millisecond of hashing. */
const pieceSize = 1 << 18;

/**
 * The digest of a file, piece by piece, so that neither memory nor anyone else's turn depends on its length.
 *
 * @throws {FileStoreError} also `aborted` by the signal
 */
export async function digestFile(
  file: ReadableFile,
  digest: Digest,
  { start = 0, end = Number.POSITIVE_INFINITY, signal }: DigestRange = {},
): Promise<string> {
  const buffer = createReadBuffer(pieceSize);
  for (let at = start; at < end; ) {
    if (signal?.aborted === true) throw new FileStoreError("aborted", "nobody waits for the hash any more");
    const count = await file.read(buffer.subarray(0, Math.min(pieceSize, end - at)), at);
    if (count === 0) break;
    digest.update(buffer.subarray(0, count));
    at += count;
  }
  return digest.end();
}

/** A digest by the name that FTP has for it. */
export function createDigest(algorithm: DigestName): Digest {
  return algorithm === "CRC32" ? createCrc32() : createNodeDigest(algorithm.replace("-", ""));
}

/** A digest by the name that Node has for it. @throws when Node has none of that name */
export function createNodeDigest(algorithm: string): Digest {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), end: () => hash.digest("hex") };
}

function createCrc32(): Digest {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    end: () => value.toString(16).padStart(8, "0"),
  };
}
