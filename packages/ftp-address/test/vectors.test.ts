import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type AddressSample, checkAddressSample } from "./vectors.ts";

const file = new URL("../../../vectors/pasv-samples.json", import.meta.url);
const { samples } = JSON.parse(readFileSync(file, "utf8")) as { samples: AddressSample[] };

describe("the samples of PASV, EPSV and LPSV replies and of PORT, EPRT, LPRT and EPSV arguments", () => {
  it("are all there", () => {
    expect(samples).toHaveLength(117);
  });

  it.each(samples.filter(({ optional }) => optional !== true))("$id $kind $input", (sample) => {
    expect(checkAddressSample(sample)).toBeUndefined();
  });
});
