import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodePacket, encodePacket } from "../src/index.ts";
import { checkTftpSample, fromHex, type TftpSample, toHex } from "./vectors.ts";

describe.each([
  ["tftp-samples.json", 90, 75],
  ["tftp-more.json", 326, 280],
])("the samples of TFTP datagrams in %s", (name, count, atLeast) => {
  const file = new URL(`../../../vectors/${name}`, import.meta.url);
  const all = (JSON.parse(readFileSync(file, "utf8")) as { samples: TftpSample[] }).samples;
  const samples = all.filter(({ kind, optional }) => kind !== "netascii" && optional !== true);

  it("are all there", () => {
    expect(all).toHaveLength(count);
    expect(samples.length).toBeGreaterThan(atLeast);
  });

  it.each(samples)("$id $kind", (sample) => {
    expect(checkTftpSample(sample)).toBeUndefined();
  });

  it.each(samples.filter(({ expect }) => expect !== undefined))("$id is encoded as it came", ({ hex }) => {
    const result = decodePacket(fromHex(hex) ?? new Uint8Array());
    expect(result.ok && toHex(encodePacket(result.packet))).toBe(hex);
  });
});
