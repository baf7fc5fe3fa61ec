export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Of one figure at least. */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return {
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    minimum: at(0),
    maximum: at(sorted.length - 1),
  };
}
