import type { TftpPacket } from "@longshore/tftp-packet";
import type { Outcome } from "./outcome.ts";

/** One end of a transfer: an address and the port that serves as transfer identifier (RFC 1350 §4). */
export interface Tid {
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** To be sent to the peer, or to `to` where that is given (a stranger that is told so, RFC 1350 §4). */
export interface SendPacketEffect {
  readonly type: "send-packet";
  readonly packet: TftpPacket;
  readonly to?: Tid;
}

/**
 * The blocks `first` to `last` are to be sent, in this order. They are counted from 1 and do not roll over;
 * `blockAt` tells the number on the wire and the octets of each. The driver has them: it provided them.
 */
export interface SendDataEffect {
  readonly type: "send-data";
  readonly first: number;
  readonly last: number;
}

/**
 * The content's octets from `position` on, `length` of them, are wanted; answered with `provide`. One read is
 * under way at a time, and no octet is asked for twice.
 */
export interface ReadEffect {
  readonly type: "read";
  readonly position: number;
  readonly length: number;
}

/** `data` follows what was delivered before, in order and without gaps; answered with `written`. */
export interface WriteEffect {
  readonly type: "write";
  readonly position: number;
  readonly data: Uint8Array;
}

/** All content is delivered: to be stored for good, then answered with `stored` or `fail`. */
export interface StoreEffect {
  readonly type: "store";
  /** Octets delivered in all. */
  readonly length: number;
}

/** How the transfer ended. Comes once; a receiver may go on answering duplicates after it (RFC 1350 §6). */
export interface ResultEffect {
  readonly type: "result";
  readonly outcome: Outcome;
}

/** The engine wants no more packets and no more time. Comes once, last. */
export interface CloseEffect {
  readonly type: "close";
}

export type SenderEffect = SendPacketEffect | SendDataEffect | ReadEffect | ResultEffect | CloseEffect;
export type ReceiverEffect = SendPacketEffect | WriteEffect | StoreEffect | ResultEffect | CloseEffect;

/** Every effect of a transfer's engine: what the driver is to do, in this order. */
export type TransferEffect = SenderEffect | ReceiverEffect;

/** ERROR to the peer (RFC 1350 §5), or to `to`. */
export function sendError(code: number, message: string, to?: Tid): SendPacketEffect {
  const packet = { type: "error", code, message } as const;
  return { type: "send-packet", packet, ...(to === undefined ? {} : { to }) };
}

/** No effects. */
export const none: readonly never[] = Object.freeze([]);
