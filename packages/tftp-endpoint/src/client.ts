import type { WritableFile } from "@longshore/file-store";
import type { RawOption } from "@longshore/tftp-packet";
import type { TransferStatistics } from "@longshore/tftp-transfer";
import type { TftpContent } from "./content.ts";

export interface TftpTransferOptions {
  readonly host: string;
  /** 69 unless told. */
  readonly port?: number;
  readonly filename: string;
  /** `octet` unless told. */
  readonly mode?: "octet" | "netascii";
  /** Block size to ask for, 8 to 65464; 0 asks for none. 1468 on IPv4, 1448 on IPv6 unless told. */
  readonly blksize?: number;
  /** Blocks a window to ask for, 1 to 65535; 0 asks for none. */
  readonly windowsize?: number;
  /** Retransmission interval to ask for in seconds, 1 to 255; none unless told, which leaves it to adaptive timers. */
  readonly timeout?: number;
  /** Whether `tsize` is asked or announced; on (never in netascii). */
  readonly tsize?: boolean;
  readonly signal?: AbortSignal;
  /** `total` is known where the peer or the content tells it. */
  readonly onProgress?: (progress: { readonly bytes: number; readonly total?: number }) => void;
}

export interface TftpGetOptions extends TftpTransferOptions {
  /** Where the content goes: an opened file (committed or aborted by the transfer), or a path on the local disk. */
  readonly to: WritableFile | { readonly path: string };
}

export interface TftpPutOptions extends TftpTransferOptions {
  readonly from: TftpContent | { readonly path: string };
}

export interface TftpResult {
  /** Octets of content moved. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly blockSize: number;
  readonly windowSize: number;
  /** The options that the server granted. */
  readonly granted: readonly RawOption[];
  readonly statistics: TransferStatistics;
  /** Settles when the socket is gone: after a get it answers for a while a server that missed the last ACK. */
  readonly closed: Promise<void>;
}

/** Reads a file from a server. */
export declare function tftpGet(options: TftpGetOptions): Promise<TftpResult>;
/** Reads a file into memory. */
export declare function tftpGetBytes(options: TftpTransferOptions): Promise<Uint8Array>;
/** Reads a file as it comes. */
export declare function tftpRead(options: TftpTransferOptions): AsyncIterable<Uint8Array>;
/** Writes a file to a server. */
export declare function tftpPut(options: TftpPutOptions): Promise<TftpResult>;
