import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkListingSample, type ListingSample } from "./vectors.ts";

const files = ["listing-samples.json", "listing-more.json"].map((name) => ({
  name,
  samples: samplesOf(name),
}));

function samplesOf(name: string): readonly ListingSample[] {
  const file = new URL(`../../../vectors/${name}`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly samples: readonly ListingSample[] }).samples;
}

describe.each(files)("$name", ({ samples }) => {
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
  const sample = files[0]?.samples.find(({ id }) => id === "L001");

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
