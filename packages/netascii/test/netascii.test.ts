import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createNetasciiCounter,
  createNetasciiDecoder,
  createNetasciiEncoder,
  type NetasciiDecoderOptions,
  type NetasciiEncoderOptions,
} from "../src/index.ts";
import { bytes, cut, run, text } from "./run.ts";
import { checkNetasciiSample, isNetasciiSample } from "./vectors.ts";

const encoderOptions: readonly NetasciiEncoderOptions[] = (["lf", "crlf"] as const).flatMap((newline) =>
  (["nul", "keep"] as const).map((bareCarriageReturn) => ({ newline, bareCarriageReturn })),
);
const decoderOptions: readonly NetasciiDecoderOptions[] = (["lf", "crlf"] as const).flatMap((newline) =>
  (["keep", "drop"] as const).map((bareCarriageReturn) => ({ newline, bareCarriageReturn })),
);

// The rules once more, on whole texts and in another way: what the transformers are held against.
function encodedBy(options: NetasciiEncoderOptions, local: string): string {
  const bare = options.bareCarriageReturn === "keep" ? "\r" : "\r\0";
  return local.replace(options.newline === "crlf" ? /\r\n|\r|\n/g : /\r|\n/g, (match) =>
    match.endsWith("\n") ? "\r\n" : bare,
  );
}
function decodedBy(options: NetasciiDecoderOptions, wire: string): string {
  const bare = options.bareCarriageReturn === "drop" ? "" : "\r";
  return wire.replace(/\r\n|\r\0|\r/g, (match) => {
    if (match === "\r\n") return options.newline === "crlf" ? "\r\n" : "\n";
    return match === "\r\0" ? "\r" : bare;
  });
}

/** Dense in what matters, with anything in between. */
const letter = fc.oneof(fc.constantFrom("\r", "\n", "\0", "a"), fc.integer({ max: 255, min: 0 }).map(octet));
const anyText = fc.array(letter, { maxLength: 40 }).map((letters) => letters.join(""));
const anyCut = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
function octet(code: number): string {
  return String.fromCharCode(code);
}

describe("encoding", () => {
  test.each([
    ["", "", "an empty text"],
    ["one\ntwo\n", "one\r\ntwo\r\n", "the newline is CR LF"],
    ["a\rb", "a\r\0b", "a CR alone is CR NUL"],
    ["a\r", "a\r\0", "also as the last octet"],
    ["\r\n", "\r\0\r\n", "a local CR LF is a CR and a newline, to the letter"],
    ["\r\r\n\n", "\r\0\r\0\r\n\r\n", "in rows"],
    ["\0\xff", "\0\xff", "nothing else changes"],
  ])("%j is %j: %s", (local, wire) => {
    expect(text(run(createNetasciiEncoder(), [bytes(local)]))).toBe(wire);
  });

  test("a local CR LF goes out as one newline where lines end so", () => {
    const encoder = createNetasciiEncoder({ newline: "crlf" });
    expect(text(run(encoder, [bytes("a\r\nb\nc\rd\r")]))).toBe("a\r\nb\r\nc\r\0d\r\0");
  });

  test("a bare CR stays one where the peer knows no CR NUL", () => {
    const encoder = createNetasciiEncoder({ bareCarriageReturn: "keep" });
    expect(text(run(encoder, [bytes("a\rb\r\n\r")]))).toBe("a\rb\r\r\n\r");
  });

  test("every option, every text, every cut: the rules on the whole text", () => {
    fc.assert(
      fc.property(fc.constantFrom(...encoderOptions), anyText, anyCut, (options, local, lengths) => {
        const expected = encodedBy(options, local);
        const pieces = cut(bytes(local), lengths);
        expect(text(run(createNetasciiEncoder(options), pieces))).toBe(expected);
        expect(lengthOf(bytes(local), options)).toBe(expected.length);
        const counter = createNetasciiCounter(options);
        for (const piece of pieces) counter.push(piece);
        expect(counter.end()).toBe(expected.length);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("decoding", () => {
  test.each([
    ["", "", "nothing"],
    ["one\r\ntwo\r\n", "one\ntwo\n", "CR LF is the newline"],
    ["a\r\0b", "a\rb", "CR NUL is CR"],
    ["a\nb\0c", "a\nb\0c", "LF and NUL alone are kept"],
    ["a\rb", "a\rb", "a bare CR is kept"],
    ["a\r", "a\r", "a bare CR at the end is kept"],
    ["\r\r\n\r\r\0", "\r\n\r\r", "in rows"],
  ])("%j is %j: %s", (wire, local) => {
    expect(text(run(createNetasciiDecoder(), [bytes(wire)]))).toBe(local);
  });

  test("a bare CR is dropped on demand", () => {
    const decoder = createNetasciiDecoder({ bareCarriageReturn: "drop" });
    expect(text(run(decoder, [bytes("a\rb\r\r\n\r\0\r")]))).toBe("ab\n\r");
  });

  test("CR LF stays CR LF where lines end so", () => {
    expect(text(run(createNetasciiDecoder({ newline: "crlf" }), [bytes("a\r\nb\r\0")]))).toBe("a\r\nb\r");
  });

  test("every option, every text, every cut: the rules on the whole text", () => {
    fc.assert(
      fc.property(fc.constantFrom(...decoderOptions), anyText, anyCut, (options, wire, lengths) => {
        expect(text(run(createNetasciiDecoder(options), cut(bytes(wire), lengths)))).toBe(
          decodedBy(options, wire),
        );
      }),
      { numRuns: 5000 },
    );
  });
});

describe("both ways", () => {
  const local = "\r\n\n\ra\r\r\n\n\0\r\0b\r";
  const wire = encodedBy({}, local);

  test("byte by byte and cut at every pair of offsets", () => {
    for (let first = 0; first <= wire.length; first++) {
      for (let second = first; second <= wire.length; second++) {
        const parts = [wire.slice(0, first), wire.slice(first, second), wire.slice(second)].map(bytes);
        expect(text(run(createNetasciiDecoder(), parts))).toBe(local);
        const texts = [local.slice(0, first), local.slice(first, second), local.slice(second)].map(bytes);
        expect(text(run(createNetasciiEncoder(), texts))).toBe(wire);
      }
    }
    expect(text(run(createNetasciiDecoder(), cut(bytes(wire), [1])))).toBe(local);
    expect(text(run(createNetasciiEncoder(), cut(bytes(local), [1])))).toBe(wire);
  });

  test("any octets survive the way there and back, cut anywhere", () => {
    fc.assert(
      fc.property(anyText, anyCut, anyCut, (any, there, back) => {
        const sent = run(createNetasciiEncoder(), cut(bytes(any), there));
        expect(text(run(createNetasciiDecoder(), cut(sent, back)))).toBe(any);
      }),
      { numRuns: 5000 },
    );
  });

  test("a hundred thousand random chunks: what comes out is what the rules say", () => {
    // Marsaglia's xorshift: the same chunks on every machine.
    let seed = 0x9e3779b9;
    const random = (below: number): number => {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      return (seed >>> 0) % below;
    };
    const alphabet = [0, 10, 13, 13, 65, 255];
    let wrong = 0;
    for (let i = 0; i < 100_000; i++) {
      const chunk = Uint8Array.from({ length: random(24) }, () => alphabet[random(alphabet.length)] ?? 0);
      const pieces = cut(chunk, [1 + random(24)]);
      const string = text(chunk);
      if (text(run(createNetasciiDecoder(), pieces)) !== decodedBy({}, string)) wrong += 1;
      if (text(run(createNetasciiEncoder(), pieces)) !== encodedBy({}, string)) wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  test("a transformer can be used again after its end", () => {
    const encoder = createNetasciiEncoder();
    expect(text(run(encoder, [bytes("a\r")]))).toBe("a\r\0");
    expect(text(run(encoder, [bytes("\n")]))).toBe("\r\n");
    const decoder = createNetasciiDecoder();
    expect(text(run(decoder, [bytes("a\r")]))).toBe("a\r");
    expect(text(run(decoder, [bytes("\n")]))).toBe("\n");
  });

  test("what need not change is not copied, and what comes in is never written to", () => {
    const plain = bytes("no newline in here");
    expect(createNetasciiEncoder().push(plain)[0]).toBe(plain);
    expect(createNetasciiDecoder().push(plain)[0]).toBe(plain);
    const unix = bytes("one\ntwo\n");
    expect(createNetasciiDecoder().push(unix)[0]).toBe(unix);
    const dos = bytes("one\r\ntwo\r\n");
    run(createNetasciiEncoder(), [dos]);
    run(createNetasciiDecoder(), [dos]);
    expect(text(dos)).toBe("one\r\ntwo\r\n");
  });

  test("nothing in, nothing out", () => {
    for (const transformer of [createNetasciiEncoder(), createNetasciiDecoder()]) {
      expect(transformer.push(new Uint8Array(0))).toEqual([]);
      expect(transformer.end()).toEqual([]);
    }
  });

  test("CR alone, one octet at a time, holds no more than one octet back", () => {
    const decoder = createNetasciiDecoder();
    const one = bytes("\r");
    let out = 0;
    for (let i = 0; i < 100_000; i++) {
      for (const piece of decoder.push(one)) out += piece.length;
      if (out !== i) break;
    }
    expect(out).toBe(99_999);
  });

  test("the worst text of a megabyte takes no more than twice its size, in seconds at the very most", () => {
    const worst = new Uint8Array(1 << 20).fill(13);
    const began = Date.now();
    const wire = run(createNetasciiEncoder(), [worst]);
    expect(wire.length).toBe(2 * worst.length);
    expect(run(createNetasciiDecoder(), [wire]).length).toBe(worst.length);
    expect(Date.now() - began).toBeLessThan(20_000);
  });
});

const samples = ["tftp-samples.json", "tftp-more.json"].flatMap((name) => {
  const file = new URL(`../../../vectors/${name}`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { samples: readonly unknown[] }).samples
    .filter(isNetasciiSample)
    .filter((sample) => sample.optional !== true);
});

test("the vector files have netascii samples", () => {
  expect(samples.length).toBeGreaterThanOrEqual(24);
});

test.each(samples)("sample $id", (sample) => {
  expect(checkNetasciiSample(sample)).toBeUndefined();
});

function lengthOf(text: Uint8Array, options: NetasciiEncoderOptions): number {
  const counter = createNetasciiCounter(options);
  counter.push(text);
  return counter.end();
}
