import type { PacketDecodeError, TftpPacket } from "@longshore/tftp-packet";
import type { Tid, TransferEffect } from "./effect.ts";
import type { TransferStatistics } from "./outcome.ts";

/**
 * What sender, receiver and request have in common for a driver. `now` is a time in milliseconds, of any origin,
 * that never goes back. Every call answers with what is to be done, in this order; none of them throws on what a
 * peer sent.
 */
export interface TransferEngine<Effect = TransferEffect> {
  /** When `expire` is next due, or undefined while only the driver or nobody is waited for. */
  readonly deadline: number | undefined;
  readonly statistics: TransferStatistics;
  /** Octets acknowledged (sender) or delivered in order (receiver): `statistics.bytes`, cheaply. */
  readonly bytes: number;
  /** The first packets. Called once, before anything else. */
  start(now: number): readonly Effect[];
  /** A packet came from `from`, which may be anybody. */
  receive(packet: TftpPacket, from: Tid, now: number): readonly Effect[];
  /** A datagram came that is no packet. */
  malformed(error: PacketDecodeError, from: Tid, now: number): readonly Effect[];
  /** The deadline has come; does nothing before it. */
  expire(now: number): readonly Effect[];
  /** This end gives up: the peer is told with ERROR, once. Does nothing after the result. */
  fail(code: number, message: string, now: number): readonly Effect[];
}
