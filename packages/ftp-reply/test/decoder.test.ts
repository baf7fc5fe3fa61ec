import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createReplyDecoder,
  encodeReply,
  formatReply,
  matchesReply,
  ReplyDecodeError,
  type ReplyDecoderOptions,
  ReplyEncodeError,
  type ReplyEvent,
  reply,
} from "../src/index.ts";
import { bytesOf, createRandom, splitsOf } from "./splits.ts";

/** What `text` (characters are bytes) decodes to, in short; the same however it is cut, or the test fails. */
function decode(text: string, options?: ReplyDecoderOptions): readonly unknown[] {
  const results = [...splitsOf(bytesOf(text))].map((pieces) => {
    const decoder = createReplyDecoder(options);
    return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()].map(inShort);
  });
  const [first = []] = results;
  for (const result of results) expect(result).toEqual(first);
  return first;
}

function inShort(event: ReplyEvent): unknown {
  if (event.type === "malformed") return event.error.code;
  if (event.type === "telnet-answer") return Array.from(event.bytes);
  const { code, lines } = event.reply;
  return event.isAmbiguous ? [code, ...lines, "ambiguous"] : [code, ...lines];
}

describe("replies (RFC 959 §4.2)", () => {
  it("end where the line ends, never before: 213 12|34567", () => {
    expect(decode("213 1234567\r\n")).toEqual([[213, "1234567"]]);
    expect(decode("213 12")).toEqual(["unterminated"]);
    expect(decode("211-Features:\r\n SIZE\r\n211 En")).toEqual(["unterminated"]);
    expect(decode("211-Features:\r\n SIZE\r\n")).toEqual(["unterminated"]);
  });

  it("of several lines end at the same code and a blank, whatever stands between", () => {
    expect(decode("220-a\r\n550 no\r\n220-b\r\n 220 c\r\n2200 d\r\n\r\n220 e\r\n")).toEqual([
      [220, "a", "550 no", "220-b", " 220 c", "2200 d", "", "e"],
    ]);
  });

  it("of several lines may begin and end without a text", () => {
    expect(decode("230-\r\n230-x\r\n230 \r\n")).toEqual([[230, "", "230-x", ""]]);
  });

  it("come with their last line as sent", () => {
    const [event] = createReplyDecoder().push(bytesOf("211-A\r\n B\r\n211 C\r\n"));
    expect(event).toEqual({
      type: "reply",
      reply: { code: 211, lines: ["A", " B", "C"] },
      lastLine: "211 C",
      isAmbiguous: false,
    });
    const [loose] = createReplyDecoder().push(bytesOf("230\r\n"));
    expect(loose).toMatchObject({ reply: { code: 230, lines: [""] }, lastLine: "230" });
  });

  it("may come several in a segment: 120 then 220, 150 then 226", () => {
    expect(decode("120 in 5 minutes\r\n220 hi\r\n150 a\r\n226 b\r\n")).toEqual([
      [120, "in 5 minutes"],
      [220, "hi"],
      [150, "a"],
      [226, "b"],
    ]);
  });

  it("keep bytes that are no UTF-8, and UTF-8 that is cut inside a character", () => {
    expect(decode('257 "/caf\xc3\xa9\xe9"\r\n')).toEqual([[257, '"/café\udce9"']]);
    expect(decode("230 a\0b\r\n")).toEqual([[230, "a\0b"]]);
  });

  it("may have Telnet commands in front and inside", () => {
    expect(decode("\xff\xfd\x03\xff\xfb\x01220 hi\r\n")).toEqual([
      [255, 252, 3],
      [255, 254, 1],
      [220, "hi"],
    ]);
    expect(decode("22\xff\xf10 hi\r\n")).toEqual([[220, "hi"]]);
  });

  it("the rest of a Synch is looked for in the next line alone, also where that comes in a chunk of its own", () => {
    const decoder = createReplyDecoder();
    const events = ["\xff\xf4", "220 hi\r\n", "\xf2220 b\r\n"].flatMap((text) => decoder.push(bytesOf(text)));
    expect(events.map(inShort)).toEqual([[220, "hi"], "no-code"]);
  });
});

describe("quirks", () => {
  it("acceptLooseForm: a code alone, or with a tab", () => {
    expect(decode("230\r\n230\tin\r\n200-a\r\n200\r\n")).toEqual([
      [230, ""],
      [230, "in"],
      [200, "a", ""],
    ]);
    const quirks = { acceptLooseForm: false };
    expect(decode("230\r\n230\tin\r\n200-a\r\n200\r\n200 b\r\n", { quirks })).toEqual([
      "no-code",
      "no-code",
      [200, "a", "200", "b"],
    ]);
  });

  it("acceptLooseForm: empty lines between replies", () => {
    expect(decode("\r\n220 one\r\n\r\n\n220 two\r\n")).toEqual([
      [220, "one"],
      [220, "two"],
    ]);
    expect(decode("\r\n220 one\r\n", { quirks: { acceptLooseForm: false } })).toEqual([
      "no-code",
      [220, "one"],
    ]);
  });

  it("endAtAnyCode: glFTPd's 230- that ends in 250, and says so", () => {
    const quirks = { endAtAnyCode: true };
    expect(decode("230-Welcome\r\n250 done\r\n200 next\r\n", { quirks })).toEqual([
      [230, "Welcome", "done", "ambiguous"],
      [200, "next"],
    ]);
    expect(decode("230-a\r\n250-b\r\n230 c\r\n", { quirks })).toEqual([[230, "a", "250-b", "c"]]);
  });

  it("acceptBareLineFeed is the NVT's", () => {
    expect(decode("220 a\n220 b\r\n")).toEqual([
      [220, "a"],
      [220, "b"],
    ]);
    expect(decode("220 a\n220 b\r\n", { quirks: { acceptBareLineFeed: false } })).toEqual([
      [220, "a\n220 b"],
    ]);
  });
});

describe("what is no reply", () => {
  it("is a value with a name, and costs itself alone", () => {
    expect(decode("SSH-2.0-OpenSSH_9.2\r\n")).toEqual(["ssh-greeting"]);
    expect(decode("HTTP/1.1 400 Bad Request\r\n")).toEqual(["http-greeting"]);
    expect(decode("2200 Ready\r\n220_Ready\r\nhello\r\n22\r\n220 ok\r\n")).toEqual([
      "no-code",
      "no-code",
      "no-code",
      "no-code",
      [220, "ok"],
    ]);
    expect(decode("099 a\r\n700 b\r\n700-c\r\n699 d\r\n100 e\r\n")).toEqual([
      "code-out-of-range",
      "code-out-of-range",
      "code-out-of-range",
      [699, "d"],
      [100, "e"],
    ]);
  });

  it("says what it was", () => {
    const [event] = createReplyDecoder().push(bytesOf("* PREAUTH\x07\r\n"));
    const error = event?.type === "malformed" ? event.error : undefined;
    expect(ReplyDecodeError.isInstance(error)).toBe(true);
    expect(error?.line).toBe("* PREAUTH\x07");
    expect(error?.message).toBe('no-code: "* PREAUTH\\u0007"');
    expect(ReplyDecodeError.isInstance(undefined)).toBe(false);
    expect(ReplyEncodeError.isInstance(error)).toBe(false);
  });
});

describe("limits", () => {
  it("an overlong line is malformed, and so is the reply that it stands in, once", () => {
    const options = { maxLineLength: 8 };
    expect(decode("220 12345\r\n220 ok\r\n", options)).toEqual(["line-too-long", [220, "ok"]]);
    expect(decode("220-a\r\n123456789\r\n123456789\r\nb\r\n220 c\r\n200 ok\r\n", options)).toEqual([
      "line-too-long",
      [200, "ok"],
    ]);
    // The overlong line may be the first or the last of its reply: the next one is read all the same.
    expect(decode("220-56789\r\nb\r\n220 c\r\n200 ok\r\n", options)).toEqual(["line-too-long", [200, "ok"]]);
    expect(decode("220-a\r\n220 56789\r\n200 ok\r\n", options)).toEqual(["line-too-long", [200, "ok"]]);
  });

  it("a reply of too many lines or characters is malformed at once and followed to its end (RFC 1123 §4.1.2.11)", () => {
    for (const options of [{ maxLines: 3 }, { maxReplyLength: 20 }]) {
      expect(decode("220-1\r\n2345\r\n345678\r\n4\r\n220 5\r\n200 ok\r\n", options)).toEqual([
        "reply-too-long",
        [200, "ok"],
      ]);
    }
    expect(decode("220-1\r\n2\r\n220 3\r\n", { maxLines: 3 })).toEqual([[220, "1", "2", "3"]]);
  });

  it("a banner without end takes no more memory than its limit (CVE-2026-44240)", () => {
    const decoder = createReplyDecoder({ maxReplyLength: 1000 });
    decoder.push(bytesOf("220-hi\r\n"));
    const events: ReplyEvent[] = [];
    for (let round = 0; round < 1000; round++)
      events.push(...decoder.push(bytesOf("220-again and again\r\n".repeat(50))));
    expect(events.map(inShort)).toEqual(["reply-too-long"]);
  });
});

describe("the decoder's state", () => {
  it("says what is pending, and forgets it on reset: nothing from before TLS is read inside it", () => {
    const decoder = createReplyDecoder();
    expect(decoder.push(bytesOf("234 go\r\n220 injected"))).toHaveLength(1);
    expect(decoder.pending).toBeGreaterThan(0);
    decoder.reset();
    expect(decoder.pending).toBe(0);
    decoder.push(bytesOf("230-open\r\n"));
    expect(decoder.pending).toBeGreaterThan(0);
    decoder.reset();
    expect(decoder.push(bytesOf("200 ok\r\n")).map(inShort)).toEqual([[200, "ok"]]);
    expect(decoder.end()).toEqual([]);
  });

  it("is as new after the end", () => {
    const decoder = createReplyDecoder();
    decoder.push(bytesOf("230-open\r\nha"));
    expect(decoder.end().map(inShort)).toEqual(["unterminated"]);
    expect(decoder.push(bytesOf("200 ok\r\n")).map(inShort)).toEqual([[200, "ok"]]);
  });
});

describe("a reply in a chunk of its own", () => {
  it("is what it is byte by byte, whatever its bytes", () => {
    const random = createRandom(11);
    const parts = [
      "230 ",
      "230-",
      "230",
      "231 ",
      "\r\n",
      "\r\n",
      "\r\n",
      "\r",
      "\n",
      "\0",
      "\t",
      "\x7f",
      "\xe9",
      "ab",
      " ",
    ];
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + random(8) }, () => parts[random(parts.length)]).join("");
      const bytes = bytesOf(`230${"- "[random(2)]}${text}\r\n`);
      const options = {
        maxLines: 1 + random(4),
        maxLineLength: 4 + random(9),
        maxReplyLength: 6 + random(20),
      };
      const [whole, cut] = [createReplyDecoder(options), createReplyDecoder(options)];
      const events = [...whole.push(bytes), ...whole.end()];
      const singly = [...bytes].flatMap((byte) => cut.push(Uint8Array.of(byte)));
      expect(events, JSON.stringify(text)).toEqual([...singly, ...cut.end()]);
    }
  });
});

describe("formatReply", () => {
  it("brackets several lines, and pads those that begin with three digits (RFC 959 §4.2)", () => {
    expect(formatReply(reply(123, "First line", "Second line", "234 A line", "The last line"))).toBe(
      "123-First line\r\nSecond line\r\n 234 A line\r\n123 The last line\r\n",
    );
    expect(formatReply(reply(123, "a", "123 b", "2345", "12 c", "123-d", "e"))).toBe(
      "123-a\r\n 123 b\r\n 2345\r\n12 c\r\n123-d\r\n123 e\r\n",
    );
  });

  it("always has text after the code: curl hangs on 200 alone", () => {
    expect(formatReply(reply(200))).toBe("200 Okay\r\n");
    expect(formatReply(reply(550, ""))).toBe("550 Failed\r\n");
    expect(formatReply({ code: 221, lines: [] })).toBe("221 Okay\r\n");
    expect(formatReply(reply(220, "a", ""))).toBe("220-a\r\n220 Okay\r\n");
  });

  it("takes a text of several lines from reply, and none in a line", () => {
    expect(reply(220, "a\nb\r\nc", "d").lines).toEqual(["a", "b", "c", "d"]);
    for (const text of ["a\r\n226 b", "a\nb", "a\rb", "a\0b"]) {
      expect(() => formatReply({ code: 220, lines: [text] })).toThrow(ReplyEncodeError);
      expect(() => formatReply({ code: 220, lines: ["x", text, "y"] })).toThrow("line-break");
    }
  });

  it("refuses a code that is none", () => {
    for (const code of [99, 700, 20, 200.5, Number.NaN, -200, 1e21])
      expect(() => formatReply(reply(code, "x"))).toThrow("code: ");
  });

  it("is undone by the decoder", () => {
    const text = fc.string({ unit: "binary" }).map((string) => string.replace(/[\r\n\0]/g, ""));
    const lines = fc.tuple(fc.array(text), text).map(([before, last]) => [...before, last || "x"]);
    const isInner = (at: number, all: readonly string[]): boolean => at > 0 && at < all.length - 1;
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 699 }), lines, (code, lines) => {
        fc.pre(!lines.some((line, at, all) => isInner(at, all) && /^\d{3}/.test(line)));
        const [event, ...others] = createReplyDecoder().push(encodeReply({ code, lines }));
        expect(others).toEqual([]);
        expect(event?.type === "reply" && event.reply).toEqual({ code, lines });
      }),
    );
  });

  it("cannot be talked into another reply by what stands in a line", () => {
    const line = fc.string({ unit: fc.constantFrom("2", "0", " ", "-", "\t", "a", "\xff") });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const events = createReplyDecoder({ quirks: { endAtAnyCode: true } }).push(
          encodeReply({ code: 200, lines }),
        );
        expect(events.map((event) => event.type)).toEqual(["reply"]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("matchesReply", () => {
  it("compares the first digits", () => {
    const passive = reply(227, "x");
    expect(["2", "22", "227"].map((prefix) => matchesReply(passive, prefix))).toEqual([true, true, true]);
    expect(matchesReply(passive, "1", "3", "226")).toBe(false);
    expect(matchesReply(passive, "3", "2")).toBe(true);
  });
});

describe("hostile bytes", () => {
  it("give events, never a throw, and the same ones when they are cut (100,000 inputs by seed)", () => {
    const random = createRandom(0x465450);
    const { stackTraceLimit } = Error;
    // A hundred thousand errors are made here, and nobody reads their stacks.
    Error.stackTraceLimit = 0;
    onTestFinished(() => {
      Error.stackTraceLimit = stackTraceLimit;
    });
    const words = [
      "220",
      "230",
      "099",
      "-",
      " ",
      "\t",
      "\r\n",
      "\r\n",
      "\n",
      "\r",
      "\0",
      "text",
      "SSH-",
      "HTTP/",
    ];
    for (let round = 0; round < 100_000; round++) {
      let text = "";
      for (let length = random(16); length > 0; length--)
        text += random(6) === 0 ? String.fromCharCode(random(256)) : words[random(words.length)];
      const options = {
        maxLineLength: random(3) === 0 ? 6 : 4096,
        maxLines: random(3) === 0 ? 2 : 100,
        quirks: { endAtAnyCode: random(2) === 0, acceptLooseForm: random(2) === 0 },
      };
      const bytes = bytesOf(text);
      const whole = createReplyDecoder(options);
      const expected = [...whole.push(bytes), ...whole.end()];
      if (round % 4 !== 0) continue;
      const cut = createReplyDecoder(options);
      const at = random(bytes.length + 1);
      const actual = [...cut.push(bytes.subarray(0, at)), ...cut.push(bytes.subarray(at)), ...cut.end()];
      const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
      if (a !== b) expect.fail(`${JSON.stringify(text)} cut at ${at}: ${a} instead of ${b}`);
    }
  });

  it("take work that grows with their length, not faster", () => {
    for (const unit of [
      "220-a\r\n",
      "220 a\r\n",
      "\r\n",
      "x\r\n",
      "220-",
      "2",
      "550 x\r\n",
      "\xff\xfb\x01",
    ]) {
      const decoder = createReplyDecoder({ maxReplyLength: 1 << 30, maxLines: 1 << 30 });
      decoder.push(bytesOf("220-begin\r\n"));
      const chunk = bytesOf(unit.repeat((1 << 17) / unit.length));
      const start = performance.now();
      decoder.push(chunk);
      for (const byte of chunk.subarray(0, 5_000)) decoder.push(Uint8Array.of(byte));
      decoder.end();
      expect(performance.now() - start).toBeLessThan(15_000);
    }
  });
});
