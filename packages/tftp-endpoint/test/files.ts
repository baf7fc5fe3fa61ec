import { FileStoreError, type ReadableFile, type WritableFile } from "@longshore/file-store";
import type { TftpHandler } from "../src/index.ts";

/** Files in a map, served by a handler, for tests that look at every call. */
export interface Files extends TftpHandler {
  readonly content: Map<string, Uint8Array>;
  readonly log: string[];
}

export interface FilesOptions {
  /** Milliseconds that each write, and the commit, take. */
  readonly slowness?: number;
  /** Thrown by the first write, or by commit. */
  readonly failWrite?: FileStoreError;
  readonly failCommit?: FileStoreError;
}

export function createFiles(
  initial: Readonly<Record<string, Uint8Array>> = {},
  options: FilesOptions = {},
): Files {
  const content = new Map(Object.entries(initial));
  const log: string[] = [];
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, options.slowness ?? 0));
  return {
    content,
    log,
    read({ filename }): ReadableFile | undefined {
      const bytes = content.get(filename);
      if (bytes === undefined) return undefined;
      return {
        size: bytes.length,
        async read(into, position) {
          const part = bytes.subarray(position, position + into.length);
          into.set(part);
          return part.length;
        },
        close: async () => void log.push(`close ${filename}`),
      };
    },
    write({ filename }): WritableFile {
      if (content.has(filename)) throw new FileStoreError("exists", filename);
      let written = new Uint8Array(0);
      return {
        start: 0,
        async write(chunk, position) {
          if (options.slowness !== undefined) await pause();
          if (options.failWrite !== undefined) throw options.failWrite;
          const longer = new Uint8Array(Math.max(written.length, position + chunk.length));
          longer.set(written);
          longer.set(chunk, position);
          written = longer;
        },
        async commit() {
          if (options.slowness !== undefined) await pause();
          if (options.failCommit !== undefined) throw options.failCommit;
          content.set(filename, written);
          log.push(`commit ${filename}`);
        },
        abort: async (reason) => void log.push(`abort ${filename} ${reason?.code ?? ""}`),
      };
    },
  };
}

/** Octets that differ from block to block, so that a wrong order shows. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, index) => (index * 31 + (index >> 8) * 7 + (index >> 16) * 3) & 0xff,
  );
}
