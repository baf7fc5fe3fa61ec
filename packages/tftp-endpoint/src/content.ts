import type { ReadableFile } from "@longshore/file-store";

/**
 * What can be sent: an opened file, octets, a text (in UTF-8), or what an iterable yields (its size is not
 * known beforehand, so that `tsize` is left out).
 */
export type TftpContent = ReadableFile | Uint8Array | string | AsyncIterable<Uint8Array>;
