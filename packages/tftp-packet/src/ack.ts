import { dataHeaderLength, writeHeader } from "./data.ts";
import { checkUint16, type PacketDecodeResult, refuse } from "./fault.ts";
import type { PacketDecodeOptions } from "./limits.ts";

/** Acknowledges a block; 0 answers a WRQ or an OACK (RFC 1350 §5, RFC 2347). */
export interface AckPacket {
  readonly type: "ack";
  /** 0 to 65535. */
  readonly block: number;
}

export function decodeAck(
  datagram: Uint8Array,
  block: number,
  options: PacketDecodeOptions,
): PacketDecodeResult<AckPacket> {
  if (datagram.length > dataHeaderLength && options.quirks?.acceptLongAck === false)
    return refuse("too-long", `ACK has ${datagram.length} octets instead of 4`, 4, 4);
  return { ok: true, packet: { type: "ack", block } };
}

/**
 * An ACK packet of four octets, written into `into` at `offset` where they are given.
 *
 * @param block 0 to 65535
 * @returns `into`
 * @throws {PacketEncodeError} `out-of-range` for the block, `no-room` when `into` is too small
 */
export function encodeAck(
  block: number,
  into: Uint8Array = new Uint8Array(dataHeaderLength),
  offset = 0,
): Uint8Array {
  return writeHeader(4, checkUint16("the block number", block), into, offset);
}
