import type { VirtualPath } from "@longshore/file-store";
import type { CloseReason, Transfer } from "./effect.ts";
import type { SessionUser } from "./user.ts";

/** How far the login has come, and the one sequence that follows it (RFC 959 §6: the login and rename diagrams). */
export type LoginState =
  /** Nobody yet: USER is awaited. */
  | { readonly name: "unidentified" }
  /** USER was accepted: PASS is awaited. */
  | { readonly name: "password"; readonly user: string }
  | { readonly name: "ready"; readonly user: SessionUser }
  /** RNFR was accepted: RNTO is awaited. */
  | { readonly name: "rename"; readonly user: SessionUser; readonly from: VirtualPath }
  /** SITE CPFR was accepted: SITE CPTO is awaited. */
  | { readonly name: "copy"; readonly user: SessionUser; readonly from: VirtualPath };

/**
 * - `opening`: the store is asked for the file or directory; no 150 was sent.
 * - `connecting`: 150 was sent, the data connection is awaited.
 * - `moving`: bytes move.
 * - `aborting`: the driver was told to stop and has not said that it did.
 */
export type TransferPhase = "opening" | "connecting" | "moving" | "aborting";

/** Where a control session stands. Made by the engine, to be looked at by anyone. */
export type ServerState =
  /** `start` has not been called. */
  | { readonly name: "new" }
  /** The next command can be answered. */
  | { readonly name: "idle"; readonly login: LoginState }
  /** A command waits for its completion; commands behind it wait too. */
  | {
      readonly name: "waiting";
      readonly login: LoginState;
      readonly verb: string;
      readonly on:
        | "authenticate"
        | "store-request"
        | "sessions-request"
        | "host-select"
        | "data-listen"
        | "data-establish";
    }
  /** A refused login is answered late (RFC 2577 §5). */
  | { readonly name: "delaying"; readonly login: LoginState; readonly until: number }
  | {
      readonly name: "transfer";
      readonly login: LoginState;
      readonly verb: string;
      readonly transfer: number;
      readonly what: Transfer;
      readonly phase: TransferPhase;
      /** When `phase` began. */
      readonly since: number;
    }
  /** TLS is being set up (AUTH), or taken off (CCC, REIN), and no byte is a command. */
  | { readonly name: "handshake"; readonly login: LoginState; readonly since: number }
  | { readonly name: "closed"; readonly reason: CloseReason };
