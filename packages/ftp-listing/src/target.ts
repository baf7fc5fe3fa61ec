const arrow = " -> ";

/**
 * Splits `name -> target`. Either may hold ` -> ` itself: the size of a symbolic link is the length of its target
 * in bytes, so the split that agrees with it wins, else the first.
 */
export function splitTarget(
  text: string,
  size: number | bigint | undefined,
): { readonly name: string; readonly target: string | undefined } {
  // No name is empty: an arrow at the very beginning is part of one.
  const first = text.indexOf(arrow, 1);
  if (first < 0) return { name: text, target: undefined };
  let split = first;
  if (typeof size === "number" && text.indexOf(arrow, first + 1) > 0) {
    let bytes = 0;
    for (let at = text.length - 1; at > first && bytes <= size; at--) {
      if (bytes === size && text.startsWith(arrow, at - 3)) split = at - 3;
      bytes += utf8Units(text, at);
    }
  }
  return { name: text.slice(0, split), target: text.slice(split + arrow.length) };
}

/** Bytes that the UTF-16 unit at `at` adds in UTF-8: halves of a pair count two each, a lone byte's stand-in one. */
function utf8Units(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x80) return 1;
  if (unit < 0x800 || unit >> 10 === 0x36) return 2;
  if (unit >> 10 !== 0x37) return 3;
  const paired = text.charCodeAt(at - 1) >> 10 === 0x36;
  return paired || unit < 0xdc80 || unit >= 0xdd00 ? 2 : 1;
}
