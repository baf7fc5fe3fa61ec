import { type PacketDecodeResult, PacketEncodeError, refuse } from "./fault.ts";
import type { PacketDecodeOptions } from "./limits.ts";
import { dataOpcode } from "./opcode.ts";

/** Octets before the payload of a DATA packet: opcode and block number (RFC 1350 §5). */
export const dataHeaderLength = 4;

/** The largest payload that can be negotiated (RFC 2348). */
export const maxBlockSize = 65464;

/** A block of the file; one shorter than the block size is the last (RFC 1350 §6). */
export interface DataPacket {
  readonly type: "data";
  /** 0 to 65535. */
  readonly block: number;
  /** The payload; after decoding a view of the datagram, not a copy. */
  readonly data: Uint8Array;
}

export function decodeData(
  datagram: Uint8Array,
  block: number,
  { blockSize = maxBlockSize }: PacketDecodeOptions,
): PacketDecodeResult<DataPacket> {
  const length = datagram.length - dataHeaderLength;
  if (length > blockSize) return refuse("too-long", datagram, dataOpcode);
  // What `subarray` of a Buffer asks first costs as much again.
  const data = new Uint8Array(datagram.buffer, datagram.byteOffset + dataHeaderLength, length);
  return { ok: true, packet: { type: "data", block, data } };
}

export function encodeData({ block, data }: DataPacket): Uint8Array {
  if (data.length > maxBlockSize) throw new PacketEncodeError("too-long", `${data.length} octets`);
  const datagram = encodeDataHeader(block, new Uint8Array(dataHeaderLength + data.length));
  datagram.set(data, dataHeaderLength);
  return datagram;
}

/**
 * The four octets before a payload, so that header and payload go out as two buffers and the payload is not
 * copied; or, with `into` and `offset`, written in front of a payload that already stands there.
 *
 * @param block 0 to 65535
 * @returns `into`
 * @throws {PacketEncodeError} `out-of-range` for the block, `no-room` when `into` is too small
 */
export function encodeDataHeader(block: number, into?: Uint8Array, offset?: number): Uint8Array {
  return writeHeader(dataOpcode, block, into, offset);
}

/** Writes opcode and the two octets after it, which DATA, ACK and ERROR have in common. */
export function writeHeader(
  opcode: number,
  value: number,
  into: Uint8Array = new Uint8Array(dataHeaderLength),
  offset = 0,
): Uint8Array {
  if ((value & 0xffff) !== value) throw new PacketEncodeError("out-of-range", `${value}`);
  if (!(offset >= 0 && offset + dataHeaderLength <= into.length))
    throw new PacketEncodeError("no-room", `octets at ${offset}`);
  into[offset] = 0;
  into[offset + 1] = opcode;
  into[offset + 2] = value >> 8;
  into[offset + 3] = value;
  return into;
}
