import { Presets, SingleBar } from "cli-progress";

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
      if (bar === undefined) {
        if (Date.now() - started < showAfterMilliseconds) return;
        bar = new SingleBar(
          { stream: terminal, hideCursor: true, clearOnComplete: true, format: line(total) },
          Presets.shades_classic,
        );
        bar.start(total ?? 0, 0, { name, amount: "", rate: "", left: "" });
      }
      const seconds = (Date.now() - started) / 1000;
      const rate = bytes / seconds;
      bar.update(bytes, {
        name,
        amount: total === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`,
        rate: `${formatBytes(rate)}/s`,
        left: total === undefined || rate === 0 ? "" : `${formatSeconds((total - bytes) / rate)} left`,
      });
    },
    done() {
      bar?.stop();
      bar = undefined;
    },
  };
}

function line(total: number | undefined): string {
  return total === undefined
    ? "{name}  {amount}  {rate}"
    : "{name} {bar} {percentage}%  {amount}  {rate}  {left}";
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
