import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkListingSample, type ListingSample } from "./vectors.ts";

const file = new URL("../../../../shared/vectors/listing-samples.json", import.meta.url);
const { samples } = JSON.parse(readFileSync(file, "utf8")) as { readonly samples: readonly ListingSample[] };

describe("listing-samples.json", () => {
  it("holds samples", () => {
    expect(samples.length).toBeGreaterThan(400);
  });

  it.each(samples.filter(({ optional }) => optional !== true).map((sample) => [sample.id, sample] as const))(
    "%s",
    (_, sample) => {
      expect(checkListingSample(sample)).toBeUndefined();
    },
  );
});

describe("checkListingSample", () => {
  const sample = samples.find(({ id }) => id === "L001");

  it.each([
    ["name", "another"],
    ["type", "file"],
    ["size", 8],
    ["owner", null],
    ["when", "--01-26T00:17"],
    ["date", "Jan 25"],
    ["links", 2],
    ["target", null],
    ["neverHeardOf", 1],
  ])("tells a wrong %s", (key, value) => {
    expect(sample).toBeDefined();
    if (sample === undefined) return;
    const wrong = { ...sample, expect: { ...sample.expect, [key]: value } };
    expect(checkListingSample(wrong)).toContain(key);
  });

  it("tells a wrong outcome", () => {
    if (sample === undefined) return;
    expect(checkListingSample({ ...sample, outcome: "reject" })).toContain("rejected");
    expect(checkListingSample({ ...sample, outcome: "skip" })).toContain("passed over");
    expect(checkListingSample({ ...sample, line: "nonsense" })).toContain("one entry");
  });
});
