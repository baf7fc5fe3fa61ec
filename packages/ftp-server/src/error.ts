const marker = Symbol.for("@longshore/ftp-server/FtpServerError");

/**
 * `certificate`: a certificate, its key or an authority cannot be used. `virtual-host`: a name is none, or stands for
 * two hosts. `listener`: a listener wants what the server has not. `reload`: this cannot change while the server runs.
 */
export type FtpServerErrorCode = "certificate" | "virtual-host" | "listener" | "reload";

/** The operator's mistake, thrown where it is made. What clients do wrong is never an error here. */
export class FtpServerError extends Error {
  override readonly name = "FtpServerError";
  readonly code: FtpServerErrorCode;

  constructor(code: FtpServerErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is an {@link FtpServerError}, also one made by another installed version. */
  static isInstance(value: unknown): value is FtpServerError {
    return Object(value)[marker] === true;
  }
}
