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

/**
 * A file as RANG and the limit of uploads let it be written: a byte at `end` or behind it is `too-large`, so that
 * nothing behind it changes. Absent: no end.
 */
export function writeUpTo(file: WritableFile, end: number | undefined): WritableFile {
  if (end === undefined) return file;
  const { writeAll, keep } = file;
  const refuse = (): Promise<never> =>
    Promise.reject(new FileStoreError("too-large", `more came than may be written, up to byte ${end - 1}`));
  return {
    start: file.start,
    write: (chunk, position) => (position + chunk.length > end ? refuse() : file.write(chunk, position)),
    ...(writeAll === undefined
      ? {}
      : {
          writeAll(chunks, position) {
            let last = position;
            for (const chunk of chunks) last += chunk.length;
            return last > end ? refuse() : writeAll.call(file, chunks, position);
          },
        }),
    commit: () => file.commit(),
    abort: (reason) => file.abort(reason),
    ...(keep === undefined ? {} : { keep: () => keep.call(file) }),
  };
}
