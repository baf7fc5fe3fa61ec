import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeLatin1, decodeText, encodeLatin1, encodeText, escapeTelnet } from "../src/index.ts";
import { bytesOf } from "./splits.ts";

describe("decodeText", () => {
  it("keeps each byte that is no UTF-8 as a lone surrogate", () => {
    expect(decodeText(bytesOf("a\xe9b"))).toBe("a\udce9b");
    expect(decodeText(bytesOf("\xe2\x82"))).toBe("\udce2\udc82");
    expect(decodeText(bytesOf("\xc2\xc3\xa9\xa9"))).toBe("\udcc2é\udca9");
    expect(decodeText(bytesOf("\xf0\x9f\x98\x80\xff"))).toBe("😀\udcff");
  });

  it("takes overlong forms, surrogates and what lies beyond U+10FFFF for single bytes (RFC 3629 §3)", () => {
    expect(decodeText(bytesOf("\xc0\xaf"))).toBe("\udcc0\udcaf");
    expect(decodeText(bytesOf("\xe0\x80\xaf"))).toBe("\udce0\udc80\udcaf");
    expect(decodeText(bytesOf("\xed\xa0\x80"))).toBe("\udced\udca0\udc80");
    expect(decodeText(bytesOf("\xf4\x90\x80\x80"))).toBe("\udcf4\udc90\udc80\udc80");
  });

  it("keeps U+FFFD and a byte order mark that were really sent", () => {
    expect(decodeText(bytesOf("\xef\xbf\xbd\xe9"))).toBe("\ufffd\udce9");
    expect(decodeText(bytesOf("\xef\xbb\xbfa"))).toBe("\ufeffa");
  });

  it("is undone by encodeText for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(encodeText(decodeText(bytes))).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it("undoes encodeText for any well-formed text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decodeText(encodeText(text))).toBe(text);
      }),
    );
  });
});

describe("encodeText", () => {
  it("puts U+FFFD for a lone surrogate that stands for no byte", () => {
    expect(encodeText("\ud800\udce9")).toEqual(bytesOf("\xf0\x90\x83\xa9"));
    expect(encodeText("\ud800-\udce9")).toEqual(bytesOf("\xef\xbf\xbd-\xe9"));
    expect(encodeText("\udc00\udce9")).toEqual(bytesOf("\xef\xbf\xbd\xe9"));
  });
});

describe("Latin-1", () => {
  it("has one character a byte, both ways", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = decodeLatin1(bytes);
        expect(text).toHaveLength(bytes.length);
        expect(encodeLatin1(text)).toEqual(bytes);
      }),
    );
  });
});

describe("escapeTelnet", () => {
  it("doubles 0xFF and nothing else", () => {
    expect(escapeTelnet(bytesOf("a\xffb\xfe"))).toEqual(bytesOf("a\xff\xffb\xfe"));
  });
});
