import type { FtpReply } from "@longshore/ftp-reply";
import { controls } from "./transcript.ts";

const marker = Symbol.for("@longshore/ftp-session/FtpError");

/** Everything that can go wrong for a client. The set is closed; each has its sentence in {@link advice}. */
export type FtpErrorCode =
  | "connect-failed"
  | "proxy-failed"
  | "connection-lost"
  | "timeout"
  | "aborted"
  | "closed"
  | "busy"
  | "tls-failed"
  | "tls-refused"
  | "tls-injection"
  | "clear-refused"
  | "not-ftp"
  | "malformed-reply"
  | "desync"
  | "service-closing"
  | "login-failed"
  | "refused"
  | "unsupported"
  | "bad-argument"
  | "data-open-failed"
  | "data-lost"
  | "transfer-failed"
  | "restart-refused"
  | "short-transfer"
  | "size-mismatch"
  | "hash-mismatch"
  | "placement-refused"
  | "local";

/** What the session was doing. Each phase has its own deadline, see `ClientTimeouts`. */
export type FtpPhase =
  | "connect"
  | "tls"
  | "greeting"
  | "login"
  | "command"
  | "data-open"
  | "transfer"
  | "conclude"
  | "abort"
  | "idle";

export interface FtpErrorDetails {
  readonly phase?: FtpPhase;
  /** The command as sent, without secrets. */
  readonly command?: string;
  readonly reply?: FtpReply;
  /** Bytes that had moved on the data connection. */
  readonly bytes?: number;
  readonly cause?: unknown;
  /** The last lines of the session, the oldest first: `C: USER ann`, `S: 331 Password.`; without secrets. */
  readonly transcript?: readonly string[];
  /** Whether trying again, perhaps over a new session, may succeed; told from code and reply unless given. */
  readonly retryable?: boolean;
}

/** The one error of the client, thrown by the driver and carried as a value by the engine. */
export class FtpError extends Error {
  override readonly name = "FtpError";
  readonly code: FtpErrorCode;
  /** What happened: the message without the code and without what a program could do about it. */
  readonly reason: string;
  readonly phase: FtpPhase | undefined;
  readonly command: string | undefined;
  readonly reply: FtpReply | undefined;
  readonly bytes: number | undefined;
  /** Whether trying again, perhaps over a new session, may succeed. */
  readonly retryable: boolean;
  /**
   * The last lines of the session before it, the oldest first: `C: USER ann`, `S: 331 Password.`; without secrets. Empty
   * where no session was involved. A driver sets it where what failed was its own.
   */
  transcript: readonly string[];

  constructor(code: FtpErrorCode, message: string, details: FtpErrorDetails = {}) {
    const hint = advice[code];
    // A message may hold what a server said, and be shown on a terminal.
    const reason = message.replace(controls, "?");
    super(
      `${code}: ${reason}${hint === "" ? "" : `; ${hint}`}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.reason = reason;
    this.phase = details.phase;
    this.command = details.command;
    this.reply = details.reply;
    this.bytes = details.bytes;
    this.transcript = details.transcript ?? [];
    this.retryable = details.retryable ?? isRetryable(code, details.reply);
    Object.defineProperty(this, marker, { value: true });
  }

  /** Whether `value` is an {@link FtpError}, also one made by another installed version. */
  static isInstance(value: unknown): value is FtpError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }
}

/** What to do about it, where the message alone does not say. */
const advice = {
  "connect-failed": "check the host, the port and the network",
  "proxy-failed": "check the proxy's address, user and password, and whether it lets you through",
  "connection-lost": "connect again",
  timeout: "try again, or allow more time with `timeouts`",
  aborted: "",
  closed: "connect again",
  busy: "wait for the operation under way to settle",
  "tls-failed": "check the certificate, the host name and `tls.ca`",
  "tls-refused": 'the server offers no TLS here; only with `tls: "off"` would everything go in clear',
  "tls-injection": "somebody may be between you and the server",
  "clear-refused": 'leave `tls.clearControl` out, or go on encrypted with "if-offered"',
  "not-ftp": "check the port",
  "malformed-reply": "the server does not keep to RFC 959 §4.2",
  desync: "the session was closed because no later reply could be trusted; connect again",
  "service-closing": "connect again later",
  "login-failed": "check user, password and account",
  refused: "",
  unsupported: "",
  "bad-argument": "",
  "data-open-failed": "check firewalls, or choose other `dataModes`",
  "data-lost": "try again or resume; the session goes on",
  "transfer-failed": "",
  "restart-refused": "transfer the whole file instead",
  "short-transfer": "resume, or transfer it again",
  "size-mismatch": "transfer it again",
  "hash-mismatch": "transfer it again",
  "placement-refused":
    "with `temporary: false` it is written under its name itself, where a failure loses what stands there",
  local: "",
} as const satisfies Record<FtpErrorCode, string>;

const retryableCodes: ReadonlySet<FtpErrorCode> = new Set<FtpErrorCode>([
  "connect-failed",
  "connection-lost",
  "timeout",
  "desync",
  "service-closing",
  "data-open-failed",
  "data-lost",
  "short-transfer",
  "hash-mismatch",
]);

/** A 4yz reply invites another try, a 5yz does not (RFC 959 §4.2.1); 421 is always the former. */
function isRetryable(code: FtpErrorCode, reply: FtpReply | undefined): boolean {
  if (code === "aborted" || code === "local") return false;
  if (reply !== undefined && reply.code >= 400) return reply.code < 500;
  return retryableCodes.has(code);
}
