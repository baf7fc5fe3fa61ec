/** What came of one of several. */
export type BatchEnd<T, R> =
  | { readonly item: T; readonly ok: true; readonly value: R }
  | { readonly item: T; readonly ok: false; readonly error: unknown };

export interface BatchOptions<T, R> {
  /** Items at a time, from 1; 1 unless told. */
  readonly parallel?: number;
  /** Ends everything: what is under way is waited for, and the call rejects. */
  readonly signal?: AbortSignal;
  /** Sees each end as it comes. */
  readonly onEnd?: (end: BatchEnd<T, R>) => void;
}

/** Does the same with several; one that fails does not end the rest. Answers what came of each, in their order. */
export async function runBatch<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  { parallel = 1, signal, onEnd = () => {} }: BatchOptions<T, R> = {},
): Promise<readonly BatchEnd<T, R>[]> {
  const ends: BatchEnd<T, R>[] = new Array(items.length);
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of waiting) {
      if (signal?.aborted === true) return;
      const end: BatchEnd<T, R> = await work(item).then(
        (value) => ({ item, ok: true, value }),
        (error: unknown) => ({ item, ok: false, error }),
      );
      ends[at] = end;
      onEnd(end);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  signal?.throwIfAborted();
  return ends;
}
