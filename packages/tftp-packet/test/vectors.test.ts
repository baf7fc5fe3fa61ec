import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodePacket, encodePacket } from "../src/index.ts";
import { checkTftpSample, fromHex, type TftpSample, toHex } from "./vectors.ts";

const file = new URL("../../../vectors/tftp-samples.json", import.meta.url);
const all = (JSON.parse(readFileSync(file, "utf8")) as { samples: TftpSample[] }).samples;
const samples = all.filter(({ kind, optional }) => kind !== "netascii" && optional !== true);

describe("the samples of TFTP datagrams", () => {
  it("are all there", () => {
    expect(all).toHaveLength(90);
    expect(samples.length).toBeGreaterThan(75);
  });

  it.each(samples)("$id $kind", (sample) => {
    expect(checkTftpSample(sample)).toBeUndefined();
  });

  it.each(samples.filter(({ expect }) => expect !== undefined))("$id is encoded as it came", ({ hex }) => {
    const result = decodePacket(fromHex(hex) ?? new Uint8Array());
    expect(result.ok && toHex(encodePacket(result.packet))).toBe(hex);
  });
});
