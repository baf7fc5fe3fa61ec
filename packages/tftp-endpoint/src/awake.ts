import { now } from "./clock.ts";

/** Milliseconds in which an answer has to have come for the next one to be waited for so. */
const brief = 0.1;

let until = 0;
let isTurning = false;

/**
 * Keeps the event loop from going to sleep for a tenth of a millisecond: to be woken up takes longer than a peer on
 * this machine, or behind a very short wire, takes for its answer, and with windows of one block that is most of the
 * time. Whatever else there is to do is done meanwhile. One for all transfers; a peer that is farther away costs nothing.
 *
 * @param took milliseconds until the last answer came
 */
export function stayAwake(took: number, at: number): void {
  if (took > brief) return;
  until = at + brief;
  if (isTurning) return;
  isTurning = true;
  setImmediate(turn);
}

function turn(): void {
  if (now() < until) setImmediate(turn);
  else isTurning = false;
}
