import { FileStoreError } from "@longshore/file-store";

/** Lets only so many in at once; the others wait in their order. */
export interface Gate {
  /**
   * Does `work` when its turn has come.
   *
   * @throws {FileStoreError} `aborted` when `signal` comes first
   */
  pass<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

export function createGate(most: number): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();

  function enter(signal: AbortSignal | undefined): Promise<void> {
    if (inside < most) {
      inside++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const letIn = (): void => {
        signal?.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = (): void => {
        waiting.delete(letIn);
        reject(new FileStoreError("aborted", "given up while others were served"));
      };
      waiting.add(letIn);
      signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** Whoever goes hands the place on. */
  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      inside--;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async pass(signal, work) {
      if (signal?.aborted === true) throw new FileStoreError("aborted", "given up before it began");
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
