import type { RawOption, TftpMode } from "@longshore/tftp-packet";
import type { Outcome, Tid, TransferStatistics } from "@longshore/tftp-transfer";

/** What a server tells about itself; nothing in it is secret. `id` counts the requests that became sessions. */
export type TftpEvent =
  | { readonly type: "listening"; readonly local: Tid }
  | {
      readonly type: "request";
      readonly id: number;
      readonly operation: "read" | "write";
      readonly filename: string;
      readonly mode: TftpMode;
      readonly options: readonly RawOption[];
      readonly remote: Tid;
      readonly local: Tid;
    }
  /** A request answered with ERROR. */
  | {
      readonly type: "refused";
      readonly id?: number;
      readonly remote: Tid;
      readonly filename?: string;
      readonly code: number;
      readonly message: string;
      /** For the operator alone; may name local things. */
      readonly cause?: unknown;
    }
  /** A datagram that got no answer. */
  | { readonly type: "dropped"; readonly remote: Tid; readonly reason: TftpDropReason }
  | {
      readonly type: "transfer-start";
      readonly id: number;
      readonly remote: Tid;
      readonly granted: readonly RawOption[];
      readonly blockSize: number;
      readonly windowSize: number;
      readonly size?: number;
    }
  | {
      readonly type: "transfer-end";
      readonly id: number;
      readonly operation: "read" | "write";
      readonly filename: string;
      readonly remote: Tid;
      readonly outcome: Outcome;
      readonly statistics: TransferStatistics;
      /** Milliseconds since the request. */
      readonly duration: number;
      /** For the operator alone; may name local things. */
      readonly cause?: unknown;
    }
  /** A socket failed; the server goes on where it can. */
  | { readonly type: "socket-error"; readonly error: Error };

export type TftpDropReason =
  /** It came from a port that no client sends from, and a forged one would make two servers talk. */
  | "source-port"
  /** Neither RRQ nor WRQ, or not TFTP at all. */
  | "not-a-request"
  /** Too many answers without an ACK from there. */
  | "budget"
  | "sessions"
  | "sessions-per-address"
  | "closing";
