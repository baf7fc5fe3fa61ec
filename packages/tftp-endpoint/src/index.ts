export {
  type TftpGetOptions,
  type TftpPutOptions,
  type TftpResult,
  type TftpTransferOptions,
  tftpGet,
  tftpGetBytes,
  tftpPut,
  tftpRead,
} from "./client.ts";
export type { TftpContent } from "./content.ts";
export type { TftpDropReason, TftpEvent } from "./event.ts";
export type { TftpHandler, TftpRequest } from "./handler.ts";
export { createTftpServer, type TftpListening, type TftpServer, type TftpServerOptions } from "./server.ts";
export { parseTftpUrl, type TftpUrl } from "./url.ts";
