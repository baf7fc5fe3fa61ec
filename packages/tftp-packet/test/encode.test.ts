import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dataHeaderLength,
  decodePacket,
  encodeDataHeader,
  encodePacket,
  PacketEncodeError,
  type RawOption,
  type TftpPacket,
} from "../src/index.ts";

/** Any text but NUL: of it encoding keeps all that can come from the wire. */
const text = fc
  .oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({
      unit: fc.integer({ min: 0xdc80, max: 0xdcff }).map((unit) => String.fromCharCode(unit)),
      maxLength: 3,
    }),
  )
  .map((value) => value.replaceAll("\0", ""));
const uint16 = fc.integer({ min: 0, max: 65535 });
const options = fc.array(
  fc.tuple(
    text.filter((name) => name !== ""),
    text,
  ) as fc.Arbitrary<RawOption>,
  { maxLength: 5 },
);

const packet: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({ type: fc.constantFrom("rrq" as const, "wrq" as const), filename: text, mode: text, options }),
  fc.record({ type: fc.constant("data" as const), block: uint16, data: fc.uint8Array({ maxLength: 1000 }) }),
  fc.record({ type: fc.constant("ack" as const), block: uint16 }),
  fc.record({ type: fc.constant("error" as const), code: uint16, message: text }),
  fc.record({ type: fc.constant("oack" as const), options }),
);

describe("encodePacket", () => {
  it("writes what decodePacket reads back", () => {
    fc.assert(
      fc.property(packet, (value) => {
        const datagram = encodeOrUndefined(value);
        // Only a request can be too long.
        if (datagram === undefined) return value.type === "rrq" || value.type === "wrq";
        const decoded = decodePacket(datagram);
        if (!decoded.ok) throw new Error(decoded.error.message);
        // Raw octets that stood side by side may have been UTF-8 together; written again they are the same.
        expect(encodePacket(decoded.packet)).toEqual(datagram);
        if (!hasRawOctets(value)) expect(decoded.packet).toEqual(value);
        return true;
      }),
      { numRuns: 3000 },
    );
  });

  it("writes every datagram that was read byte by byte as it came", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 6), fc.uint8Array({ maxLength: 60 }), (opcode, rest) => {
        const datagram = Uint8Array.of(0, opcode, ...rest, 0, ...rest, 0);
        const decoded = decodePacket(datagram);
        if (decoded.ok) expect(encodePacket(decoded.packet)).toEqual(datagram);
      }),
      { numRuns: 3000 },
    );
  });

  it("builds requests of 512 octets at most", () => {
    const request = (length: number): TftpPacket => ({
      type: "rrq",
      filename: "a".repeat(length - 9),
      mode: "octet",
      options: [],
    });
    expect(encodePacket(request(512))).toHaveLength(512);
    expect(thrownBy(() => encodePacket(request(513)))).toMatchObject({
      code: "too-long",
      message: "too-long: 513 octets",
    });
  });

  const wrong: readonly [string, TftpPacket][] = [
    ["nul-in-text", { type: "rrq", filename: "a\0b", mode: "octet", options: [] }],
    ["nul-in-text", { type: "wrq", filename: "a", mode: "octet\0", options: [] }],
    ["nul-in-text", { type: "oack", options: [["tsize", "\0"]] }],
    ["nul-in-text", { type: "error", code: 1, message: "a\0" }],
    ["empty-option-name", { type: "oack", options: [["", "1"]] }],
    ["empty-option-name", { type: "rrq", filename: "a", mode: "octet", options: [["", ""]] }],
    ["out-of-range", { type: "ack", block: -1 }],
    ["out-of-range", { type: "ack", block: 65536 }],
    ["out-of-range", { type: "data", block: 1.5, data: new Uint8Array() }],
    ["out-of-range", { type: "data", block: Number.NaN, data: new Uint8Array() }],
    ["out-of-range", { type: "error", code: 65536, message: "" }],
    ["too-long", { type: "data", block: 1, data: new Uint8Array(65465) }],
  ];
  it.each(wrong)("throws %s for %o", (code, value) => {
    expect(thrownBy(() => encodePacket(value)).code).toBe(code);
  });
});

describe("encodeDataHeader", () => {
  it("is what stands before the payload, so that nothing has to be copied", () => {
    fc.assert(
      fc.property(uint16, fc.uint8Array({ maxLength: 100 }), (block, data) => {
        const datagram = encodePacket({ type: "data", block, data });
        expect(encodeDataHeader(block)).toEqual(datagram.slice(0, dataHeaderLength));
      }),
    );
  });

  it("writes into a buffer of the caller's", () => {
    const into = new Uint8Array(10).fill(9);
    expect(encodeDataHeader(258, into, 3)).toBe(into);
    expect([...into]).toEqual([9, 9, 9, 0, 3, 1, 2, 9, 9, 9]);
    for (const offset of [-1, 7, Number.NaN]) {
      expect(thrownBy(() => encodeDataHeader(1, into, offset)).code).toBe("no-room");
    }
    expect(into[6]).toBe(2);
  });
});

describe("PacketEncodeError", () => {
  it("is known by its marker, also from another installed version", () => {
    const error = thrownBy(() => encodeDataHeader(-1));
    expect(error).toBeInstanceOf(PacketEncodeError);
    expect(error.name).toBe("PacketEncodeError");
    expect(
      PacketEncodeError.isInstance({ [Symbol.for("@longshore/tftp-packet/PacketEncodeError")]: true }),
    ).toBe(true);
    for (const other of [new Error("no"), null, undefined, "text"])
      expect(PacketEncodeError.isInstance(other)).toBe(false);
  });
});

function hasRawOctets(value: TftpPacket): boolean {
  return Object.values(value)
    .flat(2)
    .some((part) => typeof part === "string" && /[\udc80-\udcff]/u.test(part));
}

function encodeOrUndefined(value: TftpPacket): Uint8Array | undefined {
  try {
    return encodePacket(value);
  } catch (error) {
    if (PacketEncodeError.isInstance(error) && error.code === "too-long") return undefined;
    throw error;
  }
}

function thrownBy(action: () => unknown): PacketEncodeError {
  try {
    action();
  } catch (error) {
    if (PacketEncodeError.isInstance(error)) return error;
  }
  throw new Error("no PacketEncodeError was thrown");
}
