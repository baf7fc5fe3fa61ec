import { describe, expect, it } from "vitest";
import { decodePacket, encodePacket, parseMode, parseOptions, type TftpPacket } from "../src/index.ts";

const seeds: readonly TftpPacket[] = [
  {
    type: "rrq",
    filename: "boot/grub/x86_64-efi/core.efi",
    mode: "octet",
    options: [
      ["blksize", "1468"],
      ["tsize", "0"],
      ["windowsize", "16"],
    ],
  },
  { type: "wrq", filename: "é", mode: "netascii", options: [["timeout", "3"]] },
  { type: "data", block: 7, data: Uint8Array.of(1, 2, 3, 0, 255) },
  { type: "ack", block: 65535 },
  { type: "error", code: 1, message: "File not found" },
  {
    type: "oack",
    options: [
      ["multicast", "224.0.0.1,1758,1"],
      ["tsize", "18446744073709551616"],
    ],
  },
];
const codes =
  /^(too-short|too-long|unknown-opcode|missing-nul|missing-mode|missing-value|empty-option-name)$/;

describe("whatever comes in, a packet or a typed error goes out", () => {
  it.each(seeds)("100,000 datagrams made of $type", (seed) => {
    const random = generator(1350);
    const whole = encodePacket(seed);
    let accepted = 0;
    for (let run = 0; run < 100_000; run++) {
      const result = decodePacket(mutate(whole, random));
      if (!result.ok) {
        if (!codes.test(result.error.code)) throw new Error(`unknown code ${result.error.code}`);
        continue;
      }
      accepted++;
      if (!("options" in result.packet)) continue;
      const { entries, values } = parseOptions(result.packet.options);
      if (entries.length !== result.packet.options.length) throw new Error("an option was lost");
      if (values.blksize !== undefined && !(values.blksize >= 8 && values.blksize <= 65464))
        throw new Error(`blksize ${values.blksize}`);
      if ("mode" in result.packet) parseMode(result.packet.mode);
    }
    // Both answers are really reached.
    expect(accepted).toBeGreaterThan(1000);
    expect(accepted).toBeLessThan(100_000);
  });
});

describe("a request is read the same", () => {
  it("of ASCII alone and with another character in its name", () => {
    const random = generator(2347);
    const texts = ["", "a", "octet", "blksize", "BLKSIZE", "512", "x"];
    const textOf = (): string => texts[Math.floor(random() * texts.length)] ?? "";
    const decode = (name: string, opcode: number, rest: string): unknown => {
      const result = decodePacket(new TextEncoder().encode(`\0${String.fromCharCode(opcode)}${name}${rest}`));
      return result.ok ? result.packet : result.error.code;
    };
    for (let run = 0; run < 5000; run++) {
      const rest = Array.from({ length: Math.floor(random() * 8) }, textOf).join("\0");
      for (const opcode of [1, 2, 6])
        expect(JSON.stringify(decode("N", opcode, rest)), `${opcode} ${JSON.stringify(rest)}`).toBe(
          JSON.stringify(decode("é", opcode, rest)).replace("é", "N"),
        );
    }
  });
});

describe("work stays linear", () => {
  const size = 100_000;
  it.each([
    ["NUL", "\0"],
    ["letters", "a"],
    ["short texts", "a\0"],
    ["invalid octets", "\xff"],
    ["beginnings of characters", "\xe2\x82"],
    ["digits", "1"],
  ])("100,000 octets of %s", (_, unit) => {
    const text = unit.repeat(size / unit.length);
    const started = performance.now();
    for (const opcode of [1, 5, 6]) {
      const datagram = Uint8Array.from(`\0${String.fromCharCode(opcode)}\0\0${text}\0`, (character) =>
        character.charCodeAt(0),
      );
      const result = decodePacket(datagram, { maxRequestLength: size * 2 });
      if (result.ok && "options" in result.packet) parseOptions(result.packet.options);
    }
    parseOptions([
      ["tsize", text],
      ["multicast", text],
      [text, text],
    ]);
    // Quadratic work would take minutes, so the bound can be generous.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

/** Up to four octets changed, left out, put in, or the rest cut off; now and then plain rubbish. */
function mutate(whole: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const octet = (): number => (random() < 0.3 ? 0 : random() < 0.5 ? 32 + below(95) : below(256));
  if (random() < 0.05) return Uint8Array.from({ length: below(40) }, octet);
  const octets = [...whole];
  for (let count = below(4) + 1; count > 0; count--) {
    const at = below(octets.length + 1);
    const kind = random();
    if (kind < 0.3) octets.splice(at, 1, octet());
    else if (kind < 0.6) octets.splice(at, 0, octet());
    else if (kind < 0.9) octets.splice(at, 1);
    else octets.length = at;
  }
  return Uint8Array.from(octets);
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
