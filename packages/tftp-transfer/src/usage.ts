const marker: symbol = Symbol.for("@longshore/tftp-transfer/TransferUsageError");

export type TransferUsageErrorCode =
  /** A block size, window size or read size that cannot be. */
  | "out-of-range"
  /** A call that the engine's state does not allow, as `provide` without a read under way. */
  | "out-of-order";

/** The caller's mistake in driving an engine; the peer's mistakes are effects and never thrown. */
export class TransferUsageError extends Error {
  override readonly name = "TransferUsageError";
  readonly code: TransferUsageErrorCode;

  constructor(code: TransferUsageErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link TransferUsageError}, also one made by another installed version. */
  static isInstance(value: unknown): value is TransferUsageError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/** `value`, if it is an integer from `min` to `max`. */
export function checkRange(what: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new TransferUsageError(
      "out-of-range",
      `${what} is ${value}, give an integer from ${min} to ${max}`,
    );
  return value;
}
