import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { FileStoreError, type ReadableFile, type WritableFile } from "@longshore/file-store";
import { generate } from "selfsigned";
import { connectData } from "../src/index.ts";

/** Two ends of a real connection on loopback: `near` connected, `far` was accepted. */
export interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  close(): void;
}

export async function plainPair(kind: "plain" | "intake" | "half-open" = "plain"): Promise<Pair> {
  const server = createServer({ allowHalfOpen: kind === "half-open" });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const options = { port: (server.address() as AddressInfo).port, host: "127.0.0.1" };
  const near =
    kind === "intake" ? connectData(options) : connect({ ...options, allowHalfOpen: kind === "half-open" });
  const [far] = (await once(server, "connection")) as [Socket];
  if (near.connecting) await once(near, "connect");
  server.close();
  return { near, far, close: () => destroyBoth(near, far) };
}

const made = await generate([{ name: "commonName", value: "localhost" }]);

export async function tlsPair(): Promise<Pair> {
  const server = createTlsServer({ key: made.private, cert: made.cert });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = connectTls({
    port: (server.address() as AddressInfo).port,
    ca: made.cert,
    servername: "localhost",
  });
  const [far] = (await once(server, "secureConnection")) as [Socket];
  server.close();
  return { near, far, close: () => destroyBoth(near, far) };
}

function destroyBoth(near: Socket, far: Socket): void {
  for (const socket of [near, far]) {
    socket.on("error", () => {});
    socket.destroy();
  }
}

export function content(size: number): Uint8Array {
  return new Uint8Array(randomBytes(size));
}

/** A file over bytes; each read takes a turn of the loop and gives at most `most` bytes. */
export function readable(
  bytes: Uint8Array,
  most: number = Number.POSITIVE_INFINITY,
  size: number = bytes.length,
): ReadableFile {
  return {
    size,
    async read(into, position) {
      await new Promise((resolve) => setImmediate(resolve));
      const part = bytes.subarray(position, position + Math.min(into.length, most));
      into.set(part);
      return part.length;
    },
    async close() {},
  };
}

/** Keeps what is written; `delay` in milliseconds for each write, `failAt` a position that cannot be written. */
export function writable(
  options: { delay?: number; failAt?: number; gathering?: boolean } = {},
): WritableFile & { content(): Uint8Array; readonly writes: number } {
  const parts: { position: number; bytes: Uint8Array }[] = [];
  let writes = 0;
  const store = async (chunks: readonly Uint8Array[], position: number): Promise<void> => {
    writes++;
    let at = position;
    if (options.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, options.delay));
    // Copied only now: a buffer that comes back into use too early shows as wrong content.
    for (const chunk of chunks) {
      if (options.failAt !== undefined && at + chunk.length > options.failAt) {
        throw new FileStoreError("no-space", "the disk of this test is full");
      }
      parts.push({ position: at, bytes: chunk.slice() });
      at += chunk.length;
    }
  };
  return {
    start: 0,
    get writes() {
      return writes;
    },
    write: (chunk, position) => store([chunk], position),
    ...(options.gathering === false ? {} : { writeAll: store }),
    async commit() {},
    async abort() {},
    content() {
      const size = parts.reduce((most, part) => Math.max(most, part.position + part.bytes.length), 0);
      const whole = new Uint8Array(size);
      for (const part of parts) whole.set(part.bytes, part.position);
      return whole;
    },
  };
}
