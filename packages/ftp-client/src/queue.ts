import { FtpError } from "@longshore/ftp-session/client";
import type { Lease } from "./lease.ts";
import type { CallOptions } from "./options.ts";

/** Hands the session to one call after the other, in the order in which they were made. */
interface Queue {
  use<T>(options: CallOptions, task: (lease: Lease) => Promise<T>): Promise<T>;
  onWanted(listener: () => void): () => void;
  readonly isIdle: boolean;
  /** Another call waits. */
  readonly isWanted: boolean;
}

/** One call that waits for the session or holds it. */
interface Call {
  readonly begin: () => void;
}

/** @param giveUp ends what the holder of the session is doing at that moment */
export function createQueue(lease: Lease, giveUp: (error: FtpError) => void): Queue {
  const line: Call[] = [];
  const listeners = new Set<() => void>();
  let holder: Call | undefined;

  const next = (): void => {
    holder = line.shift();
    holder?.begin();
  };

  const tellWanted = (): void => {
    if (line.length === 0) return;
    for (const listener of listeners) listener();
    listeners.clear();
  };

  return {
    use(options, task) {
      const { signal, timeout = 0 } = options;
      return new Promise((resolve, reject) => {
        let error: FtpError | undefined;
        let timer: NodeJS.Timeout | undefined;

        const cancel = (why: FtpError): void => {
          if (error !== undefined) return;
          error = why;
          if (holder === call) giveUp(why);
          else {
            line.splice(line.indexOf(call), 1);
            finish();
            reject(why);
          }
        };
        const onAbort = (): void => cancel(abortError(signal));
        const finish = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
        };
        const check = (): void => {
          if (error !== undefined) throw error;
        };
        const own: Lease = {
          timeouts: lease.timeouts,
          async command(command, more) {
            check();
            return lease.command(command, more);
          },
          async quote(line) {
            check();
            return lease.quote(line);
          },
          async elsewhere(command, onMark) {
            check();
            return lease.elsewhere(command, onMark);
          },
          async operate(operation) {
            check();
            return lease.operate(operation);
          },
          async rename(from, to, size) {
            check();
            return lease.rename(from, to, size);
          },
          async transfer(operation, mover, onMark) {
            check();
            return lease.transfer(operation, mover, onMark);
          },
        };
        const call: Call = {
          begin() {
            task(own)
              .then(resolve, reject)
              .finally(() => {
                finish();
                next();
              });
          },
        };

        if (signal?.aborted) {
          reject(abortError(signal));
          return;
        }
        signal?.addEventListener("abort", onAbort, { once: true });
        if (timeout > 0) {
          const message = `the operation was given ${timeout} ms and took longer`;
          timer = setTimeout(() => cancel(new FtpError("timeout", message)), timeout);
        }
        line.push(call);
        if (holder === undefined) next();
        else tellWanted();
      });
    },
    get isIdle() {
      return holder === undefined;
    },
    get isWanted() {
      return line.length > 0;
    },
    onWanted(listener) {
      listeners.add(listener);
      tellWanted();
      return () => listeners.delete(listener);
    },
  };
}

/** The error of a call whose signal was aborted. */
export function abortError(signal: AbortSignal | undefined): FtpError {
  const reason: unknown = signal?.reason;
  // AbortSignal.timeout() is a timeout under another name.
  const isTimeout = reason instanceof Error && reason.name === "TimeoutError";
  return new FtpError(isTimeout ? "timeout" : "aborted", "the operation was given up by its signal", {
    cause: reason,
  });
}
