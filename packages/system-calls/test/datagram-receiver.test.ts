import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type DatagramReceiver, loadSystemCalls, type SystemCalls } from "../src/index.ts";

let calls: SystemCalls;
let to: Socket;
let others: Socket[];

beforeEach(async () => {
  const loaded = await loadSystemCalls();
  if (loaded === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
  calls = loaded;
  others = [];
  to = await bound("udp4", "127.0.0.1");
});
afterEach(() => {
  for (const socket of others) socket.close();
});

async function bound(type: "udp4" | "udp6", address: string): Promise<Socket> {
  // Looked up on the spot: what is sent leaves in the same turn.
  const socket = createSocket({ type, lookup: (host, _options, done) => done(null, host, 4) });
  others.push(socket);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return socket;
}

/** On loopback it is there when it has been sent. */
function send(from: Socket, text: string): Promise<void> {
  return new Promise((resolve) => from.send(text, to.address().port, "127.0.0.1", () => resolve()));
}

function receiver(): DatagramReceiver {
  const made = calls.createDatagramReceiver(to);
  if (made === undefined) throw new Error("there is no receiver");
  return made;
}

it("takes datagrams one by one, tells where they came from, and when there is none", async () => {
  const [one, two] = [await bound("udp4", "127.0.0.1"), await bound("udp4", "127.0.0.2")];
  const heard: string[] = [];
  const at = receiver();
  const into = new Uint8Array(100);
  expect(at.receive(into)).toBe(-1);
  const sent = Promise.all([send(one, "first"), send(one, ""), send(two, "second")]);
  const ends: unknown[] = [];
  // In this turn, before the event loop can read them.
  for (let octets = at.receive(into); octets >= 0; octets = at.receive(into)) {
    heard.push(Buffer.from(into.subarray(0, octets)).toString());
    ends.push(at.from);
  }
  await sent;
  expect(heard).toEqual(["first", "", "second"]);
  expect(ends).toEqual([
    { address: "127.0.0.1", port: one.address().port },
    { address: "127.0.0.1", port: one.address().port },
    { address: "127.0.0.2", port: two.address().port },
  ]);
  expect(ends[1]).toBe(ends[0]);
});

it("leaves to the event loop what it does not take, and cuts off what has no room", async () => {
  const one = await bound("udp4", "127.0.0.1");
  const into = new Uint8Array(3);
  const at = receiver();
  const sent = send(one, "abcdef");
  expect(at.receive(into)).toBe(3);
  expect(Buffer.from(into).toString()).toBe("abc");
  await sent;
  const told = once(to, "message");
  await send(one, "later");
  expect(String((await told)[0])).toBe("later");
  expect(at.receive(into)).toBe(-1);
});

it("is not to be had for IPv6, and takes nothing from a socket that is closed", async () => {
  expect(calls.createDatagramReceiver(await bound("udp6", "::1"))).toBeUndefined();
  const at = receiver();
  others.splice(others.indexOf(to), 1);
  to.close();
  expect(at.receive(new Uint8Array(10))).toBe(-1);
  expect(calls.createDatagramReceiver(to)).toBeUndefined();
});
