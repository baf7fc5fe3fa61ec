const encodeMarker = Symbol.for("@longshore/ftp-reply/ReplyEncodeError");
const decodeMarker = Symbol.for("@longshore/ftp-reply/ReplyDecodeError");

/** `code`: not from 100 to 699. `line-break`: CR, LF or NUL inside a line. */
export type ReplyEncodeErrorCode = "code" | "line-break";

/** The caller's mistake: a reply that cannot be sent. */
export class ReplyEncodeError extends Error {
  override readonly name = "ReplyEncodeError";
  readonly code: ReplyEncodeErrorCode;

  constructor(code: ReplyEncodeErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
    Object.defineProperty(this, encodeMarker, { value: true });
  }

  /** Whether `value` is a {@link ReplyEncodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is ReplyEncodeError {
    return Object(value)[encodeMarker] === true;
  }
}

/** Why what a server sent is no reply. */
export type ReplyDecodeErrorCode =
  /** The line does not begin with three digits, or has neither blank nor hyphen after them. */
  | "no-code"
  /** Three digits, but not from 100 to 699 (RFC 959 §4.2, RFC 2228 §5.2). */
  | "code-out-of-range"
  /** An SSH server's greeting: the port is the wrong one. */
  | "ssh-greeting"
  /** An HTTP server's, or a proxy's, answer. */
  | "http-greeting"
  | "line-too-long"
  | "reply-too-long"
  /** The stream ended inside a line or inside a reply of several lines. */
  | "unterminated";

/** The server's mistake: a value that comes with the line, never thrown by this package. */
export class ReplyDecodeError extends Error {
  override readonly name = "ReplyDecodeError";
  readonly code: ReplyDecodeErrorCode;
  /** The line at fault as sent, or what there is of it. */
  readonly line: string;

  constructor(code: ReplyDecodeErrorCode, line: string) {
    super(`${code}: ${JSON.stringify(line)}`);
    this.code = code;
    this.line = line;
    Object.defineProperty(this, decodeMarker, { value: true });
  }

  /** Whether `value` is a {@link ReplyDecodeError}, also one made by another installed version. */
  static isInstance(value: unknown): value is ReplyDecodeError {
    return Object(value)[decodeMarker] === true;
  }
}
