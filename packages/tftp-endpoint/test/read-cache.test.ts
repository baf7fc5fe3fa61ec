import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, type ReadableFile, toPath } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReadCache, createTftpServer, type TftpServer, tftpGetBytes } from "../src/index.ts";
import { pieceSize } from "../src/piece-memory.ts";
import { isShared } from "../src/read-cache.ts";
import { createSharedBlocks } from "../src/shared-blocks.ts";
import { pattern } from "./files.ts";

const host = "127.0.0.1";
let folder = "";
let store: FileStore;
/** Octets read from the disk, and files open. */
let read = 0;
let open = 0;
const servers: TftpServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-cache-"));
  const disk = createNodeStore(folder);
  read = 0;
  open = 0;
  store = {
    ...disk,
    async openRead(path, context) {
      const file = await disk.openRead(path, context);
      open++;
      return {
        size: file.size,
        ...(file.modified === undefined ? {} : { modified: file.modified }),
        async read(into, position) {
          const got = await file.read(into, position);
          read += got;
          return got;
        },
        async close() {
          open--;
          await file.close();
        },
      } satisfies ReadableFile;
    },
  };
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ timeout: 0 });
  await rm(folder, { recursive: true });
});

/** A file that was last changed an hour ago. */
async function old(name: string, content: Uint8Array, seconds = Date.now() / 1000 - 3600): Promise<void> {
  await writeFile(join(folder, name), content);
  await utimes(join(folder, name), seconds, seconds);
}

describe("the read cache", () => {
  it("reads once what many boot from", async () => {
    const content = pattern(1_000_000);
    await old("boot", content);
    const server = createTftpServer({ store, port: 0 });
    servers.push(server);
    const { port } = await server.listen();
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        tftpGetBytes({ host, port, filename: "boot", blksize: 8192 + index, windowsize: 4 }),
      ),
    );
    for (const got of all) expect(Buffer.from(got).equals(content)).toBe(true);
    expect(read).toBe(content.length);
    await expect.poll(() => open).toBe(0);
  });

  it("holds no more than it may, the pieces used last", async () => {
    const cache = createReadCache({ octets: 3 * pieceSize });
    await old("large", pattern(10 * pieceSize));
    const file = await cache.open(store, toPath("/large"), {});
    if (!isShared(file)) throw new Error("the file is not shared");
    for (let index = 0; index < 10; index++) {
      await file.piece(index);
      await file.piece(0);
    }
    expect(cache.octets).toBe(3 * pieceSize);
    expect(file.piece(0)).toBeInstanceOf(Uint8Array);
    expect(file.piece(9)).toBeInstanceOf(Uint8Array);
    expect(file.piece(5)).toBeInstanceOf(Promise);
    await file.piece(5);
    await file.close();
    expect(open).toBe(0);
  });

  it("reads the next piece before anybody asks, unless many read at different places", async () => {
    await old("large", pattern(5 * pieceSize));
    const readAfterOne = async (octets: number): Promise<number> => {
      const cache = createReadCache({ octets });
      const file = await cache.open(store, toPath("/large"), {});
      if (!isShared(file)) throw new Error("the file is not shared");
      await file.piece(0);
      await file.close();
      return cache.misses;
    };
    expect(await readAfterOne(4 * pieceSize)).toBe(2);
    expect(await readAfterOne(3 * pieceSize)).toBe(1);
    await expect.poll(() => open).toBe(0);
  });

  it.each(["size", "time", "node"] as const)("forgets a file that has another %s", async (what) => {
    const cache = createReadCache();
    const seconds = Math.floor(Date.now() / 1000) - 3600;
    await old("f", pattern(5000), seconds);
    const firstByte = async (): Promise<number> => {
      const file = await cache.open(store, toPath("/f"), {});
      const into = new Uint8Array(1);
      await file.read(into, 0);
      await file.close();
      return into[0] ?? -1;
    };
    expect([await firstByte(), await firstByte()]).toEqual([0, 0]);
    expect(cache.misses).toBe(1);
    const other = new Uint8Array(what === "size" ? 5001 : 5000).fill(77);
    if (what === "node") {
      await old("g", other, seconds);
      await rename(join(folder, "g"), join(folder, "f"));
    } else await old("f", other, what === "time" ? seconds + 1 : seconds);
    expect(await firstByte()).toBe(77);
    expect(cache.octets).toBe(other.length);
  });

  it("keeps nothing of a file that changed a moment ago, or that nobody may read", async () => {
    const cache = createReadCache();
    await writeFile(join(folder, "fresh"), "fresh");
    const file = await cache.open(store, toPath("/fresh"), {});
    expect(isShared(file)).toBe(false);
    await file.close();
    await old("gone", pattern(10));
    const first = await cache.open(store, toPath("/gone"), {});
    await first.read(new Uint8Array(1), 0);
    await first.close();
    await rm(join(folder, "gone"));
    await expect(cache.open(store, toPath("/gone"), {})).rejects.toMatchObject({ code: "not-found" });
    expect(open).toBe(0);
  });

  it("tells a read that failed to everybody, and tries again", async () => {
    await old("f", pattern(100));
    let fails = 1;
    const failing: FileStore = {
      ...store,
      async openRead(path, context) {
        const file = await store.openRead(path, context);
        return {
          size: file.size,
          ...(file.modified === undefined ? {} : { modified: file.modified }),
          close: () => file.close(),
          read: async (into, position) => {
            if (fails-- > 0) throw new Error("the disk is tired");
            return file.read(into, position);
          },
        };
      },
    };
    const cache = createReadCache();
    const file = await cache.open(failing, toPath("/f"), {});
    await expect(file.read(new Uint8Array(9), 0)).rejects.toThrow("tired");
    expect(await file.read(new Uint8Array(9), 0)).toBe(9);
    await file.close();
  });

  it("uses the memory of a piece again, and not while somebody has it or the system holds it", async () => {
    const content = pattern(40 * pieceSize);
    await old("large", content);
    const expected = (index: number): Uint8Array =>
      content.subarray(index * pieceSize, (index + 1) * pieceSize);
    const cache = createReadCache({ octets: 2 * pieceSize });
    const file = await cache.open(store, toPath("/large"), {});
    if (!isShared(file)) throw new Error("the file is not shared");
    const [kept, again, seen] = [await file.piece(0), await file.piece(0), await file.piece(1)];
    file.done(again, false);
    file.done(seen, true);
    const memories = new Set<ArrayBufferLike>();
    for (let index = 2; index < 40; index++) {
      const piece = await file.piece(index);
      expect(Buffer.compare(piece, expected(index))).toBe(0);
      memories.add(piece.buffer);
      file.done(piece, false);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Those that are held, one that is being read, and one that waits for its turn.
    expect(memories.size).toBeLessThanOrEqual(5);
    expect(memories.has(kept.buffer)).toBe(false);
    expect(memories.has(seen.buffer)).toBe(false);
    expect(Buffer.compare(kept, expected(0))).toBe(0);
    expect(Buffer.compare(seen, expected(1))).toBe(0);
    await file.close();
  });

  it("gives each of many readers its own octets, wherever they are", async () => {
    const content = pattern(12 * pieceSize + 5);
    await old("large", content);
    const cache = createReadCache({ octets: 3 * pieceSize });
    const blockSize = 16_000;
    const last = Math.floor(content.length / blockSize) + 1;
    const readAll = async (wait: number): Promise<void> => {
      const file = await cache.open(store, toPath("/large"), {});
      if (!isShared(file)) throw new Error("the file is not shared");
      const { source, blocks } = createSharedBlocks(file, blockSize, 8, 0);
      for (let index = 1, provided = 0; index <= last; index++) {
        while (
          provided < index * blockSize &&
          (await source.next(4 * blockSize, (part) => (provided += part.length)))
        );
        for (let turn = 0; turn < wait; turn++) await new Promise((resolve) => setImmediate(resolve));
        const packet = blocks.packet(index);
        const from = (index - 1) * blockSize;
        const octets = Buffer.concat(packet instanceof Uint8Array ? [packet] : packet).subarray(4);
        expect(Buffer.compare(octets, content.subarray(from, from + blockSize))).toBe(0);
        blocks.sent(false);
      }
      await source.close();
    };
    await Promise.all([0, 1, 2, 3, 5, 8].map(readAll));
    expect(cache.octets).toBeLessThanOrEqual(3 * pieceSize);
  });

  it("gives blocks that lie across pieces in parts, of any size", async () => {
    const content = pattern(2 * pieceSize + 100);
    await old("f", content);
    const cache = createReadCache();
    for (const blockSize of [8, 1468, 65464]) {
      const file = await cache.open(store, toPath("/f"), {});
      if (!isShared(file)) throw new Error("the file is not shared");
      const { source, blocks } = createSharedBlocks(file, blockSize, 64, 0);
      while (await source.next(10_000, () => {}));
      const last = Math.floor(content.length / blockSize) + 1;
      for (const index of [last, last - 1]) {
        const packet = blocks.packet(index);
        const whole = packet instanceof Uint8Array ? packet : Buffer.concat(packet);
        const from = (index - 1) * blockSize;
        expect(Buffer.from(whole.subarray(4)).equals(content.subarray(from, from + blockSize))).toBe(true);
        expect([...whole.subarray(0, 4)]).toEqual([0, 3, (index >> 8) & 0xff, index & 0xff]);
      }
      await source.close();
    }
  });
});
