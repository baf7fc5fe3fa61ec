import { writeHeader } from "./data.ts";
import type { PacketDecodeResult } from "./fault.ts";
import { ackOpcode } from "./opcode.ts";

/** Acknowledges a block; 0 answers a WRQ or an OACK (RFC 1350 §5, RFC 2347). */
export interface AckPacket {
  readonly type: "ack";
  /** 0 to 65535. */
  readonly block: number;
}

/** What follows the block number is not looked at: Windows Deployment Services extends the packet. */
export function decodeAck(block: number): PacketDecodeResult<AckPacket> {
  return { ok: true, packet: { type: "ack", block } };
}

export function encodeAck({ block }: AckPacket): Uint8Array {
  return writeHeader(ackOpcode, block);
}
