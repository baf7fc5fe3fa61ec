import { createMemoryStore } from "@longshore/file-store-memory";
import { downloadTree, FtpClient, FtpPool } from "@longshore/ftp-client";
import type { Pace } from "@longshore/ftp-data";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRateMeter } from "../src/rate.ts";
import { failure } from "./support.ts";

/** Everybody, and at once: hashing passwords is not what is tried here. */
const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

const size = 100_000;
const bytes = Buffer.alloc(size, "x");
let server: FtpServer;
let where = { host: "127.0.0.1", port: 0, user: "ann", password: "x" };

beforeEach(async () => {
  const store = createMemoryStore({ files: { "/dir/a": bytes, "/dir/b": bytes } });
  server = createFtpServer({ store, authenticators: [letIn] });
  where = { ...where, port: (await server.listen()).port };
});
afterEach(() => server.close());

/** Lets everything through and counts it. */
function createCounter(): Pace & { readonly bytes: () => number } {
  let sum = 0;
  return {
    step: 10_000,
    take(count) {
      sum += count;
      return 0;
    },
    bytes: () => sum,
  };
}

/** Milliseconds of `work`. */
async function timeOf(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

describe("rateLimit", () => {
  it("holds a download and an upload to so many bytes a second", async () => {
    await using client = await FtpClient.connect(where);
    // A quarter of a second's bytes go at once, an eighth at the end is not waited for: 0.125 s are left.
    const slow = { rateLimit: 200_000 };
    expect(await timeOf(client.download("/dir/a", () => {}, slow))).toBeGreaterThan(100);
    expect(await timeOf(client.upload(bytes, "/dir/c", slow))).toBeGreaterThan(100);
  });

  it("counts every byte, of a call and of its session", async () => {
    const ofSession = createCounter();
    const ofCall = createCounter();
    await using client = await FtpClient.connect({ ...where, rateLimit: ofSession });
    await client.download("/dir/a", () => {}, { rateLimit: ofCall });
    await client.upload(bytes, "/dir/c");
    expect(ofCall.bytes()).toBe(size);
    expect(ofSession.bytes()).toBe(2 * size);
  });

  it("of a pool and of a tree is one for all their transfers together", async () => {
    const ofPool = createCounter();
    const ofTree = createCounter();
    await using pool = await FtpPool.connect({ ...where, rateLimit: ofPool });
    await downloadTree(pool, "/dir", createMemoryStore(), { rateLimit: ofTree });
    expect([ofPool.bytes(), ofTree.bytes()]).toEqual([2 * size, 2 * size]);
    await using slow = await FtpPool.connect({ ...where, rateLimit: 200_000 });
    // Of 200,000 bytes 50,000 go at once, and 25,000 at the end of each are not waited for.
    const both = ["/dir/a", "/dir/b"].map((path) => slow.download(path, () => {}));
    expect(await timeOf(Promise.all(both))).toBeGreaterThan(400);
  });

  it("of no bytes is the caller's mistake", async () => {
    await using client = await FtpClient.connect(where);
    for (const rateLimit of [0, -1, Number.NaN])
      expect(await failure(client.download("/dir/a", () => {}, { rateLimit }))).toMatchObject({
        code: "bad-argument",
      });
    expect(await failure(FtpClient.connect({ ...where, rateLimit: 0 }))).toMatchObject({
      code: "bad-argument",
    });
  });
});

describe("the rate in onProgress", () => {
  it("is the average at first, and of the last seconds later", () => {
    let now = 0;
    const rateAt = createRateMeter(() => now);
    expect(rateAt(0)).toBe(0);
    now = 1000;
    expect(rateAt(500)).toBe(500);
    now = 5000;
    expect(rateAt(5000)).toBe(1000);
    now = 10_000;
    expect(rateAt(5000)).toBe(0);
  });
});
