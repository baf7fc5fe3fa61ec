import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sentences } from "./sentences.ts";

it("every sentence has the tests that its row names", () => {
  const folder = new URL("../../", import.meta.url);
  const texts = new Map<string, string>();
  for (const [sentence, tests] of Object.entries(sentences)) {
    expect(tests.length, sentence).toBeGreaterThan(0);
    for (const [file, name] of tests) {
      const text = texts.get(file) ?? readFileSync(new URL(file, folder), "utf8");
      texts.set(file, text);
      expect(text.includes(name), `${sentence}: ${file} has no test "${name}"`).toBe(true);
    }
  }
});
