/**
 * Bytes as text, with nothing lost: UTF-8 (RFC 2640 §3.1), where each byte that is not part of valid UTF-8
 * becomes a lone surrogate U+DC80 to U+DCFF. {@link encodeText} turns it back into the same bytes.
 *
 * @example decodeText(Uint8Array.of(0x61, 0xe9)) // "a\udce9"
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes, plainly);
  if (!text.includes(replacement)) return text;
  return decodeLatin1(bytes).replace(sequence, (bytes) => {
    const text = decoder.decode(encodeLatin1(bytes), plainly);
    // U+FFFD itself may have been sent: it is three bytes long.
    if (!text.includes(replacement) || bytes === "\xef\xbf\xbd") return text;
    return bytes.replace(/./gs, (byte) => String.fromCharCode(0xdc00 | byte.charCodeAt(0)));
  });
}

/**
 * Text as bytes: UTF-8, and one byte for each lone surrogate U+DC80 to U+DCFF. Any other lone surrogate
 * stands for no byte and becomes U+FFFD, as in `TextEncoder`.
 *
 * `encodeText(decodeText(bytes))` is always `bytes`. The other way round holds unless the text puts raw bytes
 * side by side that are valid UTF-8 together, which {@link decodeText} never does.
 */
export function encodeText(text: string): Uint8Array {
  // What is short and ASCII, as nearly all is, takes longer to hand to the encoder than to copy.
  if (text.length <= 64) {
    const bytes = new Uint8Array(text.length);
    if (copy(text, bytes) < 0x80) return bytes;
  }
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text);
  // With the `u` flag a surrogate is found only where it stands alone.
  const parts = text.split(/([\udc80-\udcff])/u);
  return encodeLatin1(
    parts.map((part, at) => (at % 2 === 1 ? part : decodeLatin1(encoder.encode(part)))).join(""),
  );
}

/** Bytes as text, one character a byte (ISO 8859-1): for servers that are known to speak it. */
export function decodeLatin1(bytes: Uint8Array): string {
  let latin1 = decodeAscii(bytes);
  if (latin1 !== undefined) return latin1;
  latin1 = "";
  for (const byte of bytes) latin1 += String.fromCharCode(byte);
  return latin1;
}

/** Bytes as text when they are all ASCII. */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes, plainly);
  // As long as the bytes, and nothing replaced.
  return text.length === bytes.length && !text.includes(replacement) ? text : undefined;
}

/** The inverse of {@link decodeLatin1}; of a character above U+00FF only the low byte is left. */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  copy(text, bytes);
  return bytes;
}

/** The low byte of each character; answers what bits any of them has. */
function copy(text: string, into: Uint8Array): number {
  let bits = 0;
  for (let at = 0; at < into.length; at++) {
    const unit = text.charCodeAt(at);
    into[at] = unit;
    bits |= unit;
  }
  return bits;
}

// A byte order mark is three bytes of a name like any others.
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });
/** Said each time, this takes a tenth less than what a decoder makes of nothing said. */
const plainly = {};
const encoder = /* @__PURE__ */ new TextEncoder();

/** What `TextDecoder` puts where it finds no UTF-8. */
const replacement = "\ufffd";

/** What may be a character beyond ASCII, by its first byte (RFC 3629 §3), or else a single byte. */
const sequence = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g;
