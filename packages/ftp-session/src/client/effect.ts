import type { HostPort } from "@longshore/ftp-address";
import type { FtpReply } from "@longshore/ftp-reply";
import type { TransferFailure } from "../data.ts";
import type { FtpError } from "./error.ts";
import type { ClientOutcome } from "./operation.ts";

/**
 * What the engine asks of its driver: plain data, to be carried out in the order given. Those with an arrow are
 * answered through `complete`. A `transfer` number names one data connection and everything about it.
 */
export type ClientEffect =
  /** Open the control connection → `connected` or `disconnected`. */
  | { readonly type: "connection-open" }
  /** Be a TLS client on the control connection, the host's name checked → `tls-started` or `tls-failed`. */
  | { readonly type: "tls-start" }
  /**
   * Take TLS off the control connection: both sides say close_notify → `tls-stopped`. What still comes in TLS is to be
   * given to `receive`.
   */
  | { readonly type: "tls-stop" }
  /** Send these bytes on the control connection. `text` is the line for logs, without its end and without secrets. */
  | { readonly type: "command-send"; readonly bytes: Uint8Array; readonly text: string }
  /** A reply came in: for logs. */
  /** `isAmbiguous`: it ended at another code than its own (`quirks.lenientMultiline`). */
  | { readonly type: "reply"; readonly reply: FtpReply; readonly isAmbiguous: boolean }
  /** Connect to the server → `data-open` or `data-failed`. */
  | {
      readonly type: "data-connect";
      readonly transfer: number;
      readonly address: HostPort;
    }
  /** Listen for the server on the control connection's local address → `data-listening` or `data-listen-failed`; later `data-open` or `data-failed`. */
  | {
      readonly type: "data-listen";
      readonly transfer: number;
      readonly family: 4 | 6;
    }
  /**
   * Be a TLS client on the open data connection, offering the control connection's session. It comes with the
   * transfer command and not before: some servers (pyftpdlib) drop a handshake that begins earlier, others send
   * their 150 only after it.
   */
  | { readonly type: "data-secure"; readonly transfer: number }
  /** Move the bytes, where the connection was to be secured after the handshake → `transfer-done` or `transfer-failed`. */
  | { readonly type: "transfer-start"; readonly transfer: number; readonly direction: "receive" | "send" }
  /** Stop and drop the data connection so that the server cannot take it for a complete one (a reset, no close_notify). */
  | { readonly type: "data-close"; readonly transfer: number }
  /** The operation under way has ended. The next can begin once `state` is `idle`. */
  | { readonly type: "settled"; readonly outcome: ClientOutcome }
  /** Close the control connection; nothing follows. */
  | { readonly type: "connection-close"; readonly error: FtpError | undefined };

/** What the driver reports. Those about a transfer that is over are ignored. */
export type ClientEvent =
  | { readonly type: "connected"; readonly remote: HostPort; readonly local: HostPort }
  | { readonly type: "tls-started" }
  /** `clearBytes`: how many were there already behind the server's close_notify. */
  | { readonly type: "tls-stopped"; readonly clearBytes: number }
  | { readonly type: "tls-failed"; readonly message: string; readonly cause?: unknown }
  /** The control connection could not be opened, ended or broke. */
  | { readonly type: "disconnected"; readonly message?: string; readonly cause?: unknown }
  /** The address to tell the server, which need not be the listener's own (NAT). */
  | { readonly type: "data-listening"; readonly transfer: number; readonly address: HostPort }
  | { readonly type: "data-listen-failed"; readonly transfer: number; readonly message: string }
  /** The TCP connection stands. */
  | { readonly type: "data-open"; readonly transfer: number }
  | {
      readonly type: "data-failed";
      readonly transfer: number;
      readonly message: string;
      readonly cause?: unknown;
    }
  | { readonly type: "transfer-done"; readonly transfer: number; readonly bytes: number }
  | {
      readonly type: "transfer-failed";
      readonly transfer: number;
      /** `store`: this side's file or stream; `tls`: the handshake on the data connection. */
      readonly reason: TransferFailure | "store" | "tls";
      readonly message: string;
      readonly bytes: number;
      readonly cause?: unknown;
    };
