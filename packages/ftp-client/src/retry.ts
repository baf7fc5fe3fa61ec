import { setTimeout as sleep } from "node:timers/promises";
import { FtpError } from "@longshore/ftp-session/client";
import { abortError } from "./queue.ts";

/** How often something is tried, and how long is waited in between. */
export interface RetryOptions {
  /** Tries in all, the first included; 4 unless told, 1 never tries again. */
  readonly attempts?: number;
  /** Milliseconds before the second try, twice as long before each one after that; 500 unless told. */
  readonly delay?: number;
  /** Milliseconds at most; 15,000 unless told. */
  readonly maxDelay?: number;
}

/** Runs `work` until it succeeds, until its error is not `worthIt`, or until the attempts are used up. */
export async function retry<T>(
  options: RetryOptions,
  signal: AbortSignal | undefined,
  worthIt: (error: FtpError) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  const { attempts = 4 } = options;
  for (let attempt = 1; ; attempt++) {
    if (signal?.aborted) throw abortError(signal);
    try {
      return await work();
    } catch (error) {
      const isLast = attempt >= attempts || signal?.aborted === true;
      if (isLast || !FtpError.isInstance(error) || !worthIt(error)) throw error;
      await pause(delayOf(options, attempt), signal);
    }
  }
}

/** Half of it is left to chance, so that those who were refused together do not come back together. */
function delayOf({ delay = 500, maxDelay = 15_000 }: RetryOptions, attempt: number): number {
  return Math.min(maxDelay, delay * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw abortError(signal);
  }
}
