import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createLineDecoder,
  decodeLatin1,
  encodeLine,
  encodeTelnetAbort,
  encodeText,
  type LineDecoderOptions,
  type LineEvent,
  NvtEncodeError,
} from "../src/index.ts";
import { bytesOf, createRandom, splitsOf } from "./splits.ts";

/** What `text` (characters are bytes) decodes to; the same however it is cut, or the test fails. */
function decode(text: string, options?: LineDecoderOptions): readonly LineEvent[] {
  const results = [...splitsOf(bytesOf(text))].map((pieces) => {
    const decoder = createLineDecoder(options);
    return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
  });
  const [first = []] = results;
  for (const result of results) expect(result).toEqual(first);
  return first;
}

const line = (text: string): LineEvent => ({ type: "line", text });

describe("the end of a line (RFC 959 §5.3.1, RFC 854)", () => {
  it("is CR LF", () => {
    expect(decode("NOOP\r\n\r\nQUIT\r\n")).toEqual([line("NOOP"), line(""), line("QUIT")]);
  });

  it("may be LF alone, unless that is switched off", () => {
    expect(decode("NOOP\nQUIT\r\n")).toEqual([line("NOOP"), line("QUIT")]);
    expect(decode("NOOP\nQUIT\r\n", { quirks: { acceptBareLineFeed: false } })).toEqual([line("NOOP\nQUIT")]);
  });

  it("is not CR NUL, which is a CR, nor the LF behind it (RFC 2640 §3.1)", () => {
    expect(decode("STOR foo\r\0\nboo.bar\r\n")).toEqual([line("STOR foo\r\nboo.bar")]);
    expect(decode("STOR foo\r\0\r\n")).toEqual([line("STOR foo\r")]);
  });

  it("is not CR alone, which stays in the text", () => {
    expect(decode("NO\rOP\r\r\n")).toEqual([line("NO\rOP\r")]);
  });

  it("is never there before it came", () => {
    expect(decode("213 12")).toEqual([{ type: "unterminated", text: "213 12" }]);
    expect(decode("213 12\r")).toEqual([{ type: "unterminated", text: "213 12\r" }]);
    expect(decode("a\r\n")).toEqual([line("a")]);
  });
});

describe("Telnet (RFC 854, RFC 1123 §4.1.2.12)", () => {
  const answer = (...bytes: number[]): LineEvent => ({
    type: "telnet-answer",
    bytes: Uint8Array.from(bytes),
  });

  it("has every option refused: WILL with DONT, DO with WONT; DONT and WONT need no answer", () => {
    expect(decode("\xff\xfb\x01\xff\xfd\x0a220 \xff\xfe\x03\xff\xfc\x04ok\r\n")).toEqual([
      answer(255, 254, 1),
      answer(255, 252, 10),
      line("220 ok"),
    ]);
  });

  it("gives IP and DM in front of ABOR", () => {
    const abort = decodeLatin1(encodeTelnetAbort());
    expect(decode(`${abort}ABOR\r\n`)).toEqual([{ type: "interrupt" }, { type: "synch" }, line("ABOR")]);
  });

  it("gives ABOR where the urgent byte of the Synch was lost", () => {
    expect(decode("\xff\xf4\xf2ABOR\r\n")).toEqual([{ type: "interrupt" }, line("ABOR")]);
    expect(decode("\xff\xf4\xffABOR\r\n")).toEqual([{ type: "interrupt" }, line("ABOR")]);
    const quirks = { acceptLostUrgentByte: false };
    expect(decode("\xff\xf4\xf2ABOR\r\n", { quirks })).toEqual([{ type: "interrupt" }, line("\udcf2ABOR")]);
  });

  it("leaves a line alone that begins like the rest of a Synch, where there was none", () => {
    expect(decode("\xf2a\r\n\xff\xf4NOOP\r\n\xf2\x80\x80\x80\r\n")).toEqual([
      line("\udcf2a"),
      { type: "interrupt" },
      line("NOOP"),
      line("\u{80000}"),
    ]);
  });

  it("has a doubled IAC stand for one byte, and a lone one before anything but a command too", () => {
    expect(decode("STOR a\xff\xffb\r\n")).toEqual([line("STOR a\udcffb")]);
    expect(decode("STOR a\xffb\xff\r\n")).toEqual([line("STOR a\udcffb\udcff")]);
  });

  it("has other commands ignored, and sub-negotiation taken for data up to the line's end", () => {
    expect(decode("NO\xff\xf1\xff\xf6OP\r\n")).toEqual([line("NOOP")]);
    expect(decode("\xff\xfa\x18xterm\r\nNOOP\r\n")).toEqual([line("\x18xterm"), line("NOOP")]);
  });

  it("stays out of the way of a CR LF that it stands in the middle of", () => {
    expect(decode("NOOP\r\xff\xf1\nQUIT\r\n")).toEqual([line("NOOP"), line("QUIT")]);
  });
});

describe("the length limit", () => {
  const options = { maxLineLength: 5 };
  const tooLong = (text: string): LineEvent => ({ type: "line-too-long", limit: 5, text });

  it("counts the line without its end", () => {
    expect(decode("12345\r\n123456\r\nab\n", options)).toEqual([line("12345"), tooLong("12345"), line("ab")]);
  });

  it("reports an overlong line once, and at once", () => {
    const decoder = createLineDecoder(options);
    expect(decoder.push(bytesOf("123456"))).toEqual([tooLong("12345")]);
    for (let round = 0; round < 1000; round++) expect(decoder.push(bytesOf("x".repeat(100)))).toEqual([]);
    expect(decoder.pending).toBeLessThan(10);
    expect(decoder.push(bytesOf("\r\nNOOP\r\n"))).toEqual([line("NOOP")]);
  });

  it("knows the end of an overlong line by the same rules", () => {
    expect(decode("1234567\r\0\n89\r\nNOOP\r\n", options)).toEqual([tooLong("12345"), line("NOOP")]);
    const strict = { ...options, quirks: { acceptBareLineFeed: false } };
    expect(decode("1234567\n89\r\nNOOP\r\n", strict)).toEqual([tooLong("12345"), line("NOOP")]);
  });

  it("counts a doubled IAC once", () => {
    expect(decode("\xff\xff234\xff\xff\r\n", options)).toEqual([line("\udcff234\udcff")]);
  });

  it("bounds what is held, byte by byte and in pieces", () => {
    for (const piece of ["x", "x".repeat(1000)]) {
      const decoder = createLineDecoder({ maxLineLength: 4096 });
      let most = 0;
      for (let round = 0; round < 10_000 / piece.length; round++) {
        decoder.push(bytesOf(piece));
        most = Math.max(most, decoder.pending);
      }
      expect(most).toBeLessThanOrEqual(4098);
    }
  });
});

describe("the decoder's state", () => {
  it("is as new after reset and end: nothing from before TLS is read inside it", () => {
    const decoder = createLineDecoder();
    decoder.push(bytesOf("USER mallory\xff"));
    expect(decoder.pending).toBe(13);
    decoder.reset();
    expect(decoder.pending).toBe(0);
    expect(decoder.push(bytesOf("NOOP\r\n"))).toEqual([line("NOOP")]);
    decoder.push(bytesOf("half"));
    expect(decoder.end()).toEqual([{ type: "unterminated", text: "half" }]);
    expect(decoder.end()).toEqual([]);
    expect(decoder.push(bytesOf("\n"))).toEqual([line("")]);
  });

  it("does not alias the chunk, which its owner may fill again", () => {
    const decoder = createLineDecoder();
    const chunk = bytesOf("NOOP");
    decoder.push(chunk);
    chunk.fill(0x58);
    expect(decoder.push(bytesOf("\r\n"))).toEqual([line("NOOP")]);
  });

  it("takes another charset for the text", () => {
    expect(decode("STOR \xe9\r\n", { decode: decodeLatin1 })).toEqual([line("STOR é")]);
    expect(decode("STOR \xc3\xa9\xe9\r\n")).toEqual([line("STOR é\udce9")]);
  });
});

describe("encodeLine", () => {
  it("ends in CR LF and doubles 0xFF", () => {
    expect(encodeLine("STOR é\udcff")).toEqual(bytesOf("STOR \xc3\xa9\xff\xff\r\n"));
  });

  it("refuses what would cut the line in two", () => {
    for (const text of ["a\rb", "a\nb", "a\0b"]) {
      try {
        encodeLine(text);
        expect.unreachable();
      } catch (error) {
        expect(NvtEncodeError.isInstance(error) && error.code).toBe("line-break");
        expect(String(error)).toContain("line-break: CR, LF or NUL at 1");
      }
    }
    expect(NvtEncodeError.isInstance(new Error("no"))).toBe(false);
    expect(NvtEncodeError.isInstance(undefined)).toBe(false);
  });

  it("is what the decoder undoes", () => {
    // Any bytes but CR, LF and NUL; a line that begins with 0xF2 or 0xFF is what a lost urgent byte looks like.
    const name = fc
      .uint8Array({ maxLength: 40 })
      .map((bytes) => bytes.filter((byte) => byte !== 0 && byte !== 10 && byte !== 13))
      .map((bytes) => `STOR ${new TextDecoder("latin1").decode(bytes)}`);
    fc.assert(
      fc.property(name, (text) => {
        expect(createLineDecoder().push(encodeLine(text))).toEqual([line(text)]);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = `STOR ${[...decodeLatin1(bytes)].filter((c) => !/[\r\n\0]/.test(c)).join("")}`;
        const encode = (latin1: string): Uint8Array => bytesOf(latin1);
        expect(createLineDecoder({ decode: decodeLatin1 }).push(encodeLine(text, encode))).toEqual([
          line(text),
        ]);
      }),
    );
  });
});

describe("hostile bytes", () => {
  it("give events, never a throw, and the same ones when they are cut (100,000 inputs by seed)", () => {
    const random = createRandom(0x4e5654);
    const marks = "\r\n\0\xff\xf2\xf4\xfa\xfb\xfc\xfd\xfe\xf0\xc3\xa9\xed\xa0\x80\xf0\x9f\x98\x80 A1-";
    for (let round = 0; round < 100_000; round++) {
      let text = "";
      for (let length = random(24); length > 0; length--)
        text += random(4) === 0 ? String.fromCharCode(random(256)) : marks.charAt(random(marks.length));
      const options = {
        maxLineLength: random(3) === 0 ? 6 : 4096,
        quirks: { acceptBareLineFeed: random(2) === 0, acceptLostUrgentByte: random(2) === 0 },
      };
      const bytes = bytesOf(text);
      const whole = createLineDecoder(options);
      const expected = [...whole.push(bytes), ...whole.end()];
      if (round % 4 !== 0) continue;
      const cut = createLineDecoder(options);
      const at = random(bytes.length + 1);
      const actual = [...cut.push(bytes.subarray(0, at)), ...cut.push(bytes.subarray(at)), ...cut.end()];
      const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
      if (a !== b) expect.fail(`${JSON.stringify(text)} cut at ${at}: ${a} instead of ${b}`);
    }
  });

  it("take work that grows with their length, not faster", () => {
    // Each of these is the worst for one of the searches. Quadratic work on 128 KiB would take minutes.
    for (const unit of [
      "\n",
      "\r\0\n",
      "\r",
      "\xff\xf1",
      "\xff",
      "\xff\xfa",
      "\xe2\x82",
      "x",
      "a\xff\xfb\x01",
    ]) {
      for (const acceptBareLineFeed of [true, false]) {
        const decoder = createLineDecoder({ quirks: { acceptBareLineFeed } });
        const chunk = bytesOf(unit.repeat((1 << 17) / unit.length));
        const start = performance.now();
        decoder.push(chunk);
        decoder.end();
        expect(performance.now() - start).toBeLessThan(10_000);
        for (const byte of chunk.subarray(0, 5_000)) decoder.push(Uint8Array.of(byte));
        expect(performance.now() - start).toBeLessThan(15_000);
      }
    }
  });

  it("lose nothing: the lines hold every byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const body = bytes.filter((byte) => byte !== 10 && byte !== 13 && byte < 240);
        const decoder = createLineDecoder();
        const [event] = decoder.push(Uint8Array.of(...body, 13, 10));
        expect(event?.type === "line" && encodeText(event.text)).toEqual(body);
      }),
    );
  });
});
