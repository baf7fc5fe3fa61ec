export { type ClientDecision, decisions } from "./decision.ts";
export { clientDiagram } from "./diagram.ts";
export type { ClientEffect, ClientEvent } from "./effect.ts";
export { type ClientEngine, createClientEngine } from "./engine.ts";
export { FtpError, type FtpErrorCode, type FtpErrorDetails, type FtpPhase } from "./error.ts";
export type {
  ClientOperation,
  ClientOutcome,
  CommandOperation,
  LoginOperation,
  RawCommand,
  RenameOperation,
  TransferOperation,
  TransferOutcome,
  TransferVerb,
} from "./operation.ts";
export {
  type ClearControl,
  type ClientEngineOptions,
  type ClientQuirks,
  type ClientTimeouts,
  defaultTimeouts,
} from "./options.ts";
export type { ClientState, DataState, RecoveryWait, TransferState, TransferWait } from "./state.ts";
export {
  type ClientEnd,
  type ClientEventName,
  type ClientRow,
  type ClientTarget,
  type ClientWait,
  clientTable,
  targetOf,
  targetOfEvent,
} from "./table.ts";
