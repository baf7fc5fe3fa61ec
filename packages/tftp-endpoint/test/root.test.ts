import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toPath } from "@longshore/file-store";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createNodeStore } from "@longshore/file-store-node";
import { afterEach, describe, expect, it } from "vitest";
import {
  createTftpServer,
  parseRewriteRules,
  type TftpEvent,
  type TftpServer,
  type TftpServerOptions,
  tftpGetBytes,
  tftpPut,
} from "../src/index.ts";
import { pattern } from "./files.ts";

const host = "127.0.0.1";
const closers: (() => unknown)[] = [];
let events: TftpEvent[] = [];

async function serve(options: TftpServerOptions): Promise<{ port: number; server: TftpServer }> {
  events = [];
  const server = createTftpServer({ port: 0, ...options, onEvent: (event) => void events.push(event) });
  closers.push(() => server.close({ timeout: 0 }));
  return { port: (await server.listen()).port, server };
}

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("per-prefix roots", () => {
  const files = { "/srv/boot/a": "boot", "/srv/a": "home", "/img/a": "image", "/lab/a": "lab" };

  it("lead names below a prefix elsewhere, the longest one first", async () => {
    const { port } = await serve({
      store: createMemoryStore({ files }),
      root: toPath("/srv"),
      roots: [
        { prefix: toPath("/images"), root: toPath("/img") },
        { prefix: toPath("/images/other"), store: createMemoryStore({ files: { "/a": "other" } }) },
      ],
    });
    const get = async (filename: string): Promise<string> =>
      text(await tftpGetBytes({ host, port, filename }));
    expect(await get("a")).toBe("home");
    expect(await get("boot/a")).toBe("boot");
    expect(await get("images/a")).toBe("image");
    expect(await get("images/./other//a")).toBe("other");
    expect(await get("images/other/../a")).toBe("image");
    await expect(get("images/../img/a")).rejects.toMatchObject({ tftpCode: 1 });
  });

  it("differ by the client's network", async () => {
    const { port } = await serve({
      store: createMemoryStore({ files }),
      roots: [
        { clients: ["192.0.2.0/24"], root: toPath("/img") },
        { clients: ["::1", "127.0.0.0/8"], root: toPath("/lab") },
      ],
    });
    expect(text(await tftpGetBytes({ host, port, filename: "a" }))).toBe("lab");
    expect(() => createTftpServer({ store: createMemoryStore(), roots: [{ clients: ["here"] }] })).toThrow(
      /here.*192\.0\.2\.0\/24/,
    );
  });

  it("have each their own right to write: none, new files, any file", async () => {
    const store = createMemoryStore({ files: { "/new/x": "1", "/any/x": "1", "/x": "1" } });
    const { port } = await serve({
      store,
      roots: [
        { prefix: toPath("/new"), writable: true },
        { prefix: toPath("/any"), writable: true, overwrite: true },
      ],
    });
    const put = (filename: string): Promise<unknown> => tftpPut({ host, port, filename, from: "2" });
    await expect(put("y")).rejects.toMatchObject({ tftpCode: 2, tftpMessage: "Read-only" });
    await put("new/y");
    await expect(put("new/x")).rejects.toMatchObject({ tftpCode: 6 });
    await put("any/x");
    expect(text(await tftpGetBytes({ host, port, filename: "any/x" }))).toBe("2");
  });

  it("have each a size limit for uploads, announced or not", async () => {
    const { port } = await serve({
      store: createMemoryStore({ files: { "/small/x": "" } }),
      writable: true,
      roots: [{ prefix: toPath("/small"), writable: true, uploadSize: 1000 }],
    });
    for (const tsize of [true, false])
      await expect(
        tftpPut({ host, port, filename: `small/${tsize}`, from: pattern(1001), tsize }),
      ).rejects.toMatchObject({ tftpCode: 3 });
    await tftpPut({ host, port, filename: "small/fits", from: pattern(1000) });
    await tftpPut({ host, port, filename: "large", from: pattern(5000) });
  });
});

describe("a quota", () => {
  it("holds for all files below the root together, and counts anew when they are gone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "longshore-quota-"));
    closers.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "before"), pattern(4000));
    const { port } = await serve({
      store: createNodeStore(folder, { writable: true }),
      writable: true,
      quota: 10_000,
    });
    const put = (filename: string, size: number, tsize = true): Promise<unknown> =>
      tftpPut({ host, port, filename, from: pattern(size), tsize });
    await put("a", 3000);
    await expect(put("b", 3001)).rejects.toMatchObject({ tftpCode: 3 });
    await expect(put("c", 3001, false)).rejects.toMatchObject({ tftpCode: 3 });
    await put("d", 3000, false);
    await expect(put("e", 1)).rejects.toMatchObject({ tftpCode: 3 });
    expect((await readdir(folder)).sort()).toEqual(["a", "before", "d"]);
    await rm(join(folder, "before"));
    await expect
      .poll(() => put("e", 4000).then(() => "stored", String), { timeout: 10_000, interval: 200 })
      .toBe("stored");
  });

  it("holds for uploads that run at the same time", async () => {
    const store = createMemoryStore();
    const { port } = await serve({ store, writable: true, quota: 10_000 });
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        tftpPut({ host, port, filename: `f${index}`, from: pattern(3000), tsize: index % 2 === 0 }),
      ),
    );
    const stored = ends.filter((end) => end.status === "fulfilled").length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThanOrEqual(3);
  });
});

describe("filename rewriting", () => {
  it("happens before anything is looked for, and is told in the events", async () => {
    const rules = parseRewriteRules(
      "replace-all \\\\ /\nreplace ^/?old/ new/\nrefuse -write . 'Nothing is written'",
    );
    if (!rules.ok) throw new Error(rules.message);
    const { port } = await serve({
      store: createMemoryStore({ files: { "/new/x": "here" } }),
      writable: true,
      rewrite: rules.rules,
    });
    expect(text(await tftpGetBytes({ host, port, filename: "\\old\\x" }))).toBe("here");
    expect(events).toContainEqual(
      expect.objectContaining({ type: "request", filename: "\\old\\x", rewritten: "new/x" }),
    );
    await expect(tftpPut({ host, port, filename: "y", from: "" })).rejects.toMatchObject({
      tftpCode: 2,
      tftpMessage: "Nothing is written",
    });
    // What comes of a rule is no more trusted than what came from the client.
    const outside = parseRewriteRules("replace ^up ../../etc/passwd");
    if (!outside.ok) throw new Error(outside.message);
    const other = await serve({ store: createMemoryStore(), rewrite: outside.rules });
    await expect(tftpGetBytes({ host, port: other.port, filename: "up" })).rejects.toMatchObject({
      tftpCode: 2,
    });
  });
});

describe("totals", () => {
  it("sum up what the events tell", async () => {
    const { port, server } = await serve({
      store: createMemoryStore({ files: { "/f": pattern(3000) } }),
      writable: true,
    });
    await tftpGetBytes({ host, port, filename: "f", blksize: 1000, windowsize: 1 });
    await tftpPut({ host, port, filename: "g", from: pattern(500) });
    await expect(tftpGetBytes({ host, port, filename: "none" })).rejects.toThrow();
    await expect.poll(() => server.totals.outcomes.complete).toBe(2);
    expect(server.totals).toMatchObject({
      requests: { read: 2, write: 1 },
      refused: 1,
      transfers: 2,
      outcomes: { complete: 2, failed: 0 },
      sent: 3000,
      received: 500,
      statistics: { blocks: 5, gaps: 0 },
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "transfer-end",
        operation: "read",
        blockSize: 1000,
        windowSize: 1,
        options: [
          ["blksize", "1000"],
          ["tsize", "0"],
          ["windowsize", "1"],
        ],
        granted: [
          ["blksize", "1000"],
          ["tsize", "3000"],
          ["windowsize", "1"],
        ],
        statistics: expect.objectContaining({ retransmissions: 0, roundTrip: expect.any(Number) }),
        duration: expect.any(Number),
      }),
    );
  });
});
