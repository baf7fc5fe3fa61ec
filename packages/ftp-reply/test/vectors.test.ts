import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkReplySample, type ReplySample } from "./vectors.ts";

describe.each([
  ["reply-samples.json", 96],
  ["reply-more.json", 350],
])("the samples of %s", (name, atLeast) => {
  const file = new URL(`../../../vectors/${name}`, import.meta.url);
  const { samples } = JSON.parse(readFileSync(file, "utf8")) as { readonly samples: readonly ReplySample[] };

  it("are there", () => {
    expect(samples.length).toBeGreaterThanOrEqual(atLeast);
  });

  // Optional ones, too: what is disputed is still read in one way, and that way is written down.
  it.each(samples.map((sample) => [`${sample.id} ${sample.kind}`, sample] as const))("%s", (_, sample) => {
    expect(checkReplySample(sample)).toBeUndefined();
  });
});

describe("checkReplySample", () => {
  const check = (sample: Partial<ReplySample>): string | undefined =>
    checkReplySample({ id: "X", kind: "x", ...sample });

  it("tells what does not match", () => {
    const replies = [{ code: 213, lines: ["213 1830"] }];
    expect(check({ raw: "213 1830\r\n", expect: { replies, rest: "", size: 1830 } })).toBeUndefined();
    expect(check({ raw: "213 1830\r\n", expect: { replies, size: 183 } })).toContain("size");
    expect(check({ raw: "213 1831\r\n", expect: { replies } })).toContain("replies");
    expect(check({ raw: "213 1830\r\n", reject: "it is one" })).toContain("taken for a reply");
    expect(check({ raw: "213 1830\r\n213 1\r\n", expect: { replies } })).toContain("replies");
    expect(check({ raw: "213 1830\r\n", expect: { replies, timeError: "no" } })).toBeUndefined();
    expect(check({ raw: "213 1830\r\n", expect: { replies, path: "/" } })).toContain("path");
  });

  it("knows what is left unread", () => {
    const replies = [{ code: 213, lines: ["213 12"] }];
    expect(check({ raw: "213 12\r\n211-a\r\n b", expect: { replies, rest: "211-a\r\n b" } })).toBeUndefined();
    expect(check({ raw: "213 12\r\n\r\n", expect: { replies, rest: "" } })).toBeUndefined();
    expect(check({ raw: "213 12", expect: { replies: [], rest: "213 12" } })).toBeUndefined();
    expect(check({ raw: "213 12", expect: { replies: [], rest: "" } })).toContain("rest");
  });
});
