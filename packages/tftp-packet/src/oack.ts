import { type PacketDecodeResult, refuse } from "./fault.ts";
import { encodeFields, splitFields } from "./field.ts";
import { defaultMaxRequestLength, type PacketDecodeOptions } from "./limits.ts";
import { opcodes } from "./opcode.ts";
import { flattenOptions, pairOptions, type RawOption } from "./option.ts";

/** The options that a server grants (RFC 2347). */
export interface OackPacket {
  readonly type: "oack";
  /** Exactly as sent: order, case, empty values and duplicates. */
  readonly options: readonly RawOption[];
}

/** RFC 2347. A malformed OACK is answered with ERROR 8, as one that is rejected. */
export function decodeOack(
  datagram: Uint8Array,
  options: PacketDecodeOptions,
): PacketDecodeResult<OackPacket> {
  const limit = options.maxRequestLength ?? defaultMaxRequestLength;
  if (datagram.length > limit)
    return refuse("too-long", `OACK has ${datagram.length} octets, ${limit} at most`, opcodes.oack, 8);
  const { fields, rest } = splitFields(datagram, 2);
  if (rest !== "") return refuse("missing-nul", "no NUL ends the last text of OACK", opcodes.oack, 8);
  const paired = pairOptions(fields, 0, opcodes.oack, 8);
  return paired.ok ? { ok: true, packet: { type: "oack", options: paired.options } } : paired;
}

export function encodeOack(packet: OackPacket): Uint8Array {
  const datagram = encodeFields(2, flattenOptions(packet.options));
  datagram[1] = opcodes.oack;
  return datagram;
}
