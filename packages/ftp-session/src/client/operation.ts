import type { FtpCommand, Secret } from "@longshore/ftp-command";
import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode, TransferType } from "../data.ts";
import type { FtpError } from "./error.ts";

/** What a client can be asked to do, one at a time. Each ends in exactly one `settled` effect. */
export type ClientOperation = LoginOperation | CommandOperation | RenameOperation | TransferOperation;

/** USER, then PASS and ACCT as far as the server asks for them, then PBSZ and PROT where there is TLS. */
export interface LoginOperation {
  readonly type: "login";
  readonly user: string;
  readonly password: Secret;
  /** For the servers that ask for one with 332. */
  readonly account?: Secret;
}

/** One command with one final reply. */
export interface CommandOperation {
  readonly type: "command";
  readonly command: FtpCommand | RawCommand;
  /** Asked for with TYPE before, where it is not what the server has: SIZE depends on it (RFC 3659 §4.1). */
  readonly representation?: TransferType;
  /** Codes or their beginnings that mean success; `["2"]` unless told. */
  readonly expect?: readonly string[];
  /** Milliseconds for the reply in place of `timeouts.command`; 0 is no limit. */
  readonly limit?: number;
  /** It is a transfer between two servers: ABOR follows when it is given up. */
  readonly abortable?: boolean;
}

/** A line of the user's own, for commands that the table does not know (RFC 1123 §4.1.4.2, QUOTE). */
export interface RawCommand {
  readonly line: string;
}

/** RNFR and RNTO, and SIZE before where the file is to be proven. */
export interface RenameOperation {
  readonly type: "rename";
  readonly from: string;
  readonly to: string;
  /**
   * Bytes that `from` has to have by SIZE (RFC 3659 §4), where the server has it and TYPE is I; else there is no RNTO, and the
   * error is `short-transfer` or `size-mismatch`.
   */
  readonly size?: number;
  /** A transfer follows: its EPSV may be sent with RNTO, where the server takes that. */
  readonly ahead?: boolean;
}

/** A command that moves bytes over a data connection. */
export interface TransferOperation {
  readonly type: "transfer";
  readonly command: FtpCommand & { readonly verb: TransferVerb };
  /** Asked for with TYPE where it is not what the server has; whatever the server has unless told. */
  readonly representation?: TransferType;
  /** First byte to transfer (REST, RFC 3659 §5); 0 unless told. */
  readonly restart?: number;
  /** Bytes of an upload, told with ALLO before each try of it (RFC 959 §4.1.3); not told unless given. */
  readonly allocate?: number;
  /** Another transfer follows: its EPSV may be sent with RETR, where the server takes that. */
  readonly ahead?: boolean;
  /** In place of the engine's own list. */
  readonly dataModes?: readonly DataMode[];
}

export type TransferVerb = "RETR" | "STOR" | "APPE" | "STOU" | "LIST" | "NLST" | "MLSD";

/** How an operation ended. */
export type ClientOutcome =
  | {
      readonly ok: true;
      /** The final reply; absent where none was needed (a greeting of 230 in place of a login). */
      readonly reply?: FtpReply;
      readonly transfer?: TransferOutcome;
      /** What SIZE told before a rename. */
      readonly size?: number;
    }
  | { readonly ok: false; readonly error: FtpError };

export interface TransferOutcome {
  /** Bytes moved on the data connection, as the driver reported them. */
  readonly bytes: number;
  /** The 1yz reply, which may tell size and name. */
  readonly mark?: FtpReply;
  readonly mode: DataMode;
}
