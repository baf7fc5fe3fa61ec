// Which parts a store may hold: the same for every store.

/** How much a store keeps of interrupted uploads. */
export interface PartLimits {
  /** Milliseconds since the last byte after which a part goes; 259,200,000 (three days) unless told. */
  readonly maxAge?: number;
  /** Bytes of all parts; 64 GiB unless told. Beyond it the oldest go. */
  readonly maxBytes?: number;
  /** Bytes of one user's parts; 16 GiB unless told. Beyond it that user's oldest go. */
  readonly maxBytesPerUser?: number;
}

/** A part as its store counts it. */
export interface CountedPart {
  readonly owner: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

/** {@link PartLimits} with every default in place. */
export function resolvePartLimits(limits: PartLimits = {}): Required<PartLimits> {
  return { maxAge: 259_200_000, maxBytes: 64 * 2 ** 30, maxBytesPerUser: 16 * 2 ** 30, ...limits };
}

/**
 * What has to go so that `coming` can be kept: what is too old, then the user's own oldest, then anybody's. Answers
 * `undefined` where it is too large to be kept at all; without `coming`, only what is too old goes.
 */
export function partsToDrop<Part extends CountedPart>(
  standing: readonly Part[],
  coming: { readonly owner: string; readonly size: number } | undefined,
  limits: Required<PartLimits>,
  now: number,
): readonly Part[] | undefined {
  if (coming !== undefined && coming.size > Math.min(limits.maxBytes, limits.maxBytesPerUser))
    return undefined;
  const dropped = new Set<Part>(standing.filter(({ modified }) => now - modified >= limits.maxAge));
  if (coming === undefined) return [...dropped];
  const oldestFirst = [...standing].sort((a, b) => a.modified - b.modified);
  makeRoom(
    oldestFirst.filter(({ owner }) => owner === coming.owner),
    limits.maxBytesPerUser - coming.size,
    dropped,
  );
  makeRoom(oldestFirst, limits.maxBytes - coming.size, dropped);
  return [...dropped];
}

/** Drops the first of `parts` until the rest has no more than `room` bytes. */
function makeRoom<Part extends CountedPart>(parts: readonly Part[], room: number, dropped: Set<Part>): void {
  let left = 0;
  for (const part of parts) if (!dropped.has(part)) left += part.size;
  for (const part of parts) {
    if (left <= room) return;
    if (dropped.has(part)) continue;
    dropped.add(part);
    left -= part.size;
  }
}
