import { FileStoreError, type ReadableFile, type WritableFile } from "@longshore/file-store";

/** A file as RANG lets it be read: it ends at `end`, if not before. */
export function readUpTo(file: ReadableFile, end: number | undefined): ReadableFile {
  if (end === undefined || end >= file.size) return file;
  return {
    size: end,
    read: (into, position) => file.read(into.subarray(0, Math.max(0, end - position)), position),
    close: () => file.close(),
  };
}

/** A file as RANG lets it be written: a byte at `end` or behind it is `too-large`, so that nothing behind it changes. */
export function writeUpTo(file: WritableFile, end: number | undefined): WritableFile {
  if (end === undefined) return file;
  return {
    start: file.start,
    async write(chunk, position) {
      if (position + chunk.length > end)
        throw new FileStoreError("too-large", `more came than the range to byte ${end - 1} holds`);
      await file.write(chunk, position);
    },
    commit: () => file.commit(),
    abort: (reason) => file.abort(reason),
  };
}
