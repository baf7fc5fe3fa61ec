import { CommandFailure } from "./failure.ts";

/**
 * Runs what Ctrl-C or SIGTERM gives up: what is half done is cleared away first. A second signal ends the process
 * on the spot.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error("interrupted"));
  for (const signal of signals) process.once(signal, interrupt);
  try {
    return await work(interrupted.signal);
  } catch (error) {
    throw interrupted.signal.aborted ? interruption() : error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

export function interruption(): CommandFailure {
  return new CommandFailure(1, "interrupted");
}

const signals = ["SIGINT", "SIGTERM"] as const;
