import type { TftpErrorCode } from "./error-code.ts";

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
  readonly opcode?: number;
  /**
   * The TFTP error code to answer with (RFC 1350 §1, RFC 2347), absent where nothing is to be answered: an
   * ERROR never is, and what is no TFTP at all would only make an amplifier of the answer.
   */
  readonly answer?: TftpErrorCode;
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
  override readonly name = "PacketEncodeError";
  readonly code: PacketEncodeErrorCode;

  constructor(code: PacketEncodeErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link PacketEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is PacketEncodeError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/** The refusal of a datagram, as {@link PacketDecodeError}. */
export function refuse(
  code: PacketDecodeErrorCode,
  message: string,
  opcode?: number,
  answer?: TftpErrorCode,
): { readonly ok: false; readonly error: PacketDecodeError } {
  return {
    ok: false,
    error: {
      code,
      message: `${code}: ${message}`,
      ...(opcode === undefined ? {} : { opcode }),
      ...(answer === undefined ? {} : { answer }),
    },
  };
}

/** `value` if it is an integer from 0 to 65535, which is what two octets hold. */
export function checkUint16(what: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new PacketEncodeError("out-of-range", `${what} is ${value}, give an integer from 0 to 65535`);
  return value;
}
