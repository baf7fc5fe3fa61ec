import { describe, expect, it } from "vitest";
import {
  parseEprt,
  parseEpsv,
  parseEpsvReply,
  parseHost,
  parseLprt,
  parseLpsvReply,
  parsePasvReply,
  parsePort,
} from "../src/index.ts";

const valid = {
  parsePort: "192,0,2,1,4,1",
  parsePasvReply: "227 Entering Passive Mode (192,0,2,1,4,1).",
  parseEprt: "|2|2001:db8::1|1025|",
  parseEpsv: "ALL",
  parseEpsvReply: "229 Entering Extended Passive Mode (|||1025|)",
  parseLprt: "4,4,192,0,2,1,2,4,1",
  parseLpsvReply: "228 Entering Long Passive Mode (6,16,32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1,2,4,1)",
};
const parsers = {
  parsePort,
  parsePasvReply,
  parseEprt,
  parseEpsv,
  parseEpsvReply,
  parseLprt,
  parseLpsvReply,
};
const names = Object.keys(parsers) as (keyof typeof parsers)[];
const alphabet = [...'0123456789,,,, .:|!()[]=-+/%@#\\\t\r\n\0xaAfFé４\ud800"'];

describe("whatever comes in, a result or a typed error goes out", () => {
  it.each(names)("%s: 100,000 inputs", (name) => {
    const random = generator(959);
    const parse = parsers[name];
    let accepted = 0;
    for (let run = 0; run < 100_000; run++) {
      const result = parse(mutate(valid[name], random));
      if (result.ok) {
        accepted++;
        if ("port" in result && !(result.port >= 1 && result.port <= 65535)) throw new Error("a wrong port");
        if ("host" in result && result.host && parseHost(result.host)?.host !== result.host)
          throw new Error(`${result.host} is not in canonical text`);
      } else if (!/^(syntax|host|port|family)$/.test(result.error.code)) throw new Error("an unknown code");
    }
    // Both answers are really reached.
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(99_000);
  });

  it.each(names)("%s: cut at each place it is refused, and with the rest it is read", (name) => {
    const text = valid[name];
    // A list of numbers is whole where its last digit stands; a number of one digit cannot be cut.
    const whole = name.startsWith("parseP") || name.startsWith("parseL") ? text.search(/\D*$/) : text.length;
    for (let cut = 1; cut <= text.length; cut++)
      expect([cut, parsers[name](text.slice(0, cut)).ok]).toEqual([cut, cut >= whole]);
  });
});

describe("work stays linear", () => {
  const size = 200_000;
  it.each([
    ["digits", "1"],
    ["short numbers", "1,"],
    ["short numbers with blanks", "1, "],
    ["commas", ","],
    ["opening parentheses", "("],
    ["delimiters", "|"],
    ["numbers as delimiters", "(11"],
    ["groups", "1:"],
    ["colons", ":"],
    ["dots", "1."],
    ["blanks after a comma", "1,          "],
    ["fields", "(|1|1"],
  ])("200,000 octets of %s", (_, unit) => {
    const filler = unit.repeat(size / unit.length);
    // A quadratic pattern would take minutes here, so the bound can be generous.
    const started = performance.now();
    for (const name of names) {
      parsers[name](filler);
      parsers[name](`${valid[name].slice(0, 4)}${filler}x`);
    }
    parseHost(filler);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

/** A valid text with up to four characters changed, left out, put in or doubled; now and then plain rubbish. */
function mutate(text: string, random: () => number): string {
  const pick = (): string => alphabet[Math.floor(random() * alphabet.length)] ?? "";
  if (random() < 0.1) return Array.from({ length: Math.floor(random() * 40) }, pick).join("");
  let result = text;
  for (let count = Math.floor(random() * 4) + 1; count > 0; count--) {
    const at = Math.floor(random() * (result.length + 1));
    const keep = random();
    const middle =
      keep < 0.3 ? pick() : keep < 0.6 ? pick() + result.charAt(at) : keep < 0.8 ? "" : result.slice(at);
    result = result.slice(0, at) + middle + result.slice(at + 1);
  }
  return result;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
