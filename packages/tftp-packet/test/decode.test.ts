import { describe, expect, it } from "vitest";
import { decodePacket, type PacketDecodeOptions } from "../src/index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("requests", () => {
  it("keep order, case, empty values and duplicates of the options", () => {
    const datagram = bytes("\0\x01a\0OCTET\0BlkSize\x001024\0multicast\0\0blksize\x008\0x\x00y\0");
    expect(decodePacket(datagram)).toEqual({
      ok: true,
      packet: {
        type: "rrq",
        filename: "a",
        mode: "OCTET",
        options: [
          ["BlkSize", "1024"],
          ["multicast", ""],
          ["blksize", "8"],
          ["x", "y"],
        ],
      },
    });
  });

  it("lose no octet of a file name that is not UTF-8", () => {
    const result = decodePacket(bytes("\0\x02caf\xe9 \xc3\xa9\0octet\0"));
    expect(result).toMatchObject({ packet: { filename: "caf\udce9 é" } });
  });

  it("without the NUL after the mode are malformed, unless told otherwise", () => {
    const datagram = bytes("\0\x01a\0octet");
    const quirks = { acceptMissingNul: true };
    expect(decodePacket(datagram)).toMatchObject({ ok: false, error: { code: "missing-nul", answer: 4 } });
    expect(decodePacket(datagram, { quirks })).toMatchObject({
      packet: { filename: "a", mode: "octet", options: [] },
    });
    // No other text may lack it, and the name alone is no request.
    for (const text of [
      "\0\x01a\0octet\0blksize",
      "\0\x01a\0octet\0blksize\x00512",
      "\0\x06blksize\x00512",
      "\0\x06a",
    ])
      expect(decodePacket(bytes(text), { quirks })).toMatchObject({ error: { code: "missing-nul" } });
    expect(decodePacket(bytes("\0\x01a"), { quirks })).toMatchObject({ error: { code: "missing-mode" } });
  });

  it("are read up to a limit, which is beyond the 512 octets of the RFC", () => {
    const request = (length: number): Uint8Array => bytes(`\0\x01${"a".repeat(length - 9)}\0octet\0`);
    expect(decodePacket(request(2048)).ok).toBe(true);
    expect(decodePacket(request(2049))).toMatchObject({ error: { code: "too-long", opcode: 1, answer: 4 } });
    expect(decodePacket(request(513), { maxRequestLength: 512 }).ok).toBe(false);
    expect(decodePacket(request(512), { maxRequestLength: 512 }).ok).toBe(true);
  });
});

describe("an OACK", () => {
  it("that goes on with NULs is malformed, unless told otherwise", () => {
    const quirks = { acceptTrailingNuls: true };
    for (const more of ["\0", "\0\0", "\0\0\0\0\0"]) {
      const datagram = bytes(`\0\x06blksize\x008\0multicast\0\0${more}`);
      expect(decodePacket(datagram)).toMatchObject({ ok: false, error: { answer: 8 } });
      expect(decodePacket(datagram, { quirks })).toEqual({
        ok: true,
        packet: {
          type: "oack",
          options: [
            ["blksize", "8"],
            ["multicast", ""],
          ],
        },
      });
    }
    // A request has none, nor may NULs stand between the options.
    expect(decodePacket(bytes("\0\x01a\0octet\0\0"), { quirks }).ok).toBe(false);
    expect(decodePacket(bytes("\0\x06\0\0blksize\x008\0"), { quirks }).ok).toBe(false);
  });
});

describe("DATA", () => {
  it("gives a view of the datagram, not a copy", () => {
    const pool = bytes("....\0\x03\x01\x02payload....");
    const datagram = pool.subarray(4, 15);
    const result = decodePacket(datagram);
    expect(result).toMatchObject({ ok: true, packet: { type: "data", block: 258 } });
    if (!result.ok || result.packet.type !== "data") throw new Error("no DATA");
    expect(result.packet.data.buffer).toBe(pool.buffer);
    expect(new TextDecoder().decode(result.packet.data)).toBe("payload");
  });

  it("is malformed beyond the block size in force", () => {
    const data = (length: number): Uint8Array =>
      Uint8Array.from({ length: length + 4 }, (_, at) => (at === 1 ? 3 : 0));
    expect(decodePacket(data(512), { blockSize: 512 }).ok).toBe(true);
    expect(decodePacket(data(513), { blockSize: 512 })).toMatchObject({
      error: { code: "too-long", answer: 4 },
    });
    expect(decodePacket(data(65464)).ok).toBe(true);
    expect(decodePacket(data(65465)).ok).toBe(false);
  });
});

describe("ACK and ERROR", () => {
  it("an ACK that goes on after its block number is an ACK", () => {
    expect(decodePacket(bytes("\0\x04\xff\xfe and more"))).toEqual({
      ok: true,
      packet: { type: "ack", block: 65534 },
    });
  });

  it.each([
    ["\0\x05\0\x02", ""],
    ["\0\x05\0\x02\0", ""],
    ["\0\x05\0\x02no", "no"],
    ["\0\x05\0\x02no\0", "no"],
    ["\0\x05\0\x02no\0 rubbish\0", "no"],
  ])("the ERROR %j says %j", (text, message) => {
    expect(decodePacket(bytes(text))).toEqual({ ok: true, packet: { type: "error", code: 2, message } });
  });

  it("the message of an ERROR is cut at the limit", () => {
    const result = decodePacket(bytes(`\0\x05\0\0${"a".repeat(60_000)}`));
    expect(result.ok && result.packet.type === "error" && result.packet.message.length).toBe(2044);
  });

  it("an ERROR keeps a code that no standard names", () => {
    expect(decodePacket(bytes("\0\x05\xff\xffwhat\0"))).toMatchObject({ packet: { code: 65535 } });
  });
});

describe("what a malformed datagram is answered with", () => {
  const cases: readonly [
    string,
    string,
    string,
    number | undefined,
    number | undefined,
    PacketDecodeOptions?,
  ][] = [
    ["nothing", "", "too-short", undefined, undefined],
    ["one octet", "\0", "too-short", undefined, undefined],
    ["opcode 0", "\0\0\0\0", "unknown-opcode", 0, undefined],
    ["opcode 7", "\0\x07\0\0", "unknown-opcode", 7, undefined],
    ["opcode 256", "\x01\0a\0octet\0", "unknown-opcode", 256, undefined],
    ["an RRQ without anything", "\0\x01", "missing-mode", 1, 4],
    ["a WRQ without mode", "\0\x02a\0", "missing-mode", 2, 4],
    ["an option without value", "\0\x01a\0octet\0tsize\0", "missing-value", 1, 4],
    ["an option without name", "\0\x01a\0octet\0\x00512\0", "empty-option-name", 1, 4],
    ["DATA of three octets", "\0\x03\0", "too-short", 3, 4],
    ["ACK of two octets", "\0\x04", "too-short", 4, 4],
    ["ERROR of three octets", "\0\x05\0", "too-short", 5, undefined],
    ["an OACK option without value", "\0\x06tsize\0", "missing-value", 6, 8],
    ["an OACK without NUL", "\0\x06tsize\x000", "missing-nul", 6, 8],
    ["an OACK option without name", "\0\x06\0a\0", "empty-option-name", 6, 8],
    ["an OACK over the limit", "\0\x06tsize\x000\0", "too-long", 6, 8, { maxRequestLength: 8 }],
  ];

  it.each(cases)("%s", (_, text, code, opcode, answer, options) => {
    const result = decodePacket(bytes(text), options);
    expect(result).toMatchObject({ ok: false, error: { code, opcode, answer } });
    expect(result.ok ? "" : result.error.message).toMatch(/^[a-z-]+: \d+ octets, opcode /);
  });
});

describe("every cut", () => {
  const whole = [
    "\0\x01dir/name\0netascii\0blksize\x001428\0tsize\x000\0",
    "\0\x06blksize\x001428\0tsize\x0012345\0",
    "\0\x03\0\x01abc",
    "\0\x04\0\x01",
    "\0\x05\0\x01File not found\0",
  ];

  it.each(whole)("of %j is a packet or an error, and reads nothing behind it", (text) => {
    const datagram = bytes(text);
    for (let cut = 0; cut <= datagram.length; cut++) {
      const alone = decodePacket(datagram.slice(0, cut));
      // The same as a view of a longer buffer: what lies behind must not be read.
      expect(decodePacket(datagram.subarray(0, cut))).toEqual(alone);
      if (alone.ok) expect(alone.packet.type).toBe(decodeType(datagram));
    }
  });

  it("a request is whole only at the ends of its options", () => {
    const datagram = bytes(whole[0] ?? "");
    const ends = Array.from(datagram.keys(), (at) => at + 1).filter(
      (cut) => decodePacket(datagram.subarray(0, cut)).ok,
    );
    expect(ends).toEqual([20, 33, datagram.length]);
  });
});

function decodeType(datagram: Uint8Array): string | undefined {
  const result = decodePacket(datagram);
  return result.ok ? result.packet.type : undefined;
}
