import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadSystemCalls, type SystemCalls } from "../src/index.ts";

let calls: SystemCalls;
let from: Socket;
let to: Socket;

beforeEach(async () => {
  const loaded = await loadSystemCalls();
  if (loaded === undefined) throw new Error("koffi is not installed, or this is no 64-bit Linux");
  calls = loaded;
  [from, to] = [createSocket("udp4"), createSocket("udp4")];
  for (const socket of [from, to]) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
});
afterEach(() => {
  from.close();
  to.close();
});

/** The lengths of the datagrams that `bytes` arrive in, and whether their octets are the same. */
async function arrive(bytes: Uint8Array): Promise<{ lengths: number[]; isSame: boolean }> {
  const parts: Buffer[] = [];
  let length = 0;
  from.send(bytes, to.address().port, "127.0.0.1");
  while (length < bytes.length) {
    const [part] = (await once(to, "message")) as [Buffer];
    parts.push(part);
    length += part.length;
  }
  return { lengths: parts.map((part) => part.length), isSame: Buffer.concat(parts).equals(bytes) };
}

const bytes = Uint8Array.from({ length: 550 }, (_, index) => index);

it("cuts what is sent into datagrams, the last one shorter, until it is told to stop", async () => {
  expect(calls.segmentDatagrams(from, 100)).toBe(true);
  expect(await arrive(bytes)).toEqual({ lengths: [100, 100, 100, 100, 100, 50], isSame: true });
  expect(await arrive(bytes.subarray(0, 60))).toEqual({ lengths: [60], isSame: true });
  expect(calls.segmentDatagrams(from, 0)).toBe(true);
  expect(await arrive(bytes)).toEqual({ lengths: [550], isSame: true });
});

it("cuts nothing into what is no length, and where nothing is bound", () => {
  expect(calls.segmentDatagrams(from, 1 << 20)).toBe(false);
  const unbound = createSocket("udp4");
  unbound.close();
  expect(calls.segmentDatagrams(unbound, 100)).toBe(false);
});
