import type { Socket } from "node:net";
import type { WritableFile } from "@longshore/file-store";
import type { TransferOptions, Transferred } from "./transfer.ts";

export interface ReceiveOptions extends TransferOptions {
  /** Where in the file the first byte goes; the file's own `start` unless told. */
  readonly position?: number;
}

/**
 * Receives until the peer ends the connection. Resolves when every byte has been written; commits nothing.
 *
 * @throws {DataConnectionError}
 */
export declare function receiveFile(
  socket: Socket,
  file: WritableFile,
  options?: ReceiveOptions,
): Promise<Transferred>;

/** Receives into a function, for listings; a chunk is valid only during the call. A throw of it ends the transfer. */
export declare function receiveChunks(
  socket: Socket,
  onChunk: (chunk: Uint8Array) => void,
  options?: TransferOptions,
): Promise<Transferred>;
