export { DataConnectionError, type DataConnectionErrorCode } from "./error.ts";
export { type ReceiveOptions, receiveChunks, receiveFile } from "./receive.ts";
export { type SendOptions, sendChunks, sendFile } from "./send.ts";
export type { Transferred, Transformer } from "./transfer.ts";
