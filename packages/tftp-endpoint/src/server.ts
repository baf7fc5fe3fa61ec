import type { FileStore, VirtualPath } from "@longshore/file-store";
import type { TftpEvent } from "./event.ts";
import type { TftpHandler } from "./handler.ts";

export interface TftpServerOptions {
  /** Where files live; or `handler` for content of one's own. */
  readonly store?: FileStore;
  readonly handler?: TftpHandler;
  /** What clients see as the root; the store's unless told. */
  readonly root?: VirtualPath;
  /** `127.0.0.1` unless told. */
  readonly host?: string;
  /** 69 unless told; 0 picks a free one. */
  readonly port?: number;
  /** Whether clients may write; off. */
  readonly writable?: boolean;
  /** Whether writing may replace a file that stands; off. */
  readonly overwrite?: boolean;
  readonly onEvent?: (event: TftpEvent) => void;
}

export interface TftpServer extends AsyncDisposable {
  /** Resolves when requests are answered. */
  listen(): Promise<TftpListening>;
  /** Takes no more requests and waits for the transfers under way, `timeout` milliseconds at most (10,000 unless told). */
  close(options?: { readonly timeout?: number }): Promise<void>;
  /** Transfers under way. */
  readonly sessions: number;
}

export interface TftpListening {
  readonly address: string;
  readonly port: number;
}

export declare function createTftpServer(options: TftpServerOptions): TftpServer;
