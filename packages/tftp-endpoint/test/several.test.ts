// Windows that go out in one call of the system.
import { Socket } from "node:dgram";
import { createMemoryStore } from "@longshore/file-store-memory";
import { loadSystemCalls } from "@longshore/system-calls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createBlockBuffer } from "../src/block-buffer.ts";
import { createTftpServer, type TftpServer, tftpGetBytes, tftpPut } from "../src/index.ts";
import { createFiles, pattern } from "./files.ts";

const host = "127.0.0.1";
let server: TftpServer;
/** Octets of what was handed to the system at once. */
let sent: number[];
let refuses: boolean;
let hasSender: boolean;

async function serve(content: Uint8Array, kind: "store" | "handler"): Promise<number> {
  const files = createFiles({ f: content });
  const store = createMemoryStore({ files: { "/f": content } });
  server = createTftpServer({ port: 0, ...(kind === "store" ? { store } : { handler: files }) });
  return (await server.listen()).port;
}

beforeEach(async () => {
  const calls = await loadSystemCalls();
  if (calls === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
  sent = [];
  refuses = false;
  hasSender = true;
  const { createDatagramSender } = calls;
  vi.spyOn(calls, "createDatagramSender").mockImplementation((socket) => {
    const sender = hasSender ? createDatagramSender(socket) : undefined;
    return (
      sender && {
        send(datagram, to) {
          if (refuses && datagram.length > 516) return -1;
          sent.push(datagram.length);
          return sender.send(datagram, to);
        },
      }
    );
  });
  const send = Socket.prototype.send;
  vi.spyOn(Socket.prototype, "send").mockImplementation(function (this: Socket, ...args: unknown[]): void {
    const [datagram, , , done] = args as [Uint8Array, number, string, ((error: Error) => void)?];
    sent.push(datagram.length);
    // As the system does where a datagram is larger than what the network carries in one piece.
    if (refuses && datagram.length > 516 && done !== undefined) setImmediate(done, new Error("send EINVAL"));
    else Reflect.apply(send, this, args);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.close({ timeout: 0 });
});

describe.each(["store", "handler"] as const)("a file of a %s", (kind) => {
  it.each([
    { size: 0, blksize: 512, windowsize: 8 },
    { size: 1, blksize: 512, windowsize: 8 },
    { size: 512 * 8, blksize: 512, windowsize: 8 },
    { size: 512 * 8 - 1, blksize: 512, windowsize: 8 },
    { size: 512 * 9 + 1, blksize: 512, windowsize: 8 },
    { size: 300_000, blksize: 8, windowsize: 64 },
    { size: 300_000, blksize: 1428, windowsize: 5 },
    { size: 900_000, blksize: 1468, windowsize: 200 },
    { size: 900_000, blksize: 20_000, windowsize: 7 },
    { size: 900_000, blksize: 65_464, windowsize: 7 },
  ])("of $size octets arrives whole in blocks of $blksize and windows of $windowsize", async (options) => {
    const content = pattern(options.size);
    const port = await serve(content, kind);
    const got = await tftpGetBytes({ host, port, filename: "f", ...options });
    expect(Buffer.from(got).equals(content)).toBe(true);
    const several = sent.filter((octets) => octets > options.blksize + 4);
    const fits = options.blksize <= 8_000 && options.size > options.blksize;
    expect(several.length > 0).toBe(fits);
    expect(Math.max(0, ...several)).toBeLessThanOrEqual(16_384);
  });
});

it("blocks go out one by one where the system does not cut them, and none is missing", async () => {
  const content = pattern(200_000);
  const port = await serve(content, "store");
  refuses = true;
  const got = await tftpGetBytes({ host, port, filename: "f", blksize: 512, windowsize: 16 });
  expect(Buffer.from(got).equals(content)).toBe(true);
  expect(sent.filter((octets) => octets > 516)).toHaveLength(1);
  // At once, and not when a timer tells that something was lost.
  await expect.poll(() => server.totals.outcomes.complete).toBe(1);
  expect(server.totals.statistics).toMatchObject({ retransmissions: 0, timeouts: 0 });
});

it("Node.js sends where the system's own call is not to be had", async () => {
  const content = pattern(200_000);
  hasSender = false;
  const port = await serve(content, "store");
  const got = await tftpGetBytes({ host, port, filename: "f", blksize: 512, windowsize: 16 });
  expect(Buffer.from(got).equals(content)).toBe(true);
  expect(sent.filter((octets) => octets > 516).length).toBeGreaterThan(5);
});

it("what a client puts goes out so as well", async () => {
  const files = createFiles();
  server = createTftpServer({ port: 0, handler: files });
  const { port } = await server.listen();
  const content = pattern(123_456);
  await tftpPut({ host, port, filename: "new", from: content, blksize: 1428, windowsize: 8 });
  expect(Buffer.from(files.content.get("new") ?? []).equals(content)).toBe(true);
  expect(sent.filter((octets) => octets === 8 * 1432).length).toBeGreaterThan(5);
});

it("a block buffer gives those together that stand together", () => {
  const buffer = createBlockBuffer(8, 4, 0);
  buffer.append(pattern(32));
  expect([...buffer.packets(2, 3)]).toEqual(
    [2, 3].flatMap((index) => [...(buffer.packet(index) as Uint8Array)]),
  );
  buffer.append(pattern(11));
  // Block 5 has the place of block 1: 4 stands at the end.
  expect(buffer.packets(4, 6)).toHaveLength(12);
  expect(buffer.packets(5, 6)).toHaveLength(12 + 7);
});
