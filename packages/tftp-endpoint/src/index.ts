export {
  type TftpGetOptions,
  type TftpProgress,
  type TftpPutOptions,
  type TftpResult,
  type TftpTransferOptions,
  tftpGet,
  tftpGetBytes,
  tftpPut,
  tftpRead,
} from "./client.ts";
export type { TftpContent } from "./content.ts";
export { TftpError, type TftpErrorKind } from "./error.ts";
export type { TftpDropReason, TftpEvent } from "./event.ts";
export type { TftpHandler, TftpRequest } from "./handler.ts";
export { type InheritedSocket, inheritedSockets } from "./inherited.ts";
export { type Allowance, pathBlockSize, type TftpLimits, type UnconfirmedLimits } from "./limits.ts";
export type { TftpMulticast } from "./multicast-group.ts";
export { createReadCache, type ReadCache, type ReadCacheOptions } from "./read-cache.ts";
export {
  parseRewriteRules,
  type RewriteRule,
  type RewriteRules,
  type RewriteRulesResult,
  type RewriteStep,
  type RewriteSubject,
  type Rewriting,
  rewriteName,
} from "./rewrite/rules.ts";
export type { TftpRoot, TftpRootPolicy } from "./root.ts";
export {
  createTftpServer,
  type TftpListening,
  type TftpServer,
  type TftpServerBehaviour,
  type TftpServerOptions,
} from "./server.ts";
export { readTftpSettings, type TftpRootSettings, type TftpSettings } from "./settings.ts";
export { createStoreHandler, type StoreHandlerOptions } from "./store-handler.ts";
export type { TftpTotals } from "./totals.ts";
export type { TransferPorts } from "./transfer-port.ts";
export { parseTftpUrl, type TftpUrl, type TftpUrlResult } from "./url.ts";
