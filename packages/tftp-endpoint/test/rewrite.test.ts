import { describe, expect, it } from "vitest";
import { parseRewriteRules, type RewriteSubject, rewriteName } from "../src/index.ts";
import { compilePattern } from "../src/rewrite/pattern.ts";
import { random } from "./random.ts";

/** What rules make of a name; `!message` for a refusal. */
function made(rules: string, filename: string, subject: Partial<RewriteSubject> = {}): string {
  const parsed = parseRewriteRules(rules);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.message}`);
  const done = rewriteName(parsed.rules, { operation: "read", address: "192.0.2.1", ...subject, filename });
  return done.type === "name" ? done.filename : `!${done.message}`;
}

function complaint(rules: string): string {
  const parsed = parseRewriteRules(rules);
  return parsed.ok ? "none" : `${parsed.line}: ${parsed.message}`;
}

describe("filename rewriting rules", () => {
  it.each([
    ["replace ^/tftpboot/ /", "/tftpboot/x", "/x"],
    ["replace o 0", "foo", "f0o"],
    ["replace-all o 0", "foo", "f00"],
    ["replace-all \\\\ /", "boot\\x86\\a", "boot/x86/a"],
    ["replace-all x* -", "abc", "-a-b-c-"],
    ["replace ^(.*)\\.CFG$ $(1:lower).cfg", "A/B.CFG", "a/b.cfg"],
    ["replace -ignore-case ^pxelinux\\.0$ p.0", "PXELinux.0", "p.0"],
    ["replace ^config$ $(address:hex)/$(address)/$$1", "config", "C0000201/192.0.2.1/$1"],
    ["replace ^(a)(b)?$ '$2 $(1:upper)'", "a", " A"],
    ["# nothing\n\nreplace a b\r\nreplace b c", "a", "c"],
    ["replace -last a b\nreplace b c", "a", "b"],
    ["stop ^a\nreplace . x", "abc", "abc"],
    ["replace -write a b", "a", "a"],
    ["replace -read a b", "a", "b"],
    ["replace -from 192.0.2.0/24 a b\nreplace -from 2001:db8::/32 b c", "a", "b"],
    ["refuse -read \\.key$", "a.key", "!Access violation"],
    ["refuse \\.key$ 'Not yours: $0'", "a.key", "!Not yours: .key"],
    ["replace . $0$0$0$0\n".repeat(6), "x".repeat(400), `${"x".repeat(418)}`],
  ])("%j make of %j %j", (rules, before, after) => {
    expect(made(rules, before)).toBe(after);
  });

  it("tell which of them did what, by line", () => {
    const parsed = parseRewriteRules("# first\nreplace a b\nreplace x y\nstop b");
    if (!parsed.ok) throw new Error(parsed.message);
    expect(rewriteName(parsed.rules, { filename: "a", operation: "read", address: "::1" })).toEqual({
      type: "name",
      filename: "b",
      steps: [
        { line: 2, action: "replace", before: "a", after: "b" },
        { line: 4, action: "stop", before: "b", after: "b" },
      ],
    });
  });

  it("know the client's network and address, of either family", () => {
    const rules = "replace -from 2001:db8::/32 ^ $(address:hex)/";
    expect(made(rules, "f", { address: "2001:db8::1" })).toBe("20010DB8000000000000000000000001/f");
    expect(made(rules, "f", { address: "fe80::1%eth0" })).toBe("f");
    expect(made("replace -from 192.0.2.0/24 f g", "f", { address: "::ffff:192.0.2.9" })).toBe("g");
  });

  it.each([
    ["replace a", '1: replace needs a text; write "" for none'],
    ["\nchange a b", "2: there is no change; there are replace, replace-all, refuse, stop"],
    ["replace -quickly a b", "1: there is no -quickly; write [-] for a pattern that begins so"],
    ["replace a b c", '1: there is more than one text; put it into quotes: "b c…"'],
    ["replace 'a b", "1: the quote ' is not closed"],
    ["stop a b", "1: stop takes a pattern alone"],
    ["replace -from home a b", "1: home is no network; write it as 192.0.2.0/24"],
    ["replace a $x", expect.stringContaining("1: $ stands for nothing")],
    ["replace a $(address:HEX)", expect.stringContaining("stands for nothing")],
    ...[
      "(a",
      "a)",
      "[a",
      "*a",
      "a**",
      "(?=a)",
      "(a)\\1",
      "[z-a]",
      "a{3,1}",
      "a{9999}",
      "((a{30}){30}){30}",
    ].map((pattern) => [`replace ${pattern} b`, expect.stringMatching(/^1: .+ is no pattern: .+: `.+`$/)]),
    ["replace a{900}b{900} b", "1: it is too large; use fewer and smaller {…}"],
    ["replace a{900} b\n".repeat(5), "5: all patterns together are too large"],
  ])("%j are refused, with the line and what to write", (rules, message) => {
    expect(complaint(rules)).toEqual(message);
  });
});

describe("a pattern", () => {
  it("finds what an ordinary regular expression finds", () => {
    const dice = random(11);
    const pick = (from: readonly string[]): string => from[Math.floor(dice() * from.length)] ?? "";
    const atoms = [
      "a",
      "b",
      ".",
      "[ab]",
      "[^a]",
      "\\w",
      "\\D",
      "(a)",
      "(b|a)",
      "(?:ab|a|)",
      "(a*)",
      "(?:a|b)*?",
    ];
    const counts = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,}", "{0,2}?"];
    let compared = 0;
    for (let round = 0; round < 3000; round++) {
      let source = dice() < 0.2 ? "^" : "";
      for (let length = 1 + Math.floor(dice() * 4); length > 0; length--) {
        const atom = pick(atoms);
        source += atom + (/[*?]$/.test(atom) ? "" : pick(counts));
      }
      if (dice() < 0.2) source += "$";
      const text = Array.from({ length: Math.floor(dice() * 8) }, () => pick(["a", "b", "c", "0"])).join("");
      const expected = new RegExp(source).exec(text);
      const found = compilePattern(source).search(text);
      expect([found?.start, found?.groups[0]], `${source} in ${text}`).toEqual([
        expected?.index,
        expected?.[0],
      ]);
      compared++;
    }
    expect(compared).toBe(3000);
  });

  it("takes time in proportion to the text, where a backtracking one would not end", () => {
    const evil = ["(a*)*b", "(a|aa)+$", "(.*)*x", "a*a*a*a*a*a*b", "(?:a?){20}a{20}b"];
    for (const source of evil) {
      const pattern = compilePattern(source);
      const text = "a".repeat(2000);
      // Each would take longer than anybody lives.
      expect(pattern.search(`${text}!`), source).toBeUndefined();
      expect(pattern.size, source).toBeLessThan(100);
    }
  });
});
