/** The known word that was probably meant, where one is near: two letters off at most, a third of a short word. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.min(2, Math.ceil(word.length / 3));
  const plain = word.replaceAll(/[-_]/g, "").toLowerCase();
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    // What begins the word or goes on from it is as good as a slip: `idle` for `idleTimeout`.
    const isPart =
      plain.length > 2 && (other.startsWith(plain) || (other.length > 2 && plain.startsWith(other)));
    const cost = plain === other ? 0 : isPart ? 1 : distance(plain, other, least);
    if (cost < least) {
      least = cost;
      best = candidate;
    }
  }
  return best;
}

/** Letters left out, put in, changed or swapped with their neighbour; `limit` where it is that many or more. */
function distance(a: string, b: string, limit: number): number {
  if (a.length > 64 || Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwap ? (before[j - 2] ?? 0) + 1 : limit,
      );
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? limit;
}
