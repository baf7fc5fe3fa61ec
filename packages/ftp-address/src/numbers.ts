/**
 * The numbers of a comma-separated list of octets, the form that PORT and LPRT share, or undefined for anything
 * else. Digits alone: no sign, no blank, no other base; leading zeros are decimal.
 */
export function parseOctets(text: string): readonly number[] | undefined {
  const octets = text.split(",").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return octets.every((octet) => octet < 256) ? octets : undefined;
}

/**
 * The list in the text of a reply. A client is to scan for it (RFC 1123 §4.1.2.6), since servers write it with
 * and without parentheses, after `=`, in brackets, and with blanks after the commas.
 *
 * @param accept tells by its length whether a list can be the one that is looked for
 */
export function findOctets(text: string, accept: (length: number) => boolean): readonly number[] | undefined {
  for (const { 0: list, index } of text.matchAll(/\d+(?:, *\d+)*/g)) {
    const end = index + list.length;
    // What touches the list makes it something else: a negative number, one more that is empty, a fraction.
    const isWhole =
      !/[-+.,\w]/.test(text.charAt(index - 1)) && !/^([-+,\w]|\.\d)/.test(text.slice(end, end + 2));
    const parts = list.split(/, */);
    if (isWhole && accept(parts.length)) return parseOctets(parts.join());
  }
  return undefined;
}
