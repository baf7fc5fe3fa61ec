/**
 * Whether a transfer may report again: at most once an `interval` milliseconds of its own time, never with 0. Asked
 * once a buffer, so that it has to cost nothing.
 */
export function createProgressClock(interval: number): (transfer: number, milliseconds: number) => boolean {
  let current = -1;
  let due = 0;
  return (transfer, milliseconds) => {
    if (interval === 0) return false;
    if (transfer !== current) {
      current = transfer;
      due = interval;
    }
    if (milliseconds < due) return false;
    due = milliseconds + interval;
    return true;
  };
}
