import type { FtpReply } from "@longshore/ftp-reply";
import type { DataMode } from "../data.ts";
import type { FtpError } from "./error.ts";
import type { CommandOperation, LoginOperation, RenameOperation, TransferOperation } from "./operation.ts";
import type { ClientWait } from "./table.ts";

/** Where a client session stands. `wait` is the row of `clientTable`. Made by the engine, to be looked at by anyone. */
export type ClientState =
  /** `start` has not been called. */
  | { readonly name: "new" }
  | {
      readonly name: "establishing";
      readonly wait: "connecting" | "securing" | "greeting" | "authenticating";
    }
  /** An operation can begin. */
  | { readonly name: "idle"; readonly wait: "idle" }
  | {
      readonly name: "login";
      readonly wait:
        | "user"
        | "password"
        | "account"
        | "buffer-size"
        | "protection"
        | "clearing"
        | "unsecuring";
      readonly operation: LoginOperation;
    }
  | {
      readonly name: "command";
      readonly wait: "representation" | "reply" | "restarting-session";
      readonly operation: CommandOperation;
    }
  | {
      readonly name: "rename";
      readonly wait: "rename-size" | "rename-from" | "rename-to";
      readonly operation: RenameOperation;
      /** RNFR was sent. */
      readonly isAsked: boolean;
      /** The reply to SIZE. */
      readonly told: FtpReply | undefined;
    }
  | TransferState
  /** An operation was given up; replies that are still due are awaited, so that none is taken for another's. */
  | { readonly name: "recovering"; readonly wait: RecoveryWait; readonly owed: number }
  | { readonly name: "closed"; readonly error: FtpError | undefined };

export type RecoveryWait = "aborting" | "abort-reply" | "abort-transfer" | "resync" | "discarding";

export interface TransferState {
  readonly name: "transfer";
  readonly wait: TransferWait;
  readonly operation: TransferOperation;
  readonly data: DataState;
  /** The modes that have not been tried yet. */
  readonly modesLeft: readonly DataMode[];
  /** Why the modes tried before did not do. */
  readonly attempts: readonly { readonly mode: DataMode; readonly why: string }[];
  /** The first 1yz. */
  readonly mark: FtpReply | undefined;
  /** The final 2yz, when it came before the data ended. */
  readonly final: FtpReply | undefined;
  /** NOOPs sent since the transfer command whose replies are due. */
  readonly noops: number;
}

export type TransferWait = Extract<
  ClientWait,
  | "representation"
  | "passive"
  | "data-connecting"
  | "data-listening"
  | "port"
  | "restart"
  | "allocate"
  | "opening"
  | "transferring"
  | "draining"
  | "concluding"
>;

/** The data connection's part of a transfer's state. */
export type DataState =
  | { readonly name: "none" }
  /** Asked for; the server, or the network, has not opened it. */
  | { readonly name: "awaited"; readonly transfer: number; readonly mode: DataMode }
  | { readonly name: "open"; readonly transfer: number; readonly mode: DataMode }
  | { readonly name: "moving"; readonly transfer: number; readonly mode: DataMode }
  | { readonly name: "ended"; readonly mode: DataMode; readonly bytes: number }
  | { readonly name: "failed"; readonly mode: DataMode; readonly bytes: number; readonly error: FtpError };
