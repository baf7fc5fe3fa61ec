import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FileStore, type ReadableFile, toPath } from "@longshore/file-store";
import { createNodeStore } from "@longshore/file-store-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createReadCache, createTftpServer, type TftpServer, tftpGetBytes } from "../src/index.ts";
import { isShared, pieceSize } from "../src/read-cache.ts";
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
