/** What comes from outside to a process that serves. */
export interface Signals {
  /** The first SIGINT or SIGTERM. */
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  /** Called at each SIGHUP; until one is set, they are passed over. */
  onHangup: () => void;
  unwatch(): void;
}

/** Watches from before the first line is printed: who has read it may send a signal at once. */
export function watchSignals(): Signals {
  const arrivals: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => arrivals.push(resolve));
  const arrive = (): void => arrivals.shift()?.();
  const hangUp = (): void => signals.onHangup();
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, arrive);
  process.on("SIGHUP", hangUp);
  const signals: Signals = {
    first: next(),
    second: next(),
    onHangup() {},
    unwatch() {
      for (const name of names) process.off(name, arrive);
      process.off("SIGHUP", hangUp);
    },
  };
  return signals;
}
