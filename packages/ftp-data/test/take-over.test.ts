import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { loadSystemCalls } from "@longshore/system-calls";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createBufferPool, receiveFile } from "../src/index.ts";
import { content, type Pair, plainPair, writable } from "./pair.ts";

const bytes = content(30_000_001);
const hash = (of: Uint8Array): string => createHash("sha256").update(of).digest("hex");
const descriptors = (): number => readdirSync("/proc/self/fd").length;

let pair: Pair;
let before: number;

beforeEach(async () => {
  expect(await loadSystemCalls()).toBeDefined();
  before = descriptors();
  pair = await plainPair();
  // However busy the machine is: what comes, comes fast.
  vi.spyOn(performance, "now").mockReturnValue(1000);
});
afterEach(() => {
  vi.restoreAllMocks();
  pair.close();
});

it.each([
  ["a store that is fast", {}],
  ["a store that is slow", { delay: 3 }],
  ["a store that takes one chunk at a time", { gathering: false }],
] as const)("what comes in fast is read into buffers of ours: %s", async (_, store) => {
  const pool = createBufferPool();
  const copy = writable(store);
  let lent = 0;
  let total = 0;
  const receiving = receiveFile(pair.far, copy, {
    pool,
    onProgress(now) {
      lent = Math.max(lent, pool.lent);
      total = now;
    },
  });
  pair.near.end(bytes);
  expect((await receiving).bytes).toBe(bytes.length);
  expect(total).toBe(bytes.length);
  expect(hash(copy.content())).toBe(hash(bytes));
  expect(lent).toBe(2 << 20);
  expect(pool.lent).toBe(0);
  await expect.poll(descriptors).toBeLessThanOrEqual(before + 1);
});

it("as before where others have taken the buffers", async () => {
  const pool = createBufferPool();
  const taken = Array.from({ length: 64 }, () => pool.take(1 << 20));
  const copy = writable();
  let most = 0;
  const receiving = receiveFile(pair.far, copy, {
    pool,
    onProgress: () => {
      most = Math.max(most, pool.lent);
    },
  });
  pair.near.end(bytes);
  await receiving;
  expect(hash(copy.content())).toBe(hash(bytes));
  expect(most).toBe(taken.length << 20);
});

it("ends when it is given up, when the peer is gone and when it is silent, with everything back", async () => {
  const codes = { signal: "aborted", reset: "reset", silence: "stalled" } as const;
  for (const end of ["signal", "reset", "silence"] as const) {
    pair.close();
    pair = await plainPair("half-open");
    const pool = createBufferPool();
    const gone = new AbortController();
    let lent = 0;
    const receiving = receiveFile(pair.far, writable(), {
      pool,
      signal: gone.signal,
      stallTimeout: 100,
      onProgress: () => {
        lent = pool.lent;
      },
    });
    const over = new Promise((resolve) => pair.near.once("end", resolve).once("close", resolve));
    pair.near.on("error", () => {}).resume();
    pair.near.write(bytes);
    await expect.poll(() => lent).toBe(2 << 20);
    if (end === "signal") gone.abort();
    if (end === "reset") pair.near.resetAndDestroy();
    await expect(receiving).rejects.toMatchObject({ code: codes[end] });
    await expect.poll(() => pool.lent).toBe(0);
    // The connection is closed here, not only the socket that came in.
    await over;
  }
});
