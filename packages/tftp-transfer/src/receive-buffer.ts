/**
 * How many datagrams of `octets` a receive buffer of `room` octets holds, at least 1. A system counts what a datagram
 * occupies and not what it carries: Linux a power of two, with the datagram, its headers and some hundred octets of its
 * own in it; where that would be more than 16 KiB, pages that are used up.
 */
export function datagramsHeld(octets: number, room: number): number {
  const linear = 2 ** Math.ceil(Math.log2(octets + around));
  const occupied = linear > mostLinear ? octets + description + around : linear + description;
  return Math.max(1, Math.floor(room / occupied));
}

/** Octets of a receive buffer that nobody made larger, as Linux has it (net.core.rmem_default). */
export const usualReceiveBuffer: number = 212_992;

/** Headers, and skb_shared_info, which stands behind them in the same memory. */
const around = 448;
/** An sk_buff. */
const description = 256;
const mostLinear = 1 << 14;
