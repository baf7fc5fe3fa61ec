import type { HostPort } from "@longshore/ftp-address";
import type { CloseReason, TransferType } from "@longshore/ftp-session/server";
import type { AdmissionRefusal, BanEvent } from "./admission.ts";
import type { HookName } from "./hooks.ts";
import type { QuotaExcess } from "./quota-store.ts";

/** A session, as events name it. */
export interface SessionInfo {
  /** Counts from 1 in each server. */
  readonly id: number;
  readonly remote: HostPort;
  /** Absent until the login. */
  readonly user?: string;
  /** What an anonymous user gave for a password, by custom an e-mail address; absent for everybody else. */
  readonly guest?: string;
}

/**
 * What happens on a server, in one stream: logs, metrics and hooks hang on it. Text in it holds no password and no
 * control character.
 */
export type FtpServerEvent =
  | { readonly type: "listening"; readonly address: HostPort; readonly implicitTls: boolean }
  | { readonly type: "connect"; readonly session: SessionInfo; readonly local: HostPort }
  /** A connection that got a 421 instead of a session. */
  | {
      readonly type: "connect-refused";
      readonly remote: HostPort;
      readonly reason: AdmissionRefusal | "draining" | "proxy-header";
      /** What was wrong with a proxy's header. */
      readonly message?: string;
    }
  | BanEvent
  /** The users file has changed and was read; how many there are now. */
  | { readonly type: "users-reloaded"; readonly users: number }
  /** Options, or one certificate, were replaced while the server runs. */
  | { readonly type: "reloaded"; readonly what: "options" | "certificate" }
  | {
      readonly type: "secure";
      readonly session: SessionInfo;
      readonly protocol: string;
      readonly cipher: string;
    }
  | { readonly type: "secure-failed"; readonly session: SessionInfo; readonly message: string }
  /** `password` only for anonymous users: by custom their e-mail address. */
  | {
      readonly type: "login";
      readonly session: SessionInfo;
      readonly anonymous: boolean;
      readonly password?: string;
    }
  | {
      readonly type: "login-refused";
      readonly session: SessionInfo;
      readonly username: string;
      readonly reason: "denied" | "limit" | "banned" | "unavailable";
    }
  | { readonly type: "logout"; readonly session: SessionInfo }
  | { readonly type: "command"; readonly session: SessionInfo; readonly text: string }
  | {
      readonly type: "reply";
      readonly session: SessionInfo;
      readonly code: number;
      readonly text: string;
    }
  | { readonly type: "transfer-start"; readonly session: SessionInfo; readonly transfer: TransferInfo }
  /** How far it is: no more often than the server's `progressInterval`, and only when bytes have moved. */
  | {
      readonly type: "transfer-progress";
      readonly session: SessionInfo;
      readonly transfer: TransferInfo;
      /** On the wire, so far. */
      readonly bytes: number;
      /** Of the file, where it goes out as it is. */
      readonly size?: number;
      readonly milliseconds: number;
    }
  /** An upload has been stored under its name, whole; its `transfer-end` and the 226 follow. */
  | {
      readonly type: "commit";
      readonly session: SessionInfo;
      readonly transfer: TransferInfo;
      /** On the wire. */
      readonly bytes: number;
      /** Of the file as it now stands; absent where the store could not tell. */
      readonly size?: number;
    }
  | {
      readonly type: "transfer-end";
      readonly session: SessionInfo;
      readonly transfer: TransferInfo;
      /** On the wire. */
      readonly bytes: number;
      readonly milliseconds: number;
      /** `done`, or why not: a store error kind or what befell the connection. */
      readonly outcome: string;
      /** Bytes of an interrupted upload that were kept aside, in all: its user can go on from them. */
      readonly kept?: number;
    }
  /** Something was refused because more would stand than the user may have. */
  | ({ readonly type: "quota-exceeded"; readonly session: SessionInfo; readonly user: string } & QuotaExcess)
  /** A connection to the passive port from someone else, dropped. */
  | { readonly type: "stranger"; readonly session: SessionInfo; readonly remote: string }
  /** PASV was refused with 425: what could be told is a private address, and the client is not of that network. */
  | {
      readonly type: "no-public-address";
      readonly session: SessionInfo;
      /** The address of this end of the control connection. */
      readonly own: string;
      readonly advice: string;
    }
  /** A hook has thrown, rejected or taken too long; the session goes on. */
  | {
      readonly type: "hook-failed";
      readonly session: SessionInfo;
      readonly hook: HookName;
      readonly error: unknown;
    }
  /** Something failed on this side; the session is answered in general words. */
  | { readonly type: "error"; readonly session?: SessionInfo; readonly error: unknown }
  | {
      readonly type: "disconnect";
      readonly session: SessionInfo;
      readonly reason: CloseReason;
      readonly milliseconds: number;
    };

export interface TransferInfo {
  readonly id: number;
  readonly kind: "retrieve" | "store" | "append" | "list";
  /** Of the file or directory; of STOU, the name that was chosen. */
  readonly path: string;
  readonly representation: TransferType;
  /** Over TLS. */
  readonly secure: boolean;
}
