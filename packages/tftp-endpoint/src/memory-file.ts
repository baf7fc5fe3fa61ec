import type { WritableFile } from "@longshore/file-store";

/** A file that is kept in memory. */
export interface MemoryFile extends WritableFile {
  content(): Uint8Array;
}

export function createMemoryFile(): MemoryFile {
  let chunks: { readonly data: Uint8Array; readonly position: number }[] = [];
  return {
    start: 0,
    write: async (data, position) => void chunks.push({ data, position }),
    async writeAll(all, position) {
      let at = position;
      for (const data of all) {
        chunks.push({ data, position: at });
        at += data.length;
      }
    },
    commit: async () => {},
    abort: async () => {
      chunks = [];
    },
    content: () => {
      const end = chunks.reduce((most, { data, position }) => Math.max(most, position + data.length), 0);
      const whole = new Uint8Array(end);
      for (const { data, position } of chunks) whole.set(data, position);
      return whole;
    },
  };
}

/** A file whose content is taken from the other end while it is written. */
export interface Pipe {
  readonly file: WritableFile;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The chunks end with this error; that the file was aborted is no reason of its own. */
  fail(error: unknown): void;
}

/** Octets that may wait to be taken before writing has to wait. */
const highWater = 1 << 18;

export function createPipe(): Pipe {
  const waiting: Uint8Array[] = [];
  let octets = 0;
  let end: { readonly error?: unknown } | undefined;
  let isAborted = false;
  let onArrival: (() => void) | undefined;
  let onDeparture: (() => void) | undefined;

  function finish(how: { readonly error?: unknown }): void {
    end ??= how;
    onArrival?.();
    onDeparture?.();
  }

  return {
    file: {
      start: 0,
      async write(chunk) {
        waiting.push(chunk);
        octets += chunk.length;
        onArrival?.();
        while (octets > highWater && end === undefined && !isAborted)
          await new Promise<void>((resolve) => {
            onDeparture = resolve;
          });
      },
      commit: async () => finish({}),
      abort: async () => {
        isAborted = true;
        onDeparture?.();
      },
    },
    chunks: {
      async *[Symbol.asyncIterator]() {
        for (;;) {
          const chunk = waiting.shift();
          if (chunk !== undefined) {
            octets -= chunk.length;
            onDeparture?.();
            yield chunk;
          } else if (end === undefined) {
            await new Promise<void>((resolve) => {
              onArrival = resolve;
            });
          } else {
            if ("error" in end) throw end.error;
            return;
          }
        }
      },
    },
    fail: (error) => finish({ error }),
  };
}
