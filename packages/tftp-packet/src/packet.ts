import { type AckPacket, decodeAck, encodeAck } from "./ack.ts";
import { type DataPacket, decodeData, encodeData } from "./data.ts";
import { decodeError, type ErrorPacket, encodeError } from "./error.ts";
import { type PacketDecodeResult, refuse } from "./fault.ts";
import type { PacketDecodeOptions } from "./limits.ts";
import { decodeNegotiation, encodeNegotiation, type OackPacket, type RequestPacket } from "./negotiation.ts";
import { ackOpcode, dataOpcode, oackOpcode, wrqOpcode } from "./opcode.ts";

/** The packets of RFC 1350 §5 and RFC 2347. */
export type TftpPacket = RequestPacket | DataPacket | AckPacket | ErrorPacket | OackPacket;

/**
 * Reads the payload of one UDP datagram. It never throws, and never reads past the datagram.
 *
 * @returns the packet, whose payload in DATA is a view of `datagram`; or the error, with the TFTP error code
 *   that answers it
 * @example decodePacket(Uint8Array.of(0, 4, 0, 1)) // { ok: true, packet: { type: "ack", block: 1 } }
 */
export function decodePacket(
  datagram: Uint8Array,
  options: PacketDecodeOptions = noOptions,
): PacketDecodeResult<TftpPacket> {
  const opcode = readUint16(datagram, 0);
  if (opcode === undefined) return refuse("too-short", datagram);
  if (opcode < 1 || opcode > oackOpcode) return refuse("unknown-opcode", datagram, opcode);
  if (opcode <= wrqOpcode || opcode === oackOpcode) return decodeNegotiation(datagram, opcode, options);
  const value = readUint16(datagram, 2);
  if (value === undefined) return refuse("too-short", datagram, opcode);
  if (opcode === dataOpcode) return decodeData(datagram, value, options);
  return opcode === ackOpcode ? decodeAck(value) : decodeError(datagram, value, options);
}

/**
 * The datagram of `packet`.
 *
 * @throws {PacketEncodeError} `too-long` for a request over 512 octets or a payload over 65464, `nul-in-text`,
 *   `out-of-range` for a block number or error code, `empty-option-name`
 * @example encodePacket({ type: "ack", block: 1 }) // Uint8Array [0, 4, 0, 1]
 */
export function encodePacket(packet: TftpPacket): Uint8Array {
  if (packet.type === "data") return encodeData(packet);
  if (packet.type === "ack") return encodeAck(packet);
  return packet.type === "error" ? encodeError(packet) : encodeNegotiation(packet);
}

const noOptions: PacketDecodeOptions = {};

function readUint16(datagram: Uint8Array, at: number): number | undefined {
  const low = datagram[at + 1];
  return low === undefined ? undefined : (datagram[at] ?? 0) * 256 + low;
}
