import { SingleBar } from "cli-progress";
import { printable } from "./failure.ts";

/** How far a transfer is, shown on a terminal; nothing where stderr is not one. */
export interface Progress {
  update(bytes: number, total?: number): void;
  done(): void;
}

/** Shorter transfers show nothing: a bar that flashes helps nobody. */
const showAfterMilliseconds = 400;

/**
 * A bar with bytes, rate and time left on stderr, so that content on stdout stays content.
 *
 * @param name what is transferred, as the user named it
 */
export function createProgress(
  name: string,
  { hidden = false }: { readonly hidden?: boolean } = {},
): Progress {
  const terminal = process.stderr;
  if (hidden || !terminal.isTTY) return { update: () => {}, done: () => {} };
  const started = Date.now();
  let bar: SingleBar | undefined;
  return {
    update(bytes, total) {
      const milliseconds = Date.now() - started;
      if (bar === undefined && milliseconds < showAfterMilliseconds) return;
      const shown = { name: fitted(name, terminal.columns), ...tellProgress(bytes, total, milliseconds) };
      if (bar === undefined) {
        bar = new SingleBar({ ...style, stream: terminal, format: total === undefined ? count : line });
        bar.start(total ?? 0, bytes, shown);
      } else bar.update(bytes, shown);
    },
    done() {
      bar?.stop();
      bar = undefined;
    },
  };
}

/** The same for several transfers, some of them at once. */
export interface ProgressGroup {
  /** One of them, which counts as over when it is `done`. */
  of(name: string): Progress;
  done(): void;
}

/** One line for all of them: how many are over, bytes, rate, and the one that moved last. */
export function createProgressGroup({
  files,
  hidden = false,
}: {
  /** How many there will be, where that is known. */
  readonly files?: number;
  readonly hidden?: boolean;
}): ProgressGroup {
  const terminal = process.stderr;
  if (hidden || !terminal.isTTY) return { of: () => ({ update: () => {}, done: () => {} }), done: () => {} };
  const started = Date.now();
  let bar: SingleBar | undefined;
  let over = 0;
  let bytes = 0;
  const show = (name: string): void => {
    const milliseconds = Date.now() - started;
    if (bar === undefined && milliseconds < showAfterMilliseconds) return;
    const count =
      files === undefined ? `${over} ${over === 1 ? "file" : "files"}` : `${over} of ${files} files`;
    const { amount, rate } = tellProgress(bytes, undefined, milliseconds);
    const shown = { count, amount, rate, name: fitted(name, terminal.columns) };
    if (bar === undefined) {
      bar = new SingleBar({ ...style, stream: terminal, format: several });
      bar.start(0, bytes, shown);
    } else bar.update(bytes, shown);
  };
  return {
    of(name) {
      let counted = 0;
      let isOver = false;
      return {
        update(now) {
          bytes += now - counted;
          counted = now;
          show(name);
        },
        done() {
          if (isOver) return;
          isOver = true;
          over++;
          show(name);
        },
      };
    },
    done() {
      bar?.stop();
      bar = undefined;
    },
  };
}

const several = "{count}  {amount}  {rate}  {name}";
const line = "{name} {bar} {percentage}%  {amount}  {rate}  {left}";
/** Where nobody knows how much is to come. */
const count = "{name}  {amount}  {rate}";

const style = {
  barsize: 20,
  barCompleteChar: "█",
  barIncompleteChar: "░",
  hideCursor: true,
  clearOnComplete: true,
} as const;

/** What stands beside the bar: amount, rate since the beginning, and how long the rest takes at that rate. */
export function tellProgress(
  bytes: number,
  total: number | undefined,
  milliseconds: number,
): { readonly amount: string; readonly rate: string; readonly left: string } {
  const rate = bytes / (milliseconds / 1000);
  return {
    amount: total === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`,
    rate: `${formatBytes(rate)}/s`,
    left: total === undefined || rate === 0 ? "" : `${formatSeconds((total - bytes) / rate)} left`,
  };
}

/** A name that leaves room for the rest of the line. */
function fitted(name: string, columns: number): string {
  const most = Math.max(12, columns - 68);
  const text = printable(name);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** `1536` as `1.5 kB`: decimal units, three figures. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(value >= 9.995 ? 1 : 2)} ${units[unit]}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours}h${String(minutes).padStart(2, "0")}m`;
  return minutes > 0 ? `${minutes}m${String(rest).padStart(2, "0")}s` : `${rest}s`;
}
