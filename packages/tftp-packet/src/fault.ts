import type { TftpErrorCode } from "./error-code.ts";
import { errorOpcode, oackOpcode } from "./opcode.ts";

const marker: symbol = Symbol.for("@longshore/tftp-packet/PacketEncodeError");

/** Every way in which a datagram fails to be a packet; the set is closed. */
export type PacketDecodeErrorCode =
  /** Shorter than its opcode, or than the two octets that follow it in DATA, ACK and ERROR. */
  | "too-short"
  /** A request or OACK over `maxRequestLength`, or DATA over the block size. */
  | "too-long"
  /** An opcode other than 1 to 6. */
  | "unknown-opcode"
  /** The last text does not end in NUL. */
  | "missing-nul"
  /** A request without a mode. */
  | "missing-mode"
  /** An option name without a value. */
  | "missing-value"
  /** An option whose name is empty. */
  | "empty-option-name";

/** The peer's mistake: data, never thrown. */
export interface PacketDecodeError {
  readonly code: PacketDecodeErrorCode;
  readonly message: string;
  /** The opcode, where there were two octets to hold one. */
  readonly opcode?: number | undefined;
  /**
   * The TFTP error code to answer with: 4 (RFC 1350 §1, "an incorrectly formed packet"), or 8 for an OACK (RFC 2347).
   * Undefined where nothing is to be answered: an ERROR never is, and to answer what is no TFTP at all would only
   * help whoever forged its source address.
   */
  readonly answer?: TftpErrorCode | undefined;
}

/** A packet, or why there is none. */
export type PacketDecodeResult<Packet> =
  | { readonly ok: true; readonly packet: Packet }
  | { readonly ok: false; readonly error: PacketDecodeError };

/** Every mistake that the caller of an encoder can make; the set is closed. */
export type PacketEncodeErrorCode =
  /** A request over 512 octets (RFC 2347), or a payload over 65464 octets (RFC 2348). */
  | "too-long"
  /** A NUL inside a text, which would end it early. */
  | "nul-in-text"
  /** A block number, error code or option value outside its range. */
  | "out-of-range"
  /** An option whose name is empty. */
  | "empty-option-name"
  /** The buffer handed in does not hold the packet. */
  | "no-room";

/** The caller's mistake, thrown by every encoder of this package and nothing else. */
export class PacketEncodeError extends Error {
  declare readonly name: "PacketEncodeError";
  declare readonly code: PacketEncodeErrorCode;

  /** @param what the value at fault, with its unit */
  constructor(code: PacketEncodeErrorCode, what: string) {
    super(`${code}: ${what}`);
    Object.assign(this, { name: "PacketEncodeError", code, [marker]: true });
  }

  /** Whether `value` is a {@link PacketEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is PacketEncodeError {
    return (value as Record<symbol, unknown> | null | undefined)?.[marker] === true;
  }
}

/** The refusal of a datagram, with the answer that its opcode calls for. */
export function refuse(
  code: PacketDecodeErrorCode,
  { length }: Uint8Array,
  opcode?: number,
): { readonly ok: false; readonly error: PacketDecodeError } {
  const message = `${code}: ${length} octets, opcode ${opcode}`;
  const answer = opcode === oackOpcode ? 8 : opcode && opcode < errorOpcode ? 4 : undefined;
  return { ok: false, error: { code, message, opcode, answer } };
}
