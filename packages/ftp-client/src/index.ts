export { FtpError, type FtpErrorCode, type FtpPhase } from "@longshore/ftp-session/client";
export { FtpClient, type ReadOptions } from "./client.ts";
export type { Dial, DialRequest } from "./dial.ts";
export type { Features } from "./features.ts";
export type { DownloadOptions, UploadOptions } from "./file-transfer.ts";
export { type BetweenOptions, type BetweenReport, transferBetween } from "./fxp.ts";
export type { FileHash } from "./hash.ts";
export type { Listing, ListNamesOptions, ListOptions } from "./listing.ts";
export {
  createLocalNames,
  type LocalNameHazard,
  type LocalNamePolicy,
  type LocalNameResult,
  localNameHazard,
} from "./local-name.ts";
export { type ConnectionMemory, createConnectionMemory } from "./memory.ts";
export type {
  ActiveOptions,
  CallOptions,
  DataEnd,
  FtpClientOptions,
  FtpClientQuirks,
  FtpTimeouts,
  FtpTlsOptions,
  Progress,
  TraceEvent,
  TransferCallOptions,
} from "./options.ts";
export type { ConnectionPlan } from "./plan.ts";
export { FtpPool, type FtpPoolOptions, type UseOptions } from "./pool.ts";
export type { ProxyOptions, ProxyType } from "./proxy.ts";
export type { RateLimit } from "./rate.ts";
export type { RetryOptions } from "./retry.ts";
export type { UploadSource } from "./source.ts";
export type { DownloadTarget } from "./target.ts";
export type { Placement, TransferReport } from "./transfer.ts";
export { downloadTree, mirror, removeTree, uploadTree } from "./tree.ts";
export type {
  DownloadTreeOptions,
  MirrorOptions,
  TreeOptions,
  TreeTransferOptions,
  UploadTreeOptions,
} from "./tree-options.ts";
export type { TreeAction, TreeFailure, TreeSkip, TreeSkipReason } from "./tree-plan.ts";
export type { TreeDone, TreeReport } from "./tree-run.ts";
export { type FtpUrl, formatFtpUrl, parseFtpUrl } from "./url.ts";
