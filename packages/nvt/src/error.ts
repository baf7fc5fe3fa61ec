const marker = Symbol.for("@longshore/nvt/NvtEncodeError");

/** `line-break`: CR, LF or NUL inside a line. */
export type NvtEncodeErrorCode = "line-break";

/**
 * The caller's mistake: text that would be cut in two, or read as two commands, on the wire. What the peer
 * sends is never an error here; it comes as {@link LineEvent}s.
 */
export class NvtEncodeError extends Error {
  override readonly name = "NvtEncodeError";
  readonly code: NvtEncodeErrorCode;

  constructor(code: NvtEncodeErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is an {@link NvtEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is NvtEncodeError {
    return Object(value)[marker] === true;
  }
}
