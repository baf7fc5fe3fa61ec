import type { Socket } from "node:net";
import type { ReadableFile } from "@longshore/file-store";
import type { TransferOptions, Transferred } from "./transfer.ts";

export interface SendOptions extends TransferOptions {
  /** First byte of the file to send; 0 unless told. */
  readonly start?: number;
}

/**
 * Sends a file from `start` to its end and ends the connection (with TLS: with close_notify). Resolves when
 * the peer's side has taken everything; the file is left open, the socket is closed.
 *
 * @throws {DataConnectionError}
 */
export declare function sendFile(
  socket: Socket,
  file: ReadableFile,
  options?: SendOptions,
): Promise<Transferred>;

/** The same for content that is made on the way (listings). */
export declare function sendChunks(
  socket: Socket,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options?: TransferOptions,
): Promise<Transferred>;
