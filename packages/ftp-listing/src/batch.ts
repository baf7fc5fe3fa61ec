import { encodeText } from "@longshore/nvt";

/**
 * Lines of a whole batch of entries as the bytes of one write, each ended by CRLF (RFC 959 §3.1.1.1, listings go
 * out as ASCII text).
 *
 * @example encodeListing(batch, (entry) => formatListLine(entry, { now: Date.now() }))
 */
export function encodeListing<Entry>(
  entries: Iterable<Entry>,
  formatLine: (entry: Entry) => string,
): Uint8Array {
  let text = "";
  for (const entry of entries) text += `${formatLine(entry)}\r\n`;
  return encodeText(text);
}
