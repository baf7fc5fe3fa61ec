import type { FileStat, FileStoreErrorKind, VirtualPath } from "@longshore/file-store";
import type { HostPort } from "@longshore/ftp-address";
import type { Secret } from "@longshore/ftp-command";
import type { FactName } from "@longshore/ftp-listing";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataProtection, TlsRole, TransferFailure, TransferType } from "../data.ts";
import type { SessionUser, VirtualHost } from "./user.ts";

/**
 * What the engine asks of its driver. Effects are plain data and are to be carried out in the order given;
 * those marked with a completion are answered through `complete`, once each.
 */
export type ServerEffect =
  /** Send this reply on the control connection. */
  | { readonly type: "reply-send"; readonly reply: FtpReply }
  /** Send these bytes on the control connection as they are: answers to telnet options. */
  | { readonly type: "bytes-send"; readonly bytes: Uint8Array }
  /** A command is about to be answered: for logs. `text` holds no secret and no control character. */
  | { readonly type: "command"; readonly verb: string; readonly text: string }
  /**
   * Who is this? → `authenticated` or `authentication-refused`. `certified`: no password was asked for yet, the
   * client's certificate alone is to show it (RFC 4217 §12.2); `password` is empty.
   */
  | {
      readonly type: "authenticate";
      readonly user: string;
      readonly password: Secret;
      readonly certified?: true;
    }
  /**
   * The client names a virtual host, in lower case, an IPv6 address in its brackets (RFC 7151 §3)
   * → `host-selected` or `host-refused`. An address that is not this server's own is to be refused, and so is another
   * name than the one given in the TLS handshake (§3.2.2).
   */
  | { readonly type: "host-select"; readonly host: string }
  /** The host that was chosen counts no more (REIN, RFC 7151 §3.2.1). */
  | { readonly type: "host-reset" }
  /** The user is gone (REIN, AUTH, a new USER) although the connection stays. */
  | { readonly type: "logout" }
  /** One operation of the store → `store-answer`. */
  | { readonly type: "store-request"; readonly request: StoreRequest }
  /** Give up the store's operation under way: it answers `aborted`, unless it is done already. */
  | { readonly type: "store-abort" }
  /** Who else is there (SITE WHO)? `own`: the sessions of this user alone → `sessions-answer`. */
  | { readonly type: "sessions-request"; readonly scope: "own" | "all" }
  /** Open the passive listener, in place of an older one → `data-listening` or `data-listen-failed`. */
  | {
      readonly type: "data-listen";
      /** 4 or 6, where the client named one (EPSV 1, EPSV 2); else the control connection's. */
      readonly family: 4 | 6;
      readonly protection: DataProtection;
      /** The client is told the address too (PASV, LPSV), and not the port alone (EPSV). */
      readonly tellsAddress: boolean;
      /** Which end of TLS this server is on the data connection: `client` only between two servers (CPSV, SSCN). */
      readonly role: TlsRole;
    }
  /** Connect to the client for the transfer → `data-open` or `data-failed`. */
  | {
      readonly type: "data-connect";
      readonly transfer: number;
      readonly address: HostPort;
      readonly protection: DataProtection;
      readonly role: TlsRole;
    }
  /** Wait on the passive listener for the client → `data-open` or `data-failed`. */
  | { readonly type: "data-accept"; readonly transfer: number }
  /**
   * Have the data connection now, ahead of its transfer (ESTA, ESTP): connect to `address`, or wait on the passive
   * listener where there is none. A `data-accept` takes it later → `data-established` or `data-establish-failed`.
   */
  | {
      readonly type: "data-establish";
      readonly address?: HostPort;
      readonly protection: DataProtection;
      readonly role: TlsRole;
    }
  /** Close the passive listener and any connection that has come in on it. */
  | { readonly type: "data-close" }
  /** Open the file or the directory → `transfer-ready` or `transfer-refused`. Once `data-open`, move it → `transfer-done` or `transfer-failed`. */
  | { readonly type: "transfer-start"; readonly transfer: number; readonly what: Transfer }
  /** Stop this transfer, in whatever phase, and keep nothing of it → `transfer-failed` (or `transfer-done`, had it ended). */
  | { readonly type: "transfer-abort"; readonly transfer: number }
  /** How many bytes have moved? → `transfer-progress`. */
  | { readonly type: "transfer-query"; readonly transfer: number }
  /** Drop what was received and not yet given to the engine, then be a TLS server on this connection → `tls-started` or `tls-failed`. */
  | { readonly type: "tls-start" }
  /** Send close_notify and be in clear again, with nothing read of what came before the client's → `tls-stopped`. */
  | { readonly type: "tls-stop" }
  /** Send what is still to be sent and close the control connection; nothing follows. */
  | { readonly type: "connection-close"; readonly reason: CloseReason };

/** What the driver reports. Those that carry a `transfer` number are ignored when that transfer is over. */
export type ServerCompletion =
  | { readonly type: "authenticated"; readonly user: SessionUser }
  /** `limit`: the user is known but may not have another session now; `banned`: nobody from there may log in (421). */
  | {
      readonly type: "authentication-refused";
      readonly reason: "denied" | "limit" | "banned" | "unavailable";
    }
  | { readonly type: "store-answer"; readonly answer: StoreAnswer }
  | { readonly type: "sessions-answer"; readonly sessions: readonly SessionSummary[] }
  | { readonly type: "host-selected"; readonly host: VirtualHost }
  /** `unknown`: 504, another HOST may follow. `unavailable`: 421, the connection ends. */
  | { readonly type: "host-refused"; readonly reason: "unknown" | "unavailable" }
  /** `address` is what the client shall connect to, which need not be the listener's own (NAT). */
  | { readonly type: "data-listening"; readonly address: HostPort }
  /** `unreachable`: there is no address to tell that this client could connect to. */
  | {
      readonly type: "data-listen-failed";
      readonly reason: "exhausted" | "unavailable" | "unreachable";
    }
  /** `address`: the end of the connection from which it was made: this server's for ESTA, the client's for ESTP. */
  | { readonly type: "data-established"; readonly address: HostPort }
  | { readonly type: "data-establish-failed"; readonly reason: DataFailure }
  | {
      readonly type: "transfer-ready";
      readonly transfer: number;
      /** Bytes of the whole file, where they go over the wire as they are: what the 150 shows. */
      readonly size?: number;
      /** The file's name, where the server chose it (STOU). */
      readonly name?: string;
    }
  | {
      readonly type: "transfer-refused";
      readonly transfer: number;
      readonly reason: FileStoreErrorKind | "restart-beyond-end";
    }
  | { readonly type: "data-open"; readonly transfer: number }
  | { readonly type: "data-failed"; readonly transfer: number; readonly reason: DataFailure }
  | { readonly type: "transfer-done"; readonly transfer: number; readonly bytes: number }
  | {
      readonly type: "transfer-failed";
      readonly transfer: number;
      readonly reason: TransferFailure | FileStoreErrorKind;
    }
  | { readonly type: "transfer-progress"; readonly transfer: number; readonly bytes: number }
  /**
   * Also reported before `start` where TLS is implicit. `host`: the virtual host that the client named in the
   * handshake (SNI). `certified`: the client has a certificate that may stand for a user in the place of a password.
   */
  | { readonly type: "tls-started"; readonly host?: VirtualHost; readonly certified?: boolean }
  | { readonly type: "tls-stopped" }
  | { readonly type: "tls-failed" };

/** What answers `authenticate`. */
export type AuthenticationAnswer = Extract<
  ServerCompletion,
  { readonly type: "authenticated" | "authentication-refused" }
>;

/** What SITE WHO tells of a session: no address and no path. */
export interface SessionSummary {
  readonly user: string;
  /** Since the connection. */
  readonly seconds: number;
  /** The command under way, `""` for none. */
  readonly verb: string;
  /** It is the session that asks. */
  readonly own: boolean;
}

/** What answers `host-select`. */
export type HostAnswer = Extract<ServerCompletion, { readonly type: "host-selected" | "host-refused" }>;

/** What answers `data-listen`. */
export type ListenAnswer = Extract<
  ServerCompletion,
  { readonly type: "data-listening" | "data-listen-failed" }
>;

/** What answers `data-establish`. */
export type EstablishAnswer = Extract<
  ServerCompletion,
  { readonly type: "data-established" | "data-establish-failed" }
>;

/** Why the control connection is closed. */
export type CloseReason =
  | "quit"
  | "login-timeout"
  | "idle-timeout"
  | "login-failures"
  | "session-limit"
  | "host-unavailable"
  | "foreign-protocol"
  | "tls-failure"
  | "shutdown"
  | "client-gone";

/** Why there is no data connection: nobody came, nobody answered, TLS failed, the session was not resumed. */
export type DataFailure = "timeout" | "refused" | "unreachable" | "tls" | "tls-not-resumed" | "no-listener";

/** What a transfer moves. */
export type Transfer =
  | {
      readonly kind: "send-file";
      readonly path: VirtualPath;
      /** From which byte on: of the file for `image`, of the transformed stream for `ascii` (RFC 3659 §5). */
      readonly start: number;
      /** The first byte that is not sent any more, after RANG; never with `ascii`. */
      readonly end?: number;
      readonly representation: TransferType;
    }
  | {
      readonly kind: "receive-file";
      /** The file; for `unique`, the name to make unique. */
      readonly path: VirtualPath;
      readonly mode: "create" | "replace" | "append" | "update" | "unique";
      /** First byte to write, for `update`. */
      readonly start: number;
      /** The first byte that may not be written any more, after RANG. */
      readonly end?: number;
      /** Permission bits that a new file shall not have (SITE UMASK). */
      readonly mask?: number;
      /** What ALLO announced. */
      readonly expectedSize?: number;
      /** What comes has `expectedSize`, or nothing of it gets the name (OPTS ALLO EXACT). */
      readonly isExact?: true;
      readonly representation: TransferType;
    }
  | Listing;

/** A listing for the data connection. */
export type Listing =
  | {
      readonly kind: "send-list";
      readonly path: VirtualPath;
      /** As the client wrote it; `""` for the working directory. */
      readonly argument: string;
    }
  | {
      readonly kind: "send-names";
      readonly path: VirtualPath;
      /** As the client wrote it: names are given so that they can be used from the working directory (RFC 1123 §4.1.2.7). */
      readonly argument: string;
    }
  | { readonly kind: "send-facts"; readonly path: VirtualPath; readonly facts: readonly FactName[] };

/** One operation on the store that needs no data connection. */
export type StoreRequest =
  | { readonly operation: "stat"; readonly path: VirtualPath }
  /** The size that RETR would transfer in this representation (RFC 3659 §4). */
  | { readonly operation: "size"; readonly path: VirtualPath; readonly representation: TransferType }
  /** The lines of LIST, at most `limit` of them, for STAT. */
  | { readonly operation: "lines"; readonly path: VirtualPath; readonly limit: number }
  | { readonly operation: "remove"; readonly path: VirtualPath }
  | { readonly operation: "make-directory"; readonly path: VirtualPath; readonly mask?: number }
  | { readonly operation: "remove-directory"; readonly path: VirtualPath }
  | { readonly operation: "rename"; readonly path: VirtualPath; readonly to: VirtualPath }
  /** Milliseconds since the epoch; answered by `stat`, with the times as they are then. */
  | { readonly operation: "set-times"; readonly path: VirtualPath; readonly times: FileTimes }
  | { readonly operation: "set-mode"; readonly path: VirtualPath; readonly mode: number }
  /** The digest of the bytes from `start` up to and without `end`, or the end of the file where that comes first. */
  | {
      readonly operation: "hash";
      readonly path: VirtualPath;
      readonly algorithm: HashAlgorithm;
      readonly start: number;
      readonly end?: number;
    }
  /** A symbolic link at `path` to `target`; what the link holds is the driver's to write. */
  | { readonly operation: "make-link"; readonly path: VirtualPath; readonly target: VirtualPath }
  /** A file, in place of what file stands there. */
  | {
      readonly operation: "copy";
      readonly path: VirtualPath;
      readonly to: VirtualPath;
      readonly mask?: number;
    }
  /** The parts in their order at the end of `path`, which is made where it is missing; then they are removed. */
  | {
      readonly operation: "combine";
      readonly path: VirtualPath;
      readonly parts: readonly VirtualPath[];
      readonly mask?: number;
    }
  /** Bytes that can still be written. */
  | { readonly operation: "free-space"; readonly path: VirtualPath }
  /** Bytes of all files below a directory, links not followed. */
  | { readonly operation: "tree-size"; readonly path: VirtualPath }
  /** A directory and everything in it, links not followed. */
  | { readonly operation: "remove-tree"; readonly path: VirtualPath };

/** Times to be set, in milliseconds since the epoch, UTC. */
export interface FileTimes {
  readonly modified?: number;
  readonly accessed?: number;
  readonly created?: number;
}

/** The hashes that are offered, by the names of IANA's registry and CRC32 beside them. */
export const hashAlgorithms = ["SHA-256", "SHA-512", "SHA-1", "MD5", "CRC32"] as const;

export type HashAlgorithm = (typeof hashAlgorithms)[number];

export type StoreAnswer =
  | { readonly result: "done" }
  /** `rights`: what the user is allowed there ({@link Right}), where not everything is. */
  | { readonly result: "stat"; readonly stat: FileStat; readonly rights?: ReadonlySet<string> }
  | { readonly result: "size"; readonly size: number }
  /** `digest` in lower-case hexadecimal, of the bytes up to and without `end`. */
  | { readonly result: "hash"; readonly digest: string; readonly end: number }
  | {
      readonly result: "lines";
      /** Whether the path is a directory, or the one line is its own. */
      readonly directory: boolean;
      readonly lines: readonly string[];
      /** There were more than asked for. */
      readonly more: boolean;
    }
  | { readonly result: "refused"; readonly reason: FileStoreErrorKind };

export function isAuthentication(
  completion: ServerCompletion,
): completion is Extract<ServerCompletion, { readonly type: "authenticated" | "authentication-refused" }> {
  return completion.type === "authenticated" || completion.type === "authentication-refused";
}

export function isHost(
  completion: ServerCompletion,
): completion is Extract<ServerCompletion, { readonly type: "host-selected" | "host-refused" }> {
  return completion.type === "host-selected" || completion.type === "host-refused";
}

export function isListening(
  completion: ServerCompletion,
): completion is Extract<ServerCompletion, { readonly type: "data-listening" | "data-listen-failed" }> {
  return completion.type === "data-listening" || completion.type === "data-listen-failed";
}

export function isEstablishing(
  completion: ServerCompletion,
): completion is Extract<ServerCompletion, { readonly type: "data-established" | "data-establish-failed" }> {
  return completion.type === "data-established" || completion.type === "data-establish-failed";
}
