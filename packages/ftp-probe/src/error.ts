const marker = Symbol.for("@longshore/ftp-probe/ProbeError");

/**
 * Why there is no scorecard: `bad-argument`, an option cannot be used; `unreachable`, no connection or no greeting;
 * `not-ftp`, what answers is no FTP server; `tls`, the handshake that was asked for failed; `aborted`, by `signal`.
 * The other codes are seen by single checks alone: `limit`, a limit of the probe is used up; `lost`, the server closed
 * the connection or said nothing; `refused`, it refused what the check needs.
 */
export type ProbeErrorCode =
  | "bad-argument"
  | "unreachable"
  | "not-ftp"
  | "tls"
  | "aborted"
  | "limit"
  | "lost"
  | "refused";

export class ProbeError extends Error {
  override readonly name = "ProbeError";
  readonly code: ProbeErrorCode;

  constructor(code: ProbeErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is a {@link ProbeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is ProbeError {
    return Object(value)[marker] === true;
  }
}
