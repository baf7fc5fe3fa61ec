import { createHash } from "node:crypto";
import { once } from "node:events";
import { createNetasciiDecoder, createNetasciiEncoder } from "@longshore/netascii";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createBufferPool,
  createPace,
  DataConnectionError,
  receiveChunks,
  receiveFile,
  sendChunks,
  sendFile,
} from "../src/index.ts";
import { content, type Pair, plainPair, readable, tlsPair, writable } from "./pair.ts";

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let pair: Pair | undefined;
afterEach(() => pair?.close());

async function failure(promise: Promise<unknown>): Promise<DataConnectionError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!DataConnectionError.isInstance(error)) throw new Error(`no DataConnectionError but ${String(error)}`);
  return error;
}

const kinds = {
  "a plain socket": () => plainPair(),
  "a socket that reads into buffers of ours": () => plainPair("intake"),
  TLS: () => tlsPair(),
};

describe.each(Object.entries(kinds))("over %s", (_, makePair) => {
  it.each([0, 1, 65_536, 1_048_576, 1_048_577, 9_000_000])("moves a file of %i bytes whole", async (size) => {
    pair = await makePair();
    const bytes = content(size);
    const file = writable({ delay: 1 });
    const [sent, received] = await Promise.all([
      sendFile(pair.far, readable(bytes)),
      receiveFile(pair.near, file),
    ]);
    expect(sent.bytes).toBe(size);
    expect(received.bytes).toBe(size);
    expect(hash(file.content())).toBe(hash(bytes));
  });

  it("moves the other way, with short reads and a store that takes one chunk at a time", async () => {
    pair = await makePair();
    const bytes = content(700_001);
    const file = writable({ gathering: false });
    await Promise.all([sendFile(pair.near, readable(bytes, 10_007)), receiveFile(pair.far, file)]);
    expect(hash(file.content())).toBe(hash(bytes));
  });

  it("starts in the middle on both sides", async () => {
    pair = await makePair();
    const bytes = content(3_000_000);
    const file = writable();
    await Promise.all([
      sendFile(pair.far, readable(bytes), { start: 1_000_000 }),
      receiveFile(pair.near, file, { position: 1_000_000 }),
    ]);
    expect(hash(file.content().subarray(1_000_000))).toBe(hash(bytes.subarray(1_000_000)));
  });

  it("transforms on the way", async () => {
    pair = await makePair();
    const text = new TextEncoder().encode("one\ntwo\rthree\n".repeat(40_000));
    const file = writable();
    const [sent] = await Promise.all([
      sendFile(pair.far, readable(text, 999), { transform: createNetasciiEncoder() }),
      receiveFile(pair.near, file, { transform: createNetasciiDecoder() }),
    ]);
    expect(sent.bytes).toBe(text.length + 40_000 * 3);
    expect(hash(file.content())).toBe(hash(text));
  });

  it("tells the receiver's failure and closes the connection", async () => {
    pair = await makePair();
    const sending = failure(sendFile(pair.far, readable(content(20_000_000))));
    const error = await failure(receiveFile(pair.near, writable({ failAt: 2_000_000 })));
    expect(error.code).toBe("store");
    expect((error.cause as { code: string }).code).toBe("no-space");
    expect((await sending).code).toBe("reset");
  });

  it("ends at once when the signal says so", async () => {
    pair = await makePair();
    const controller = new AbortController();
    const receiving = failure(receiveFile(pair.near, writable(), { signal: controller.signal }));
    controller.abort();
    expect((await receiving).code).toBe("aborted");
    expect(pair.near.destroyed).toBe(true);
  });

  it("calls a peer that sends nothing stalled", async () => {
    pair = await makePair();
    expect((await failure(receiveFile(pair.near, writable(), { stallTimeout: 30 }))).code).toBe("stalled");
  });

  it("calls a peer that takes nothing stalled, with what was read held constant", async () => {
    pair = await makePair();
    pair.near.pause();
    const pool = createBufferPool();
    const size = 200_000_000;
    let reads = 0;
    const read = async (into: Uint8Array): Promise<number> => {
      reads++;
      return into.length;
    };
    const endless = { size, read, close: async () => {} };
    const error = await failure(sendFile(pair.far, endless, { stallTimeout: 200, pool }));
    expect(error.code).toBe("stalled");
    expect(reads * 1_048_576).toBeLessThan(size / 2);
  });

  it("makes the peer wait for a slow store, and does not call that a stall", async () => {
    pair = await makePair();
    const bytes = content(2_000_000);
    const file = writable({ delay: 300 });
    await Promise.all([
      sendFile(pair.far, readable(bytes)),
      receiveFile(pair.near, file, { stallTimeout: 200 }),
    ]);
    expect(hash(file.content())).toBe(hash(bytes));
  });

  it("streams chunks as they are made", async () => {
    pair = await makePair();
    async function* lines(): AsyncGenerator<Uint8Array> {
      for (let line = 0; line < 1000; line++) yield new TextEncoder().encode(`line ${line}\r\n`);
    }
    let text = "";
    await Promise.all([
      sendChunks(pair.far, lines()),
      receiveChunks(pair.near, (chunk) => (text += new TextDecoder().decode(chunk))),
    ]);
    expect(text.split("\r\n")).toHaveLength(1001);
  });
});

it("does not take a file that shrank for a whole one", async () => {
  pair = await plainPair();
  const sending = failure(sendFile(pair.far, readable(content(1000), 500, 2000)));
  pair.near.resume();
  const error = await sending;
  expect(error.code).toBe("store");
  expect(error.message).toContain("ended at byte 1000");
});

it("lets nobody take half a file for the whole: the receiver of a failed sender is reset", async () => {
  pair = await plainPair();
  const sending = failure(sendFile(pair.far, readable(content(100_000), undefined, 200_000)));
  const receiving = failure(receiveFile(pair.near, writable()));
  expect((await sending).code).toBe("store");
  expect((await receiving).code).toBe("reset");
});

it("tells a connection that was reset from one that was ended", async () => {
  pair = await plainPair();
  const receiving = failure(receiveFile(pair.near, writable()));
  pair.far.write("half");
  await once(pair.near, "data");
  pair.far.resetAndDestroy();
  expect((await receiving).code).toBe("reset");
});

it("takes a reset right behind the last bytes for no end", async () => {
  for (let round = 0; round < 20; round++) {
    pair = await plainPair("half-open");
    const receiving = failure(receiveFile(pair.near, writable()));
    pair.far.write("half");
    pair.far.resetAndDestroy();
    expect((await receiving).code).toBe("reset");
    pair.close();
  }
});

it("takes an end right behind the last bytes, of a peer that closes at once, for an end", async () => {
  for (let round = 0; round < 20; round++) {
    pair = await plainPair("half-open");
    const file = writable();
    const receiving = receiveFile(pair.near, file);
    pair.far.end("whole");
    pair.far.destroySoon();
    expect((await receiving).bytes).toBe(5);
    pair.close();
  }
});

it("holds little memory for a peer that is slow, and still sends it everything in order", async () => {
  pair = await plainPair();
  const pool = createBufferPool();
  const size = 200_000_000;
  // Each four bytes tell where they stand.
  const read = async (into: Uint8Array, position: number): Promise<number> => {
    const view = new DataView(into.buffer, into.byteOffset, into.length);
    for (let at = 0; at + 4 <= into.length; at += 4096) view.setUint32(at, position + at);
    return into.length;
  };
  const controller = new AbortController();
  const sending = sendFile(
    pair.far,
    { size, read, close: async () => {} },
    { pool, signal: controller.signal },
  ).catch(() => {});
  let received = 0;
  let misplaced = 0;
  const receiving = receiveChunks(
    pair.near,
    (chunk) => {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      const first = (4096 - (received % 4096)) % 4096;
      for (let at = first; at + 4 <= chunk.length; at += 4096)
        if (view.getUint32(at) !== received + at) misplaced++;
      received += chunk.length;
    },
    { pace: createPace(2_000_000) },
  ).catch(() => {});
  await vi.waitFor(
    () => {
      expect(pool.lent).toBeGreaterThan(0);
      expect(pool.lent).toBeLessThanOrEqual(2 * 65_536);
    },
    { timeout: 20_000 },
  );
  const before = received;
  await vi.waitFor(() => expect(received).toBeGreaterThan(before + 1_000_000), { timeout: 20_000 });
  expect(misplaced).toBe(0);
  controller.abort();
  await Promise.all([sending, receiving]);
  expect(pool.lent).toBe(0);
}, 60_000);

it("gives every buffer back, however the transfer ended", async () => {
  const pool = createBufferPool();
  for (const end of ["whole", "abort", "store"] as const) {
    pair = await plainPair();
    const controller = new AbortController();
    const file = readable(
      content(6_000_000),
      end === "store" ? 1_000_000 : undefined,
      end === "store" ? 7_000_000 : undefined,
    );
    const sending = sendFile(pair.far, file, { pool, signal: controller.signal }).catch(() => {});
    const receiving = receiveFile(pair.near, writable()).catch(() => {});
    if (end === "abort") controller.abort();
    await Promise.all([sending, receiving]);
    pair.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pool.lent, end).toBe(0);
  }
});
