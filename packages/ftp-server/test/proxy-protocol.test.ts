import { describe, expect, it } from "vitest";
import { decodeProxyHeader, maxProxyHeader, type ProxyHeader } from "../src/proxy-protocol.ts";

const signature = "\r\n\r\n\0\r\nQUIT\n";

/** Text whose characters are bytes. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A header of version 2; `rest` behind the fixed part, with its true length unless told. */
function binary(
  command: number,
  transport: number,
  rest: readonly number[],
  length = rest.length,
): Uint8Array {
  const head = bytesOf(signature);
  return Uint8Array.of(...head, command, transport, length >> 8, length & 255, ...rest);
}

const v4 = [192, 0, 2, 1, 198, 51, 100, 7, 0x12, 0x67, 0, 21];
const v6 = [
  ...[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
  ...[0x12, 0x67, 0x03, 0xde],
];
const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

const four: ProxyHeader = {
  kind: "proxied",
  source: { family: 4, host: "192.0.2.1", port: 4711 },
  destination: { family: 4, host: "198.51.100.7", port: 21 },
};
const six: ProxyHeader = {
  kind: "proxied",
  source: { family: 6, host: "2001:db8::1", port: 4711 },
  destination: { family: 6, host: "2001:db8::2", port: 990 },
};
const local: ProxyHeader = { kind: "local" };

const complete: readonly (readonly [string, Uint8Array, ProxyHeader])[] = [
  ["version 1, IPv4", bytesOf("PROXY TCP4 192.0.2.1 198.51.100.7 4711 21\r\n"), four],
  ["version 1, IPv6", bytesOf("PROXY TCP6 2001:DB8:0::1 2001:db8::2 4711 990\r\n"), six],
  ["version 1, IPv4 in IPv6", bytesOf("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.7 4711 21\r\n"), four],
  ["version 1, UNKNOWN alone", bytesOf("PROXY UNKNOWN\r\n"), local],
  [
    "version 1, UNKNOWN at its longest",
    bytesOf("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535".padEnd(105, "x").concat("\r\n")),
    local,
  ],
  ["version 2, IPv4", binary(0x21, 0x11, v4), four],
  ["version 2, IPv6", binary(0x21, 0x21, v6), six],
  [
    "version 2, IPv4 in IPv6",
    binary(0x21, 0x21, [...mapped, ...v4.slice(0, 4), ...mapped, ...v4.slice(4)]),
    four,
  ],
  ["version 2, IPv4 with TLVs", binary(0x21, 0x11, [...v4, 4, 0, 3, 0, 0, 0]), four],
  ["version 2, LOCAL", binary(0x20, 0, []), local],
  ["version 2, LOCAL with addresses, which count for nothing", binary(0x20, 0x11, v4), local],
  ["version 2, unspecified", binary(0x21, 0, [1, 2, 3]), local],
  ["version 2, a Unix socket", binary(0x21, 0x31, new Array<number>(216).fill(0)), local],
  ["version 2, datagrams", binary(0x21, 0x12, v4), local],
];

const malformed: readonly (readonly [string, Uint8Array])[] = [
  ["an FTP command", bytesOf("USER anonymous\r\n")],
  ["a ClientHello", Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0)],
  ["an HTTP request", bytesOf("GET / HTTP/1.1\r\n")],
  ["another verb in the same letters", bytesOf("PROXIED TCP4")],
  ["a line without end", bytesOf("PROXY UNKNOWN ".padEnd(107, "x"))],
  ["version 1, a line feed alone", bytesOf("PROXY TCP4 192.0.2.1 198.51.100.7 4711 21\n".padEnd(107))],
  ["version 1, no addresses", bytesOf("PROXY TCP4\r\n")],
  ["version 1, another family", bytesOf("PROXY TCP5 192.0.2.1 198.51.100.7 4711 21\r\n")],
  ["version 1, UNKNOWN and more letters", bytesOf("PROXY UNKNOWNS\r\n")],
  ["version 1, IPv6 called TCP4", bytesOf("PROXY TCP4 2001:db8::1 2001:db8::2 4711 21\r\n")],
  ["version 1, IPv4 called TCP6", bytesOf("PROXY TCP6 192.0.2.1 198.51.100.7 4711 21\r\n")],
  ["version 1, two spaces", bytesOf("PROXY TCP4  192.0.2.1 198.51.100.7 4711 21\r\n")],
  ["version 1, a space at the end", bytesOf("PROXY TCP4 192.0.2.1 198.51.100.7 4711 21 \r\n")],
  ["version 1, an octet of 256", bytesOf("PROXY TCP4 192.0.2.256 198.51.100.7 4711 21\r\n")],
  ["version 1, leading zeros in an address", bytesOf("PROXY TCP4 192.0.02.1 198.51.100.7 4711 21\r\n")],
  ["version 1, leading zeros in a port", bytesOf("PROXY TCP4 192.0.2.1 198.51.100.7 04711 21\r\n")],
  ["version 1, a port of 65536", bytesOf("PROXY TCP4 192.0.2.1 198.51.100.7 65536 21\r\n")],
  ["version 1, a negative port", bytesOf("PROXY TCP4 192.0.2.1 198.51.100.7 -1 21\r\n")],
  ["version 1, a name", bytesOf("PROXY TCP4 localhost 198.51.100.7 4711 21\r\n")],
  ["version 2, a wrong signature", bytesOf("\r\n\r\n\0\r\nQUIT\r")],
  ["version 2 with version 1", binary(0x11, 0x11, v4)],
  ["version 2 with version 3", binary(0x31, 0x11, v4)],
  ["version 2, an unknown command", binary(0x22, 0x11, v4)],
  ["version 2, an unknown family", binary(0x21, 0x41, v4)],
  ["version 2, an unknown transport", binary(0x21, 0x13, v4)],
  ["version 2, addresses cut short", binary(0x21, 0x11, v4.slice(0, 11))],
  ["version 2, IPv6 in the room of IPv4", binary(0x21, 0x21, v4)],
  ["version 2, too long", binary(0x21, 0x11, v4, maxProxyHeader - 15)],
];

describe("a PROXY header", () => {
  it.each(complete)(
    "%s: is read in whatever pieces it comes, and what follows is left",
    (_, bytes, header) => {
      const expected = { result: "complete", header, length: bytes.length };
      expect(decodeProxyHeader(bytes)).toEqual(expected);
      expect(decodeProxyHeader(Uint8Array.of(...bytes, 0x16, 3, 1))).toEqual(expected);
      for (let length = 0; length < bytes.length; length++) {
        expect(decodeProxyHeader(bytes.subarray(0, length)), `${length}`).toEqual({ result: "incomplete" });
      }
      const moved = Uint8Array.of(9, 9, ...bytes).subarray(2);
      expect(decodeProxyHeader(moved)).toEqual(expected);
    },
  );

  it.each(malformed)("%s: is refused, and the sooner the better", (_, bytes) => {
    expect(decodeProxyHeader(bytes)).toMatchObject({ result: "malformed" });
    let isMalformed = false;
    for (let length = 0; length <= bytes.length; length++) {
      const { result } = decodeProxyHeader(bytes.subarray(0, length));
      expect(result).not.toBe("complete");
      if (isMalformed) expect(result).toBe("malformed");
      isMalformed = result === "malformed";
    }
  });

  it("is told from a stranger's first byte", () => {
    for (const first of ["USER", "\x16\x03", "GET", "\n", "\0"])
      expect(decodeProxyHeader(bytesOf(first.slice(0, 1)))).toMatchObject({ result: "malformed" });
  });

  it("never throws and never asks for more than it may hold, whatever comes (100,000 seeded inputs)", () => {
    const random = createRandom(0x50524f58);
    const seeds = [...complete.map(([, bytes]) => bytes), ...malformed.map(([, bytes]) => bytes)];
    for (let round = 0; round < 100_000; round++) {
      const seed = seeds[random(seeds.length)] ?? new Uint8Array();
      const bytes = Uint8Array.of(...seed.subarray(0, random(130)));
      for (let change = random(4); change > 0 && bytes.length > 0; change--)
        bytes[random(bytes.length)] = random(256);
      const found = decodeProxyHeader(bytes);
      const isSound =
        found.result === "complete"
          ? found.length <= bytes.length
          : found.result === "malformed" ||
            bytes[0] !== 13 ||
            bytes.length < 16 ||
            wanted(bytes) <= maxProxyHeader;
      if (!isSound) throw new Error(`seed ${round}: ${Buffer.from(bytes).toString("hex")}`);
    }
  });
});

/** How long a header of version 2 says that it is, as far as it can be read. */
function wanted(bytes: Uint8Array): number {
  return 16 + (bytes[14] ?? 0) * 256 + (bytes[15] ?? 0);
}

/** A small seeded generator (mulberry32), so that a failing input can be made again. */
function createRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
