import { type AckPacket, decodeAck, encodeAck } from "./ack.ts";
import { type DataPacket, decodeData, encodeData } from "./data.ts";
import { decodeError, type ErrorPacket, encodeError } from "./error.ts";
import { type PacketDecodeResult, refuse } from "./fault.ts";
import type { PacketDecodeOptions } from "./limits.ts";
import { decodeOack, encodeOack, type OackPacket } from "./oack.ts";
import { decodeRequest, encodeRequest, type RequestPacket } from "./request.ts";

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
  options: PacketDecodeOptions = {},
): PacketDecodeResult<TftpPacket> {
  const [high, low, third, fourth] = datagram;
  if (high === undefined || low === undefined)
    return refuse("too-short", `${datagram.length} octets hold no opcode`);
  const opcode = high * 256 + low;
  if (opcode === 1) return decodeRequest(datagram, "rrq", options);
  if (opcode === 2) return decodeRequest(datagram, "wrq", options);
  if (opcode === 6) return decodeOack(datagram, options);
  if (opcode === 0 || opcode > 6) return refuse("unknown-opcode", `${opcode} is no TFTP opcode`, opcode);
  if (third === undefined || fourth === undefined)
    return refuse("too-short", `${datagram.length} octets, 4 at least`, opcode, opcode === 5 ? undefined : 4);
  const value = third * 256 + fourth;
  if (opcode === 3) return decodeData(datagram, value, options);
  return opcode === 4 ? decodeAck(datagram, value, options) : decodeError(datagram, value, options);
}

/**
 * The datagram of `packet`.
 *
 * @throws {PacketEncodeError} `too-long` for a request over 512 octets or a payload over 65464, `nul-in-text`,
 *   `out-of-range` for a block number or error code, `empty-option-name`
 * @example encodePacket({ type: "ack", block: 1 }) // Uint8Array [0, 4, 0, 1]
 */
export function encodePacket(packet: TftpPacket): Uint8Array {
  switch (packet.type) {
    case "data":
      return encodeData(packet);
    case "ack":
      return encodeAck(packet.block);
    case "error":
      return encodeError(packet);
    case "oack":
      return encodeOack(packet);
    default:
      return encodeRequest(packet);
  }
}
