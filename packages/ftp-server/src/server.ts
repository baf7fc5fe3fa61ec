import type { HostPort } from "@longshore/ftp-address";
import type { FtpServerOptions } from "./options.ts";

/** A running or stopped server. */
export interface FtpServer {
  /** Listens; answers the address with the port that was picked. Rejects with the system's error. */
  listen(): Promise<HostPort>;
  /**
   * Takes no more sessions, ends idle ones with 421 and lets running transfers finish for up to `drain`
   * milliseconds (0 unless told); then everything is closed.
   */
  close(options?: { readonly drain?: number }): Promise<void>;
  /** Absent while it does not listen. */
  readonly address: HostPort | undefined;
  /** Sessions at the moment. */
  readonly sessions: number;
}

/** An FTP server (RFC 959 and its successors, see README) over a store. */
export function createFtpServer(_options: FtpServerOptions): FtpServer {
  throw new Error("still being written");
}
