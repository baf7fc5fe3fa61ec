import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type AddressSample, checkAddressSample } from "./vectors.ts";

describe.each([
  ["pasv-samples.json", 117],
  ["pasv-more.json", 671],
])("the samples of replies and arguments in %s", (name, count) => {
  const file = new URL(`../../../vectors/${name}`, import.meta.url);
  const { samples } = JSON.parse(readFileSync(file, "utf8")) as { samples: AddressSample[] };

  it("are all there", () => {
    expect(samples).toHaveLength(count);
  });

  it.each(samples.filter(({ optional }) => optional !== true))("$id $kind $input", (sample) => {
    expect(checkAddressSample(sample)).toBeUndefined();
  });
});
