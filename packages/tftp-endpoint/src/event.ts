import type { RawOption, TftpMode } from "@longshore/tftp-packet";
import type { Outcome, Tid, TransferStatistics } from "@longshore/tftp-transfer";

/** What a server tells about itself; nothing in it is secret. `id` counts the requests that became sessions. */
export type TftpEvent =
  | { readonly type: "listening"; readonly local: Tid }
  | {
      readonly type: "request";
      readonly id: number;
      readonly operation: "read" | "write";
      /** As the peer sent it. */
      readonly filename: string;
      /** What the rewriting rules made of it, where that is something else. */
      readonly rewritten?: string;
      readonly mode: TftpMode;
      /** Asked for. */
      readonly options: readonly RawOption[];
      readonly remote: Tid;
      readonly local: Tid;
    }
  /** A request was answered with ERROR. */
  | {
      readonly type: "refused";
      /** Absent where the request could not be read. */
      readonly id?: number;
      readonly operation?: "read" | "write";
      readonly filename?: string;
      readonly remote: Tid;
      readonly code: number;
      readonly message: string;
      /** For the operator alone; may name local things. */
      readonly cause?: unknown;
    }
  /** A datagram got no answer. */
  | { readonly type: "dropped"; readonly remote: Tid; readonly reason: TftpDropReason }
  | {
      readonly type: "transfer-start";
      readonly id: number;
      readonly operation: "read" | "write";
      readonly filename: string;
      readonly remote: Tid;
      /** The server's end of this transfer. */
      readonly local: Tid;
      readonly granted: readonly RawOption[];
      readonly blockSize: number;
      readonly windowSize: number;
      /** Octets of the file, where known. */
      readonly size?: number;
    }
  | {
      readonly type: "transfer-end";
      readonly id: number;
      readonly operation: "read" | "write";
      readonly filename: string;
      readonly mode: TftpMode;
      readonly remote: Tid;
      readonly outcome: Outcome;
      /** Options asked for, and granted. */
      readonly options: readonly RawOption[];
      readonly granted: readonly RawOption[];
      readonly blockSize: number;
      readonly windowSize: number;
      readonly statistics: TransferStatistics;
      /** Milliseconds since the request. */
      readonly duration: number;
      /** For the operator alone; may name local things. */
      readonly cause?: unknown;
    }
  /** A socket failed; the server goes on where it can. */
  | { readonly type: "socket-error"; readonly error: Error };

export type TftpDropReason =
  /** It came from a port that no client sends from: forged, it would make two servers talk. */
  | "source-port"
  /** Neither RRQ nor WRQ, or not TFTP at all. */
  | "not-a-request"
  /** Too many octets were answered there without a sign that anybody asked. */
  | "budget"
  | "sessions"
  | "sessions-per-address"
  | "closing";
