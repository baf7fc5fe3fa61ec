const marker = Symbol.for("@longshore/ftp-data/DataConnectionError");

/**
 * - `reset`: the peer or the network broke the connection.
 * - `truncated`: TLS ended without close_notify, so that nobody can tell whether that was all.
 * - `stalled`: the peer moved nothing for the time allowed.
 * - `aborted`: the caller's signal.
 * - `store`: the file's side failed; `cause` is its error.
 */
export type DataConnectionErrorCode = "reset" | "truncated" | "stalled" | "aborted" | "store";

/** Why bytes stopped moving. */
export class DataConnectionError extends Error {
  override readonly name = "DataConnectionError";
  readonly code: DataConnectionErrorCode;
  /** Bytes that had moved on the wire until then. */
  readonly bytes: number;

  constructor(
    code: DataConnectionErrorCode,
    message: string,
    bytes: number,
    options?: { readonly cause?: unknown },
  ) {
    super(`${code}: ${message}`, options);
    this.code = code;
    this.bytes = bytes;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link DataConnectionError}, also one made by another installed version. */
  static isInstance(value: unknown): value is DataConnectionError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}
