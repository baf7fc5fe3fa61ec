import { createHash } from "node:crypto";
import type { Source } from "./content.ts";
import { TftpError } from "./error.ts";

/** Counts the octets of a file on their way, and sums them up. */
export interface Meter {
  readonly bytes: number;
  update(chunk: Uint8Array): void;
  /** The checksum in hexadecimal, where one was asked for; once. */
  digest(): string | undefined;
}

/** @throws {TftpError} `usage` for a checksum that `node:crypto` does not know */
export function createMeter(checksum: string | undefined): Meter {
  const hash = checksum === undefined ? undefined : openHash(checksum);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    update(chunk) {
      bytes += chunk.length;
      hash?.update(chunk);
    },
    digest: () => hash?.digest("hex"),
  };
}

/** `source`, with all that is taken from it told to `meter`. */
export function metered(source: Source, meter: Meter): Source {
  return {
    size: source.size,
    next: (length, take) =>
      source.next(length, (chunk) => {
        meter.update(chunk);
        take(chunk);
      }),
    close: () => source.close(),
  };
}

function openHash(name: string) {
  try {
    return createHash(name);
  } catch (cause) {
    throw new TftpError("usage", `node:crypto knows no checksum ${name}`, { cause });
  }
}
