import { type PacketDecodeResult, PacketEncodeError, refuse } from "./fault.ts";
import { encodeFields, splitFields } from "./field.ts";
import { defaultMaxRequestLength, maxRequestLength, type PacketDecodeOptions } from "./limits.ts";
import { opcodes } from "./opcode.ts";
import { flattenOptions, pairOptions, type RawOption } from "./option.ts";

/** Asks to read (RRQ) or to write (WRQ) a file (RFC 1350 §5, RFC 2347). */
export interface RequestPacket {
  readonly type: "rrq" | "wrq";
  /** As sent: no path yet, and not to be trusted as one. */
  readonly filename: string;
  /** As sent; see {@link parseMode}. */
  readonly mode: string;
  /** Exactly as sent: order, case, empty values and duplicates. See {@link parseOptions}. */
  readonly options: readonly RawOption[];
}

/** RFC 1350 §5, figure 5-1, and RFC 2347. A malformed request is answered with ERROR 4. */
export function decodeRequest(
  datagram: Uint8Array,
  type: RequestPacket["type"],
  options: PacketDecodeOptions,
): PacketDecodeResult<RequestPacket> {
  const opcode = opcodes[type];
  const limit = options.maxRequestLength ?? defaultMaxRequestLength;
  if (datagram.length > limit)
    return refuse("too-long", `the request has ${datagram.length} octets, ${limit} at most`, opcode, 4);
  const { fields, rest } = splitFields(datagram, 2);
  let [filename, mode] = fields;
  if (rest !== "") {
    if (fields.length !== 1 || options.quirks?.acceptMissingNul !== true)
      return refuse("missing-nul", "no NUL ends the last text of the request", opcode, 4);
    mode = rest;
  }
  if (filename === undefined || mode === undefined)
    return refuse("missing-mode", "the request names no mode", opcode, 4);
  const paired = pairOptions(fields, 2, opcode, 4);
  if (!paired.ok) return paired;
  return { ok: true, packet: { type, filename, mode, options: paired.options } };
}

export function encodeRequest(packet: RequestPacket): Uint8Array {
  const datagram = encodeFields(2, [packet.filename, packet.mode, ...flattenOptions(packet.options)]);
  // RFC 2347: "The maximum size of a request packet is 512 octets."
  if (datagram.length > maxRequestLength)
    throw new PacketEncodeError(
      "too-long",
      `the request has ${datagram.length} octets, ${maxRequestLength} at most: shorten the name or leave out options`,
    );
  datagram[1] = opcodes[packet.type];
  return datagram;
}
