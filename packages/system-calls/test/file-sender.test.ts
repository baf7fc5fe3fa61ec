import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type FileSender,
  loadSystemCalls,
  type Patience,
  type SystemCalls,
  systemCalls,
} from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-sender-"));
const bytes = randomBytes(3_000_000);
const path = join(folder, "file");
let calls: SystemCalls;
let near: Socket;
let far: Socket;
let received: Buffer[];

beforeAll(async () => {
  writeFileSync(path, bytes);
  const loaded = await loadSystemCalls();
  if (loaded === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
  calls = loaded;
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  // Node.js reads on from a socket that is paused until so much has come.
  const server = createServer({ highWaterMark: 1 << 20 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  near = connect((server.address() as AddressInfo).port, "127.0.0.1");
  [far] = (await once(server, "connection")) as [Socket];
  server.close();
  received = [];
  for (const socket of [near, far]) socket.on("error", () => {});
});
afterEach(() => {
  near.destroy();
  far.destroy();
});

const descriptors = (): number => readdirSync("/proc/self/fd").length;

/** As the system tells: O_NONBLOCK is 04000. */
function isBlocking(socket: Socket): boolean {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const [, flags = ""] = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1")) ?? [];
  return (Number.parseInt(flags, 8) & 0o4000) === 0;
}

function senderOf(descriptor: number): FileSender {
  const sender = calls.createFileSender(far, descriptor);
  if (sender === undefined) throw new Error("there is no sender");
  return sender;
}

function sendOnce(
  sender: FileSender,
  position: number,
  count: number,
  patience: Patience = "none",
): Promise<number> {
  return new Promise((resolve) => sender.send(position, count, patience, resolve));
}

async function sendAll(sender: FileSender, from: number, patience: Patience = "none"): Promise<void> {
  near.on("data", (chunk: Buffer) => received.push(chunk));
  for (let at = from; at < bytes.length; ) {
    at += await sendOnce(sender, at, bytes.length - at, patience);
    await new Promise((resolve) => setImmediate(resolve));
  }
  sender.close();
  far.end();
  await once(near, "end");
}

describe("a file's way to a socket", () => {
  it("is known to the process once it was looked for", () => {
    expect(systemCalls()).toBe(calls);
  });

  it.each([0, 1, 2_999_999])("begins at byte %i and ends with the file", async (from) => {
    const descriptor = openSync(path, "r");
    const before = descriptors();
    await sendAll(senderOf(descriptor), from);
    expect(Buffer.concat(received).equals(bytes.subarray(from))).toBe(true);
    expect(descriptors()).toBe(before);
    closeSync(descriptor);
  });

  it("is that of the file that was open then, whatever has its number now", async () => {
    const descriptor = openSync(path, "r");
    const sender = senderOf(descriptor);
    closeSync(descriptor);
    writeFileSync(join(folder, "secret"), Buffer.alloc(bytes.length, "s"));
    const other = openSync(join(folder, "secret"), "r");
    expect(other).toBe(descriptor);
    await sendAll(sender, 0);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
    closeSync(other);
  });

  it("goes on as far as the socket has room, and tells how far that was", async () => {
    const descriptor = openSync(path, "r");
    const sender = senderOf(descriptor);
    let sent = 0;
    for (let count = 1; count > 0; ) {
      count = await sendOnce(sender, 0, bytes.length);
      sent += count;
    }
    expect(sent).toBeGreaterThan(0);
    // Nobody has read: the next call finds no room either.
    expect(await sendOnce(sender, 0, 1)).toBe(0);
    sender.close();
    closeSync(descriptor);
  });

  it.each(["none", "some"] as const)("comes whole with patience: %s", async (patience) => {
    const descriptor = openSync(path, "r");
    far.pause();
    await sendAll(senderOf(descriptor), 0, patience);
    expect(Buffer.concat(received).equals(bytes)).toBe(true);
    closeSync(descriptor);
  });

  it("waits for room in the thread, and not for long", async () => {
    const descriptor = openSync(path, "r");
    const sender = senderOf(descriptor);
    far.pause();
    while ((await sendOnce(sender, 0, bytes.length)) > 0);
    const since = performance.now();
    expect(await sendOnce(sender, 0, 1, "some")).toBe(0);
    expect(performance.now() - since).toBeGreaterThan(3);
    const sending = sendOnce(sender, 0, 1, "some");
    near.resume();
    expect((await sending) + (await sendOnce(sender, 0, 1, "some"))).toBeGreaterThan(0);
    sender.close();
    closeSync(descriptor);
  });

  it("lets calls on the connection wait only while its own is under way, and nobody reads", async () => {
    const descriptor = openSync(path, "r");
    const sender = senderOf(descriptor);
    expect(isBlocking(far)).toBe(false);
    for (const [patience, isPaused] of [
      ["none", true],
      ["some", false],
      ["some", true],
    ] as const) {
      if (isPaused) far.pause();
      else far.resume();
      const sending = sendOnce(sender, 0, 1, patience);
      expect(isBlocking(far)).toBe(patience === "some" && isPaused);
      expect(await sending).toBe(1);
      expect(isBlocking(far)).toBe(false);
    }
    const last = sendOnce(sender, 0, bytes.length, "some");
    sender.close();
    await last;
    expect(isBlocking(far)).toBe(false);
    closeSync(descriptor);
  });

  it("holds up nobody for what the peer sends meanwhile", async () => {
    const descriptor = openSync(path, "r");
    const sender = senderOf(descriptor);
    far.pause();
    while ((await sendOnce(sender, 0, bytes.length)) > 0);
    // As much as a read takes, so that Node.js asks for more at once.
    near.write(Buffer.alloc(1 << 16));
    const sending = sendOnce(sender, 0, bytes.length, "some");
    const since = performance.now();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(performance.now() - since).toBeLessThan(1000);
    await sending;
    sender.close();
    closeSync(descriptor);
  });

  it("goes on from nothing where more calls are under way than there may be", async () => {
    const descriptor = openSync(path, "r");
    const before = descriptors();
    const senders = Array.from({ length: 300 }, () => senderOf(descriptor));
    const sent = await Promise.all(senders.map((sender) => sendOnce(sender, 0, 1)));
    expect(new Set(sent)).toEqual(new Set([0, 1]));
    for (const sender of senders) {
      expect(await sendOnce(sender, 0, 1)).toBe(1);
      sender.close();
    }
    expect(descriptors()).toBe(before);
    closeSync(descriptor);
  });

  it("is over where the file is, and where the peer has gone", async () => {
    const descriptor = openSync(path, "r");
    const sender = senderOf(descriptor);
    expect(await sendOnce(sender, bytes.length, 10)).toBe(0);
    near.resetAndDestroy();
    await new Promise((resolve) => far.once("close", resolve));
    expect(await sendOnce(sender, 0, 10)).toBe(0);
    sender.close();
    closeSync(descriptor);
  });

  it("gives its descriptors back when the call that is under way has come to its end", async () => {
    const descriptor = openSync(path, "r");
    const before = descriptors();
    const sender = senderOf(descriptor);
    expect(descriptors()).toBe(before + 2);
    const sending = sendOnce(sender, 0, bytes.length);
    sender.close();
    sender.close();
    await sending;
    expect(descriptors()).toBe(before);
    closeSync(descriptor);
  });

  it("is not to be had for a socket without a descriptor, nor for a file without", () => {
    expect(calls.createFileSender(far, 1_000_000)).toBeUndefined();
    far.destroy();
    expect(calls.createFileSender(far, 0)).toBeUndefined();
  });
});
