/**
 * Bytes as text, with nothing lost: UTF-8 (RFC 2640 §3.1), where each byte that is not part of valid UTF-8
 * becomes a lone surrogate U+DC80 to U+DCFF. {@link encodeText} turns it back into the same bytes.
 *
 * @example decodeText(Uint8Array.of(0x61, 0xe9)) // "a\udce9"
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes("\ufffd") ? decodeMixed(bytes) : text;
}

/** The text of bytes that are all ASCII, one character a byte; `undefined` for others. */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes);
  return text.length === bytes.length && !text.includes("\ufffd") ? text : undefined;
}

/**
 * Text as bytes: UTF-8, and one byte for each lone surrogate U+DC80 to U+DCFF. Any other lone surrogate
 * stands for no byte and becomes U+FFFD, as in `TextEncoder`.
 *
 * `encodeText(decodeText(bytes))` is always `bytes`. The other way round holds unless the text puts raw bytes
 * side by side that are valid UTF-8 together, which {@link decodeText} never does.
 */
export function encodeText(text: string): Uint8Array {
  // With the `u` flag a surrogate is found only where it stands alone.
  if (!/\p{Cs}/u.test(text)) return encoder.encode(text);
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const unit = character.charCodeAt(0);
      const isByte = character.length === 1 && unit >= 0xdc80 && unit < 0xdd00;
      return isByte ? [unit & 0xff] : [...encoder.encode(character)];
    }),
  );
}

/** Bytes as text, one character a byte (ISO 8859-1): for servers that are known to speak it. */
export function decodeLatin1(bytes: Uint8Array): string {
  return fromUnits(bytes);
}

/** The inverse of {@link decodeLatin1}; a character above U+00FF becomes `?`. */
export function encodeLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return point > 0xff ? 0x3f : point;
  });
}

// A byte order mark is three bytes of a name like any others.
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = /* @__PURE__ */ new TextEncoder();

/** The least code point that needs so many bytes: an overlong form is not UTF-8 (RFC 3629 §3). */
const least = [0, 0, 0x80, 0x800, 0x10000];

function decodeMixed(bytes: Uint8Array): string {
  const units: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 0;
    let point = size > 1 ? lead & (0x7f >> size) : lead;
    let taken = 1;
    for (; taken < size; taken++) {
      const next = bytes[at + taken] ?? 0;
      if (next >> 6 !== 2) break;
      point = (point << 6) | (next & 0x3f);
    }
    if (taken !== size || point < (least[size] ?? 0) || point > 0x10ffff || point >> 11 === 0x1b) {
      units.push(0xdc00 | lead);
      at++;
      continue;
    }
    if (point > 0xffff) units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    else units.push(point);
    at += size;
  }
  return fromUnits(units);
}

function fromUnits(units: ArrayLike<number>): string {
  // In pieces, because the arguments of a call stand on the stack.
  const piece = 8192;
  if (units.length <= piece) return String.fromCharCode.apply(null, units as number[]);
  let text = "";
  const all = Array.from(units);
  for (let at = 0; at < all.length; at += piece) text += fromUnits(all.slice(at, at + piece));
  return text;
}
