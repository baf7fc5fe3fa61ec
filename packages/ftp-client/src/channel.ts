import { FtpError } from "@longshore/ftp-session/client";

/** Values handed from one who makes them to one who iterates, with the maker waiting for the taker. */
export interface Channel<T> extends AsyncIterable<T> {
  /** Resolves when the value has been taken, or at once while the channel is open wide. */
  put(value: T): Promise<void>;
  end(): void;
  fail(error: unknown): void;
  /** Puts no longer wait: what is not taken is kept in memory. */
  openWide(): void;
}

/**
 * @param onReturn the taker has had enough
 * @param limit values that may be kept at most, open wide or not: the put after them rejects
 * @param count how many values one stands for
 */
export function createChannel<T>(
  onReturn: () => void,
  limit: number,
  count: (value: T) => number = () => 1,
): Channel<T> {
  const kept: { readonly value: T; readonly taken: () => void }[] = [];
  let asking:
    | { readonly resolve: (step: IteratorResult<T>) => void; readonly reject: (error: unknown) => void }
    | undefined;
  let finish: { readonly error?: unknown } | undefined;
  let isWide = false;
  let keptValues = 0;

  const over = (how: { readonly error?: unknown }): void => {
    if (finish !== undefined) return;
    finish = how;
    const waiting = asking;
    asking = undefined;
    if (waiting === undefined) return;
    if ("error" in how) waiting.reject(how.error);
    else waiting.resolve({ done: true, value: undefined });
  };

  return {
    put(value) {
      const waiting = asking;
      if (waiting !== undefined) {
        asking = undefined;
        waiting.resolve({ done: false, value });
        return Promise.resolve();
      }
      if (keptValues >= limit) {
        const message = `${limit} values wait to be taken while another call wants the session: read on, or make that call later`;
        return Promise.reject(new FtpError("local", message));
      }
      return new Promise((taken) => {
        kept.push({ value, taken });
        keptValues += count(value);
        if (isWide) taken();
      });
    },
    end: () => over({}),
    fail: (error) => over({ error }),
    openWide() {
      isWide = true;
      for (const { taken } of kept) taken();
    },
    [Symbol.asyncIterator]: () => ({
      next() {
        const first = kept.shift();
        if (first !== undefined) {
          keptValues -= count(first.value);
          first.taken();
          return Promise.resolve({ done: false, value: first.value });
        }
        if (finish !== undefined) {
          const { error } = finish;
          const isFailure = "error" in finish;
          // Told once; whoever asks again gets the end.
          finish = {};
          return isFailure ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined });
        }
        return new Promise((resolve, reject) => {
          asking = { resolve, reject };
        });
      },
      return() {
        finish ??= {};
        for (const { taken } of kept.splice(0)) taken();
        onReturn();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}

/** The values of batches, none of which is empty, each without a step of the batches' own. */
export function oneByOne<T>(batches: AsyncIterator<readonly T[]>): AsyncIterator<T> {
  let batch: readonly T[] = [];
  let at = 0;
  const next = (): Promise<IteratorResult<T>> => {
    if (at < batch.length) return Promise.resolve({ done: false, value: batch[at++] as T });
    return batches.next().then((step) => {
      if (step.done) return { done: true, value: undefined };
      batch = step.value;
      at = 0;
      return next();
    });
  };
  return {
    next,
    async return() {
      batch = [];
      await batches.return?.();
      return { done: true, value: undefined };
    },
  };
}
