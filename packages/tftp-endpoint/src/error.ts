const marker: symbol = Symbol.for("@longshore/tftp-endpoint/TftpError");

/** Every way in which a client's transfer fails; the set is closed. */
export type TftpErrorKind =
  /** The peer sent ERROR; `tftpCode` and `tftpMessage` tell which. */
  | "peer-error"
  /** Nothing came for too long. */
  | "timeout"
  /** The host's name is unknown, or the system cannot send there. */
  | "unreachable"
  /** The peer did what the protocol does not allow. */
  | "protocol"
  /**
   * Everything was sent and the last block was never acknowledged: the server has probably stored the file
   * (RFC 1350 §6). Look before sending it again.
   */
  | "unconfirmed"
  /** The content is longer than allowed, or not as long as was announced. */
  | "size"
  /** The file on this side failed; `cause` is its error. */
  | "store"
  /** The caller's signal. */
  | "aborted"
  /** An option that cannot be sent; nothing was sent. */
  | "usage";

/** Why a transfer of {@link tftpGet} or {@link tftpPut} failed. Nothing of it stands under the final name. */
export class TftpError extends Error {
  override readonly name = "TftpError";
  readonly code: TftpErrorKind;
  /** The code of the peer's ERROR packet. */
  readonly tftpCode?: number;
  /** Its message, as it was sent: text from outside. */
  readonly tftpMessage?: string;

  constructor(
    code: TftpErrorKind,
    message: string,
    options: { readonly cause?: unknown; readonly tftpCode?: number; readonly tftpMessage?: string } = {},
  ) {
    super(`${code}: ${message}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    if (options.tftpCode !== undefined) this.tftpCode = options.tftpCode;
    if (options.tftpMessage !== undefined) this.tftpMessage = options.tftpMessage;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link TftpError}, also one made by another installed version. */
  static isInstance(value: unknown): value is TftpError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}
