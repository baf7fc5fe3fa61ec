import { describe, expect, it } from "vitest";
import { monthsOf } from "../src/month.ts";
import { monthNames } from "../src/month-names.ts";

const languages = Object.entries(monthNames).map(
  ([language, names]) => [language, names.split("|")] as const,
);

describe("months", () => {
  it.each(languages)("of %s are known in any case, with and without a dot", (_, names) => {
    expect(names).toHaveLength(12);
    for (const [index, spellings] of names.entries()) {
      for (const spelling of spellings.split(" ")) {
        for (const form of [spelling, `${spelling}.`, `${spelling},`, spelling.toUpperCase()])
          expect(monthsOf(form), form).toContain(index + 1);
      }
    }
  });

  it("that languages disagree about are told with both readings", () => {
    expect(monthsOf("lis")).toEqual([11, 10]);
    expect(monthsOf("jui")).toEqual([7]);
    expect(monthsOf("Jan")).toEqual([1]);
  });

  const words: readonly (readonly [string, readonly number[], string])[] = [
    ["f\udce9v", [2], "ISO 8859-1"],
    ["d\udc82c.", [12], "IBM 850"],
    ["m\udce4r", [3], "ISO 8859-1"],
    ["\udcc4\udcc5\udccb", [12], "KOI8-R"],
    ["\udced\udcee\udcff", [11], "Windows-1251"],
    ["\udcae\udcaa\udce2", [10], "IBM 866"],
    ["\udcdd\udcde\udcef", [11], "ISO 8859-5"],
    ["\udcc9\udce1\udced", [1], "ISO 8859-7"],
    ["\udcf0\udcee\udcff", [], "none of them"],
  ];

  it.each(words)("%j is %j in %s", (word, months) => {
    expect(monthsOf(word)).toEqual(months);
  });

  it.each([["x"], ["Foo"], ["1"], [""], ["januarily"], ["a".repeat(100)], ["__proto__"], ["constructor"]])(
    "%s is none",
    (word) => {
      expect(monthsOf(word)).toEqual([]);
    },
  );
});
