import { FileStoreError, toFileStoreError, type WritableFile } from "@longshore/file-store";
import { createNetasciiDecoder } from "@longshore/netascii";

/** Content on its way into a file: octets in order, gathered into few writes. */
export interface Sink {
  /** Takes a piece that follows the one before; `onWritten` or `onError` tells what became of it. */
  write(data: Uint8Array): void;
  /** Writes the rest and commits. Rejects with a `FileStoreError`; nothing is visible then. */
  store(): Promise<void>;
  /** Forgets it all, whatever is under way. Does nothing after `store` was answered. */
  abort(reason: FileStoreError): void;
  /** Octets given to the file: after netascii was turned into local text. */
  readonly bytes: number;
}

export interface SinkOptions {
  readonly file: WritableFile;
  /** What arrives is netascii (RFC 1350 §1). */
  readonly netascii?: boolean;
  /** Octets that are gathered before they are written; 64 KiB unless told. */
  readonly batch?: number;
  /** `length` octets of those that arrived are off hand. */
  readonly onWritten: (length: number) => void;
  readonly onError: (error: FileStoreError) => void;
  /** Sees the octets before they go to the file, in order. */
  readonly onBytes?: (chunk: Uint8Array) => void;
}

export function openSink(options: SinkOptions): Sink {
  const { file, batch = 1 << 16, onWritten, onError, onBytes } = options;
  const decoder = options.netascii === true ? createNetasciiDecoder() : undefined;
  let chunks: Uint8Array[] = [];
  /** Octets in `chunks`, and those on the wire that they came from. */
  let gathered = 0;
  let arrived = 0;
  let bytes = 0;
  let writing: Promise<void> | undefined;
  let failure: FileStoreError | undefined;
  let isOver = false;

  function add(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      onBytes?.(part);
      chunks.push(part);
      gathered += part.length;
    }
  }

  /** Writes what was gathered, and what gathers meanwhile, one write after the other. */
  function flush(atLeast: number): Promise<void> {
    writing ??= (async () => {
      while (failure === undefined && arrived + gathered > 0 && gathered >= atLeast) {
        const [batchOfChunks, length, taken] = [chunks, gathered, arrived];
        chunks = [];
        gathered = 0;
        arrived = 0;
        await writeChunks(file, batchOfChunks, file.start + bytes);
        bytes += length;
        onWritten(taken);
      }
    })()
      .catch((error: unknown) => {
        failure = toFileStoreError(error);
        if (!isOver) onError(failure);
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }

  return {
    get bytes() {
      return bytes;
    },
    write(data) {
      if (isOver || failure !== undefined) return;
      arrived += data.length;
      add(decoder === undefined ? [data] : decoder.push(data));
      if (gathered >= batch && writing === undefined) void flush(batch);
    },
    async store() {
      add(decoder?.end() ?? []);
      await writing;
      await flush(0);
      if (failure === undefined && isOver) failure = new FileStoreError("aborted", "the transfer is over");
      if (failure !== undefined) throw failure;
      // From here on the file's end is decided: an abort comes too late.
      isOver = true;
      try {
        await file.commit();
      } catch (error) {
        failure = toFileStoreError(error);
        await file.abort(failure);
        throw failure;
      }
    },
    abort(reason) {
      if (isOver) return;
      isOver = true;
      chunks = [];
      gathered = 0;
      arrived = 0;
      // A file is told once the write under way has given its chunk back.
      void (writing ?? Promise.resolve()).then(() => file.abort(reason)).catch(() => {});
    },
  };
}

function writeChunks(file: WritableFile, chunks: readonly Uint8Array[], position: number): Promise<void> {
  const [first] = chunks;
  if (first === undefined) return Promise.resolve();
  if (chunks.length === 1) return file.write(first, position);
  return file.writeAll === undefined
    ? file.write(Buffer.concat(chunks), position)
    : file.writeAll(chunks, position);
}
