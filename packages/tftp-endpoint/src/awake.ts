import { now } from "./clock.ts";
import type { UdpPort } from "./udp.ts";

/**
 * The wait for a peer that answers at once. To go to sleep and be woken up takes longer than such a peer, on this machine or
 * behind a very short wire, takes for its answer: with windows of one block that is most of the time.
 */

/** Milliseconds in which the last answer has to have come for the next one to be waited for so, and how long. */
export const brief = 0.1;

/** Answers that are waited for in a row before others have their turn. */
const most = 16;

/** Transfers under way in this process. */
let transfers = 0;
let isAttending = false;
let until = 0;
let isTurning = false;

export function transferBegan(): void {
  transfers++;
}

export function transferEnded(): void {
  transfers--;
}

/**
 * Waits for answers at `port`, for a transfer that sends. Where it is the only one, they are looked for on the spot, for as
 * long as they come and lead to more (a millisecond or two at most); else the event loop is kept awake, which serves all.
 *
 * @param took milliseconds until the last answer came; one that was long in coming is no reason to wait for the next
 * @param sentAt when something was sent last
 */
export function awaitAnswer(port: UdpPort, took: number, sentAt: () => number): void {
  if (took > brief || isAttending) return;
  if (transfers > 1 || port.attend === undefined) {
    stayAwake(sentAt());
    return;
  }
  isAttending = true;
  let before = sentAt();
  let answers = 0;
  try {
    while (answers < most && port.attend(before + brief)) {
      answers++;
      if (sentAt() === before) break;
      before = sentAt();
    }
  } finally {
    isAttending = false;
  }
  if (answers === most) stayAwake(before);
}

/** Keeps the event loop from going to sleep for a moment. One for all. */
export function stayAwake(at: number): void {
  until = at + brief;
  if (isTurning) return;
  isTurning = true;
  setImmediate(turn);
}

function turn(): void {
  if (now() < until) setImmediate(turn);
  else isTurning = false;
}
