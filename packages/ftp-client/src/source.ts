import type { ReadableFile } from "@longshore/file-store";
import { openLocalFile } from "@longshore/file-store-node";
import { type SendOptions, sendChunks, sendFile } from "@longshore/ftp-data";
import type { DataMover, MoverControl } from "./data.ts";

/**
 * What an upload sends: a local path, a `ReadableFile` (closed here), bytes, or chunks as they come: an iterable, a
 * web stream or a Node stream.
 */
export type UploadSource =
  | string
  | ReadableFile
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** A source that was opened. */
export interface Source {
  /** Bytes, where that is known before. */
  readonly size: number | undefined;
  /** The content itself, where any part of it can be read. */
  readonly file: ReadableFile | undefined;
  /** Sends it from byte `start` on; only 0 where there is no `file`. */
  mover(start: number, options: (control: MoverControl) => SendOptions): DataMover;
  close(): Promise<void>;
}

export async function openSource(from: UploadSource): Promise<Source> {
  if (typeof from === "string") return fileSource(await openLocalFile(from));
  if (from instanceof Uint8Array) return fileSource(memoryFile(from));
  if (Symbol.asyncIterator in from || Symbol.iterator in from) return chunkSource(from);
  return fileSource(from);
}

/** The same, which tells when it is asked for bytes. */
export function watchSource(source: Source, onBegin: () => void): Source {
  return {
    ...source,
    mover(start, options) {
      const move = source.mover(start, options);
      return (socket, control) => {
        onBegin();
        return move(socket, control);
      };
    },
  };
}

function fileSource(file: ReadableFile): Source {
  return {
    size: file.size,
    file,
    mover: (start, options) => (socket, control) =>
      sendFile(socket, guarded(file, control.reset), { ...options(control), start }),
    close: () => file.close(),
  };
}

function chunkSource(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Source {
  return {
    size: undefined,
    file: undefined,
    mover: (_start, options) => (socket, control) =>
      sendChunks(socket, guardedChunks(chunks, control.reset), options(control)),
    close: () => Promise.resolve(),
  };
}

function memoryFile(bytes: Uint8Array): ReadableFile {
  return {
    size: bytes.length,
    read(into, position) {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A file whose failure resets the connection before anyone can end it: an orderly end would tell the server that
 * the part it got is the whole. It has no descriptor, so that it is read here and not sent by the system: a server on this
 * machine takes copies a seventh faster, and what is written to the file meanwhile does not change what was read.
 */
function guarded(file: ReadableFile, reset: () => void): ReadableFile {
  return {
    size: file.size,
    async read(into, position) {
      try {
        const count = await file.read(into, position);
        if (count === 0 && into.length > 0 && position < file.size) reset();
        return count;
      } catch (error) {
        reset();
        throw error;
      }
    },
    close: () => file.close(),
  };
}

async function* guardedChunks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  reset: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    reset();
    throw error;
  }
}
