import { type TftpPacket, tftpErrors } from "@longshore/tftp-packet";
import type { SendPacketEffect, Tid } from "./effect.ts";
import { none } from "./effect.ts";

/** Whether two identifiers are one end (RFC 1350 §4). */
export function sameTid(a: Tid, b: Tid): boolean {
  return a.port === b.port && a.address === b.address;
}

/** Answers to packets from a wrong TID: at most this many at once, and one more each second. */
const burst = 4;
const refill = 1000;

/**
 * What a packet from a wrong TID gets: ERROR 5, while the transfer goes on (RFC 1350 §4). ERROR is never
 * answered, and the answers are rate-limited, so that nobody makes a reflector of a transfer.
 */
export function createStrangerGuard(): (
  packet: TftpPacket,
  from: Tid,
  now: number,
) => readonly SendPacketEffect[] {
  const { code, meaning } = tftpErrors.unknownTransferId;
  let allowance = burst;
  let countedAt: number | undefined;
  return (packet, from, now) => {
    if (packet.type === "error") return none;
    allowance = Math.min(burst, allowance + (now - (countedAt ?? now)) / refill);
    countedAt = now;
    if (allowance < 1) return none;
    allowance--;
    return [{ type: "send-packet", packet: { type: "error", code, message: meaning }, to: from }];
  };
}
