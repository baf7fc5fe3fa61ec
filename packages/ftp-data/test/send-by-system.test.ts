import { once } from "node:events";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReadableFile } from "@longshore/file-store";
import { loadSystemCalls } from "@longshore/system-calls";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createBufferPool, createPace, DataConnectionError, receiveFile, sendFile } from "../src/index.ts";
import { content, type Pair, plainPair, tlsPair, writable } from "./pair.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-data-"));
const bytes = content(20_000_001);
const path = join(folder, "file");
let descriptor: number;
let pair: Pair;

beforeAll(async () => {
  writeFileSync(path, bytes);
  descriptor = openSync(path, "r");
  expect(await loadSystemCalls()).toBeDefined();
});
afterEach(() => pair.close());
afterAll(() => {
  closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

/** A local file that counts the bytes read of it. */
function local(of: number, size: number = bytes.length): ReadableFile & { readonly readBytes: number } {
  let readBytes = 0;
  return {
    size,
    descriptor: of,
    get readBytes() {
      return readBytes;
    },
    async read(into, position) {
      const count = readSync(of, into, 0, into.length, position);
      readBytes += count;
      return count;
    },
    async close() {},
  };
}

const descriptors = (): number => readdirSync("/proc/self/fd").length;

describe("a local file over a plain socket", () => {
  it.each([0, 1, 18_900_000])(
    "comes whole from byte %i on, and most of it passes nobody's buffers",
    async (start) => {
      pair = await plainPair();
      const before = descriptors();
      const file = local(descriptor);
      const copy = writable();
      const told: number[] = [];
      const [sent] = await Promise.all([
        sendFile(pair.far, file, { start, onProgress: (total) => told.push(total) }),
        receiveFile(pair.near, copy),
      ]);
      expect(sent.bytes).toBe(bytes.length - start);
      expect(told.at(-1)).toBe(bytes.length - start);
      expect(Buffer.from(copy.content()).equals(bytes.subarray(start))).toBe(true);
      expect(file.readBytes).toBeLessThan((bytes.length - start) / 2);
      expect(descriptors()).toBeLessThanOrEqual(before);
    },
  );

  it.each([
    ["one", 0, 1 << 20],
    ["one, small where others have taken many,", 8 << 20, 1 << 16],
  ])("comes whole to a reader that is slow, out of %s buffer", async (_, taken, most) => {
    pair = await plainPair();
    const pool = createBufferPool();
    for (let others = 0; others < taken; others += 1 << 20) pool.take(1 << 20);
    const copy = writable({ delay: 2 });
    let lent = 0;
    const onProgress = (): void => {
      lent = Math.max(lent, pool.lent - taken);
    };
    await Promise.all([
      sendFile(pair.far, local(descriptor), { pool, onProgress }),
      receiveFile(pair.near, copy),
    ]);
    expect(Buffer.from(copy.content()).equals(bytes)).toBe(true);
    expect(lent).toBeLessThanOrEqual(most);
    expect(pool.lent).toBe(taken);
  });

  it("is read as any other where the system does not send it", async () => {
    pair = await plainPair();
    const nothing = openSync("/dev/null", "r");
    const file = { ...local(descriptor), descriptor: nothing };
    const copy = writable();
    await Promise.all([sendFile(pair.far, file), receiveFile(pair.near, copy)]);
    expect(Buffer.from(copy.content()).equals(bytes)).toBe(true);
    closeSync(nothing);
  });

  it("is read as any other where its rate is limited", async () => {
    pair = await plainPair();
    const file = local(descriptor);
    const copy = writable();
    const pace = createPace(1e9);
    await Promise.all([sendFile(pair.far, file, { pace }), receiveFile(pair.near, copy)]);
    expect(file.readBytes).toBe(bytes.length);
    expect(Buffer.from(copy.content()).equals(bytes)).toBe(true);
  });

  it("is no success where it has become shorter", async () => {
    pair = await plainPair("half-open");
    writeFileSync(join(folder, "shrinking"), bytes);
    const shrinking = openSync(join(folder, "shrinking"), "r+");
    const file = local(shrinking);
    ftruncateSync(shrinking, 5_000_000);
    const received = receiveFile(pair.near, writable());
    received.catch(() => {});
    const error = await sendFile(pair.far, file).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "store", bytes: 5_000_000 });
    expect(DataConnectionError.isInstance(await received.catch((reason: unknown) => reason))).toBe(true);
    closeSync(shrinking);
  });

  it("ends when it is given up, and when the peer is gone, with every descriptor back", async () => {
    for (const end of ["signal", "reset"] as const) {
      pair = await plainPair();
      const before = descriptors();
      const gone = new AbortController();
      const sending = sendFile(pair.far, local(descriptor), { signal: gone.signal });
      pair.near.on("error", () => {});
      await once(pair.near, "readable");
      if (end === "signal") gone.abort();
      else pair.near.resetAndDestroy();
      await expect(sending).rejects.toMatchObject({ code: end === "signal" ? "aborted" : "reset" });
      pair.near.destroy();
      await expect.poll(descriptors).toBeLessThan(before);
    }
  });

  it("takes up no more than two threads with peers that take nothing, and comes whole when they do", async () => {
    const calls = await loadSystemCalls();
    if (calls === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
    let waiting = 0;
    let most = 0;
    let waits = 0;
    const { createFileSender } = calls;
    const spy = vi.spyOn(calls, "createFileSender").mockImplementation((socket, file) => {
      const sender = createFileSender(socket, file);
      return (
        sender && {
          ...sender,
          send(position, count, patience, sent) {
            if (patience === "some") {
              waits++;
              most = Math.max(most, ++waiting);
            }
            sender.send(position, count, patience, (bytes) => {
              if (patience === "some") waiting--;
              sent(bytes);
            });
          },
        }
      );
    });
    const pairs = await Promise.all(Array.from({ length: 6 }, () => plainPair()));
    const sendings = pairs.map(({ far }) => sendFile(far, local(descriptor)));
    await expect.poll(() => [waits > 1, waiting]).toEqual([true, 0]);
    const copies = pairs.map(() => writable());
    const receivings = pairs.map(({ near }, at) => receiveFile(near, copies[at] ?? writable()));
    await Promise.all([...sendings, ...receivings]);
    for (const copy of copies) expect(Buffer.from(copy.content()).equals(bytes)).toBe(true);
    expect(most).toBe(2);
    spy.mockRestore();
    for (const { close } of pairs) close();
  });

  it("comes whole where more transfers run at once than the system is asked for", async () => {
    const pairs = await Promise.all(Array.from({ length: 300 }, () => plainPair()));
    const size = 1_500_000;
    const file = local(descriptor, size);
    const counts = await Promise.all(
      pairs.map(async ({ far, near }) => {
        const copy = writable();
        await Promise.all([sendFile(far, file), receiveFile(near, copy)]);
        return Buffer.from(copy.content()).equals(bytes.subarray(0, size));
      }),
    );
    expect(counts.every(Boolean)).toBe(true);
    for (const { close } of pairs) close();
  });

  it("counts as stalled where the peer takes nothing", async () => {
    pair = await plainPair();
    const sending = sendFile(pair.far, local(descriptor), { stallTimeout: 60 });
    await expect(sending).rejects.toMatchObject({ code: "stalled" });
  });
});

it("a local file over TLS is read as any other", async () => {
  pair = await tlsPair();
  const file = local(descriptor);
  const copy = writable();
  await Promise.all([sendFile(pair.far, file), receiveFile(pair.near, copy)]);
  expect(file.readBytes).toBe(bytes.length);
  expect(Buffer.from(copy.content()).equals(bytes)).toBe(true);
});
