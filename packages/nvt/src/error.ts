const marker = Symbol.for("@longshore/nvt/NvtEncodeError");

/** Which character cannot stand inside a line. */
export type NvtEncodeErrorCode = "carriage-return" | "line-feed" | "nul";

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
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}
