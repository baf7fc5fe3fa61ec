import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type DatagramSender, loadSystemCalls, type SystemCalls } from "../src/index.ts";

let calls: SystemCalls;
let from: Socket;
let to: Socket;
let others: Socket[];

beforeEach(async () => {
  const loaded = await loadSystemCalls();
  if (loaded === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
  calls = loaded;
  others = [];
  from = await bound("udp4", "127.0.0.1");
  to = await bound("udp4", "127.0.0.1");
});
afterEach(() => {
  for (const socket of others) socket.close();
});

async function bound(type: "udp4" | "udp6", address: string): Promise<Socket> {
  const socket = createSocket(type);
  others.push(socket);
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

function sender(): DatagramSender {
  const made = calls.createDatagramSender(from);
  if (made === undefined) throw new Error("there is no sender");
  return made;
}

it("sends to one end and to another, from the socket's own address", async () => {
  const second = await bound("udp4", "127.0.0.2");
  const at = sender();
  for (const socket of [to, second, to]) {
    const { address, port } = socket.address();
    const heard = once(socket, "message");
    expect(at.send(Buffer.from(`for ${port}`), { address, port })).toBe(`for ${port}`.length);
    const [datagram, origin] = await heard;
    expect(String(datagram)).toBe(`for ${port}`);
    expect(origin).toMatchObject({ address: "127.0.0.1", port: from.address().port });
  }
});

it("sends a part of a buffer, and an empty datagram", async () => {
  const at = sender();
  const end = { address: "127.0.0.1", port: to.address().port };
  for (const part of [Buffer.from("abcdef").subarray(2, 4), new Uint8Array(0)]) {
    const heard = once(to, "message");
    expect(at.send(part, end)).toBe(part.length);
    expect((await heard)[0]).toEqual(Buffer.from(part));
  }
});

it.each(["::1", "localhost", "127.0.0", "127.0.0.256", "127.0.0.1.1", "0x7f.0.0.1", ""])(
  "sends nothing to %j, which is no address in dotted decimal, nor where it was sent before",
  async (address) => {
    const at = sender();
    const { port } = to.address();
    const heard: string[] = [];
    to.on("message", (datagram) => heard.push(String(datagram)));
    expect(at.send(Buffer.from("one"), { address: "127.0.0.1", port })).toBe(3);
    expect(at.send(Buffer.from("two"), { address, port })).toBe(-1);
    expect(at.send(Buffer.from("three"), { address: "127.0.0.1", port })).toBe(5);
    await expect.poll(() => heard).toEqual(["one", "three"]);
  },
);

it("says where the system refuses", () => {
  const end = { address: "127.0.0.1", port: to.address().port };
  expect(sender().send(new Uint8Array(65_508), end)).toBe(-1);
});

it("is not to be had for IPv6, and sends nothing from a socket that is closed", async () => {
  expect(calls.createDatagramSender(await bound("udp6", "::1"))).toBeUndefined();
  const at = sender();
  others.splice(others.indexOf(from), 1);
  from.close();
  expect(at.send(Buffer.from("late"), { address: "127.0.0.1", port: to.address().port })).toBe(-1);
});
