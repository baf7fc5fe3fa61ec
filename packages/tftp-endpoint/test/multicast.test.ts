import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "@longshore/file-store-memory";
import { afterEach, describe, expect, it } from "vitest";
import {
  createTftpServer,
  type TftpEvent,
  type TftpServer,
  type TftpServerOptions,
  tftpGet,
  tftpGetBytes,
} from "../src/index.ts";
import { pattern } from "./files.ts";
import { openRaw, rrq } from "./raw.ts";

const host = "127.0.0.1";
const multicast = { addresses: ["239.255.17.58"], port: 17_580 } as const;
const servers: TftpServer[] = [];
let events: TftpEvent[] = [];

async function serve(options: Partial<TftpServerOptions> & { readonly files: Record<string, Uint8Array> }) {
  events = [];
  const { files, ...rest } = options;
  const store = createMemoryStore({ files });
  const server = createTftpServer({
    port: 0,
    ...(rest as TftpServerOptions),
    store,
    handler: undefined,
    onEvent: (event) => void events.push(event),
  });
  servers.push(server);
  return { server, port: (await server.listen()).port };
}

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close({ timeout: 0 });
});

/** Blocks that the server sent for all transfers that ended. */
const blocksSent = (): number =>
  events.reduce((sum, event) => sum + (event.type === "transfer-end" ? event.statistics.blocks : 0), 0);

describe("multicast over loopback (RFC 2090)", () => {
  it("brings one file to several clients at once", async () => {
    const content = pattern(300_000);
    const { port, server } = await serve({ files: { "/boot": content }, multicast });
    const folder = await mkdtemp(join(tmpdir(), "longshore-multicast-"));
    const asked = { host, port, filename: "boot", blksize: 1000, multicast: true };
    const path = join(folder, "boot");
    const [onDisk, ...inMemory] = await Promise.all([
      tftpGet({ ...asked, to: { path } }),
      ...Array.from({ length: 4 }, () => tftpGetBytes(asked)),
    ]);
    expect(onDisk.bytes).toBe(content.length);
    expect(onDisk.granted).toContainEqual([
      "multicast",
      expect.stringMatching(/^239\.255\.17\.58,17580,[01]$/),
    ]);
    expect((await readFile(path)).equals(content)).toBe(true);
    await rm(folder, { recursive: true });
    for (const got of inMemory) expect(Buffer.from(got).equals(content)).toBe(true);
    await expect.poll(() => server.totals.outcomes.complete).toBe(5);
    // Five by themselves would take 1505 blocks; who comes late or loses some asks for those alone.
    expect(blocksSent()).toBeGreaterThanOrEqual(301);
    expect(blocksSent()).toBeLessThan(3 * 301);
    expect(server.sessions).toBe(0);
  });

  it("is off unless told, and left out where it cannot be", async () => {
    const files = { "/f": pattern(3000), "/many": pattern(8 * 70_000) };
    const plain = await serve({ files });
    const get = (port: number, more: object = {}): Promise<Uint8Array> =>
      tftpGetBytes({ host, port, filename: "f", multicast: true, ...more });
    expect(await get(plain.port)).toHaveLength(3000);
    const grants = (): readonly string[] =>
      events.flatMap((event) =>
        event.type === "transfer-start" ? event.granted.map(([name]) => name.toLowerCase()) : [],
      );
    expect(grants()).not.toContain("multicast");
    const shared = await serve({ files, multicast });
    await get(shared.port, { mode: "netascii" });
    expect(await get(shared.port, { filename: "many", blksize: 8, windowsize: 64 })).toHaveLength(560_000);
    await expect(get(shared.port, { filename: "none" })).rejects.toMatchObject({ tftpCode: 1 });
    const single = await serve({ files, multicast, transferPorts: "single" });
    await get(single.port);
    expect(grants()).not.toContain("multicast");
  });

  it("sends nothing to the group before a client has answered", async () => {
    const { port, server } = await serve({
      files: { "/f": pattern(5000) },
      multicast,
      timing: { initial: 30, cap: 60, handshakePatience: 400 },
    });
    const victim = await openRaw();
    victim.send(rrq("f", [["multicast", ""]]), port);
    await expect.poll(() => server.totals.outcomes.failed, { timeout: 5000 }).toBe(1);
    expect((await victim.all(50)).map(({ type }) => type)).toEqual(["oack", "oack"]);
    expect(blocksSent()).toBe(0);
    expect(server.sessions).toBe(0);
    victim.close();
  });

  it("ends for all with ERROR when the server shuts down", async () => {
    const { port, server } = await serve({ files: { "/f": pattern(5_000_000) }, multicast });
    const gets = [1, 2].map(() => tftpGetBytes({ host, port, filename: "f", blksize: 512, multicast: true }));
    const ends = Promise.allSettled(gets);
    await expect.poll(() => server.totals.transfers).toBe(2);
    await server.close({ timeout: 0 });
    expect(await ends).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
    expect(server.sessions).toBe(0);
  });

  it("has no checksum, whose order nobody knows", async () => {
    await expect(
      tftpGetBytes({ host, filename: "f", multicast: true, checksum: "sha256" }),
    ).rejects.toMatchObject({ code: "usage" });
  });
});
