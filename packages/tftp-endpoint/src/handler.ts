import type { WritableFile } from "@longshore/file-store";
import type { RawOption, TftpMode } from "@longshore/tftp-packet";
import type { Tid } from "@longshore/tftp-transfer";
import type { TftpContent } from "./content.ts";

/** A request as a handler sees it. */
export interface TftpRequest {
  readonly operation: "read" | "write";
  /** As the peer sent it, or as rules rewrote it: no path yet, and not to be trusted as one. */
  readonly filename: string;
  readonly mode: TftpMode;
  readonly options: readonly RawOption[];
  readonly remote: Tid;
  /** Where the request came to. */
  readonly local: Tid;
  /** Octets announced with `tsize` in a WRQ. */
  readonly expectedSize?: number;
  /** Aborted when the session is gone. */
  readonly signal: AbortSignal;
}

/**
 * Where a server's content comes from and goes to. A throw of `FileStoreError` becomes the TFTP error of its
 * kind, anything else ERROR 0 without details.
 */
export interface TftpHandler {
  /** Absent: nothing can be read. `undefined`: there is no such file. */
  read?(request: TftpRequest): TftpContent | undefined | Promise<TftpContent | undefined>;
  /** Absent: nothing can be written. */
  write?(request: TftpRequest): WritableFile | Promise<WritableFile>;
}
