import { describe, expect, it } from "vitest";
import { parseLine, quoteWord, unfinishedWord } from "../src/shell/line.ts";

/** The words of each command, or what is wrong. */
function read(line: string): unknown {
  const result = parseLine(line);
  if (!result.ok) return result.message;
  return result.statements.map((statement) =>
    statement.type === "shell" ? `!${statement.text}` : statement.words.map(({ text }) => text),
  );
}

function patterns(line: string): readonly (string | undefined)[] {
  const result = parseLine(line);
  if (!result.ok) throw new Error(result.message);
  return result.statements.flatMap((statement) =>
    statement.type === "shell" ? [] : statement.words.map(({ pattern }) => pattern),
  );
}

describe("a line", () => {
  it.each([
    ["", []],
    ["   \t ", []],
    ["ls", [["ls"]]],
    ["  get  a   b ", [["get", "a", "b"]]],
    ['get "a b" c', [["get", "a b", "c"]]],
    ["get 'a \"b' c", [["get", 'a "b', "c"]]],
    ["get a\\ b", [["get", "a b"]]],
    ['get "a \\"b\\" \\\\ \\n"', [["get", 'a "b" \\ \\n']]],
    ['get a"b c"d', [["get", "ab cd"]]],
    ['put ""', [["put", ""]]],
    ["cd a; get b;;ls", [["cd", "a"], ["get", "b"], ["ls"]]],
    ["cd a\nget b\r\nls", [["cd", "a"], ["get", "b"], ["ls"]]],
    ["get 'a;b' c\\;d", [["get", "a;b", "c;d"]]],
    ["!ls -l; pwd", ["!ls -l; pwd"]],
    ["ls; !date\nls", [["ls"], "!date", ["ls"]]],
    ["!", ["!"]],
    ["# nothing; ls\nls # x", [["ls", "#", "x"]]],
    ["get a#b !c", [["get", "a#b", "!c"]]],
    ["? get", [["?", "get"]]],
  ])("%j", (line, words) => expect(read(line)).toEqual(words));

  it("takes the version of an OpenVMS file for a part of its name", () => {
    expect(read("get LOGIN.COM;3 x; ls")).toEqual([["get", "LOGIN.COM;3", "x"], ["ls"]]);
    expect(read("get a;3b")).toEqual([["get", "a"], ["3b"]]);
    expect(read("ls ;3")).toEqual([["ls"], ["3"]]);
  });

  it.each([
    ['get "a', /a " is not closed/],
    ["get 'a b", /a ' is not closed/],
    ["get a\\", /behind the \\/],
    ['get "a\\', /a " is not closed/],
    ['get "a\\"', /a " is not closed/],
  ])("%j is told", (line, message) => expect(read(line)).toMatch(message));

  it("behind - may fail", () => {
    const result = parseLine("-mkdir a; ls -l; - x");
    expect(result.ok && result.statements.map(({ mayFail }) => mayFail)).toEqual([true, false, false]);
    expect(read("-mkdir a; ls -l")).toEqual([
      ["mkdir", "a"],
      ["ls", "-l"],
    ]);
  });

  it("has wildcards only where nobody quoted them", () => {
    expect(patterns("mget *.txt 'b*' c\\* \"d?\" e[12] {f,g} plain a(b)* [!x]")).toEqual([
      undefined,
      "*.txt",
      undefined,
      undefined,
      undefined,
      "e[12]",
      "{f,g}",
      undefined,
      "a(b)*",
      "[!x]",
    ]);
    expect(patterns("mget 'a b['*")).toEqual([undefined, "a b\\[*"]);
  });

  it("is read in linear time", () => {
    for (const part of ["\\", '"', "';", " ;3", '"\\', "a\\ "]) {
      const line = part.repeat(10_000);
      const started = performance.now();
      parseLine(line);
      unfinishedWord(line);
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });
});

describe("a word", () => {
  const names = [
    "plain",
    "a b",
    "it's",
    'say "x"',
    "back\\slash",
    "a;b",
    "*",
    "?x",
    "[x]",
    "-r",
    "!x",
    "#x",
    "",
  ];
  it.each(names)("%j is read as it was quoted", (name) => {
    expect(read(`get ${quoteWord(name)}`)).toEqual([["get", name]]);
    expect(patterns(`get ${quoteWord(name)}`)).toEqual([undefined, undefined]);
    expect(read(`get ${quoteWord(name, '"')}"`)).toEqual([["get", name]]);
    if (!name.includes("'")) expect(read(`get ${quoteWord(name, "'")}'`)).toEqual([["get", name]]);
  });
});

describe("the word under the cursor", () => {
  it.each([
    ["", { before: [], text: "", raw: "", open: "" }],
    ["ge", { before: [], text: "ge", raw: "ge", open: "" }],
    ["get ", { before: ["get"], text: "", raw: "", open: "" }],
    ["get a\\ b", { before: ["get"], text: "a b", raw: "a\\ b", open: "" }],
    ['get "a b', { before: ["get"], text: "a b", raw: '"a b', open: '"' }],
    ["get 'a b", { before: ["get"], text: "a b", raw: "'a b", open: "'" }],
    ['get "a b"', { before: ["get"], text: "a b", raw: '"a b"', open: "" }],
    ["cd x; get a b", { before: ["get", "a"], text: "b", raw: "b", open: "" }],
    ["cd x;", { before: [], text: "", raw: "", open: "" }],
    ["-get a", { before: ["get"], text: "a", raw: "a", open: "" }],
  ])("of %j", (line, word) => expect(unfinishedWord(line)).toEqual(word));

  it.each(["!ls a", "# a"])("is nobody's in %j", (line) => expect(unfinishedWord(line)).toBeUndefined());
});
