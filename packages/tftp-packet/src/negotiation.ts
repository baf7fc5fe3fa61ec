import { decodeText } from "@longshore/nvt";
import { type PacketDecodeResult, PacketEncodeError, refuse } from "./fault.ts";
import { joinFields, splitFields } from "./field.ts";
import { defaultMaxRequestLength, maxRequestLength, type PacketDecodeOptions } from "./limits.ts";
import { oackOpcode, rrqOpcode, wrqOpcode } from "./opcode.ts";

/** An option exactly as it stands in the packet. */
export type RawOption = readonly [name: string, value: string];

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

/** The options that a server grants (RFC 2347). */
export interface OackPacket {
  readonly type: "oack";
  /** Exactly as sent: order, case, empty values and duplicates. */
  readonly options: readonly RawOption[];
}

/** Reads an RRQ, WRQ or OACK: texts two by two, of which a request's name and mode are the first. */
export function decodeNegotiation(
  datagram: Uint8Array,
  opcode: number,
  { maxRequestLength: limit = defaultMaxRequestLength, quirks }: PacketDecodeOptions,
): PacketDecodeResult<RequestPacket | OackPacket> {
  if (datagram.length > limit) return refuse("too-long", datagram, opcode);
  const isRequest = opcode !== oackOpcode;
  const packet = readPlain(datagram, opcode);
  if (packet !== undefined) return { ok: true, packet };
  const texts = splitFields(datagram, 2);
  const last = texts.pop();
  // A NUL too many is a name, or its value, with nothing before or behind it.
  if (quirks?.acceptTrailingNuls && !isRequest)
    while (texts.length && !texts.at((texts.length % 2) - 2)) texts.pop();
  // What stands before a missing NUL may be the mode, but no option.
  if (last && (texts.push(last) > 2 || !isRequest || !quirks?.acceptMissingNul))
    return refuse("missing-nul", datagram, opcode);
  if (isRequest && texts.length < 2) return refuse("missing-mode", datagram, opcode);
  if (texts.length % 2) return refuse("missing-value", datagram, opcode);
  const options: RawOption[] = [];
  for (let at = isRequest ? 2 : 0; at < texts.length; at += 2)
    options.push([texts[at] ?? "", texts[at + 1] ?? ""]);
  const [filename = "", mode = ""] = texts;
  if (hasNameless(options)) return refuse("empty-option-name", datagram, opcode);
  const type = opcode === rrqOpcode ? "rrq" : "wrq";
  return { ok: true, packet: isRequest ? { type, filename, mode, options } : { type: "oack", options } };
}

/**
 * Reads a packet of ASCII that keeps to the RFCs in one pass over its octets; `undefined` says nothing but that it has
 * to be looked at.
 */
function readPlain(datagram: Uint8Array, opcode: number): RequestPacket | OackPacket | undefined {
  const text = decodeText(datagram);
  const { length } = datagram;
  const options: RawOption[] = [];
  let filename: string | undefined;
  let mode: string | undefined;
  let name: string | undefined;
  let start = 2;
  for (let at = 2; at < length; at++) {
    const octet = datagram[at] ?? 0;
    if (octet > 0x7f) return undefined;
    if (octet !== 0) continue;
    const field = text.slice(start, at);
    start = at + 1;
    if (opcode === oackOpcode || mode !== undefined) {
      if (name === undefined) name = field;
      else {
        options.push([name, field]);
        name = undefined;
      }
      if (name === "") return undefined;
    } else if (filename === undefined) filename = field;
    else mode = field;
  }
  if (start !== length || name !== undefined) return undefined;
  if (opcode === oackOpcode) return { type: "oack", options };
  if (filename === undefined || mode === undefined) return undefined;
  return { type: opcode === rrqOpcode ? "rrq" : "wrq", filename, mode, options };
}

export function encodeNegotiation(packet: RequestPacket | OackPacket): Uint8Array {
  const { type, options } = packet;
  if (hasNameless(options)) throw new PacketEncodeError("empty-option-name", '""');
  const texts = type === "oack" ? [] : [packet.filename, packet.mode];
  for (const [name, value] of options) texts.push(name, value);
  if (type === "oack") return joinFields(oackOpcode, 2, texts);
  const datagram = joinFields(type === "rrq" ? rrqOpcode : wrqOpcode, 2, texts);
  // RFC 2347: "The maximum size of a request packet is 512 octets."
  if (datagram.length <= maxRequestLength) return datagram;
  throw new PacketEncodeError("too-long", `${datagram.length} octets`);
}

function hasNameless(options: readonly RawOption[]): boolean {
  for (const [name] of options) if (!name) return true;
  return false;
}
