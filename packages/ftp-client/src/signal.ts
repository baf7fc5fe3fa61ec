import type { CallOptions } from "./options.ts";

/** A call's signal and its time as one: the time runs on through everything that is done for it. */
export function signalOf({ signal, timeout = 0 }: CallOptions = {}): AbortSignal | undefined {
  if (timeout <= 0) return signal;
  const clock = AbortSignal.timeout(timeout);
  return signal === undefined ? clock : AbortSignal.any([signal, clock]);
}
