export type { DataProtection, TlsRole, TransferFailure, TransferType } from "../data.ts";
export { offeredVerbs } from "./commands/index.ts";
export {
  type CloseReason,
  type DataFailure,
  type FileTimes,
  type HashAlgorithm,
  hashAlgorithms,
  type Listing,
  type ServerCompletion,
  type ServerEffect,
  type SessionSummary,
  type StoreAnswer,
  type StoreRequest,
  type Transfer,
} from "./effect.ts";
export { createServerEngine, prepareServerEngine, type ServerEngine } from "./engine.ts";
export { permissionsOf, type Right } from "./facts.ts";
export type {
  CommonEngineOptions,
  EngineConnection,
  ServerEngineLimits,
  ServerEngineOptions,
  ServerEngineQuirks,
} from "./options.ts";
export type { LoginState, ServerState, TransferPhase } from "./state.ts";
export {
  isTransition,
  type LoginName,
  legality,
  legalityTable,
  nodeOf,
  type Security,
  type StateNode,
  securityLegality,
  stateDiagram,
  type Transition,
  transitions,
  type Verdict,
  verdictOn,
} from "./states.ts";
export { refusal, type StoreErrorRow, storeErrorReplies } from "./store-error.ts";
export { type SessionUser, type StoreFeatures, storeFeatures, type VirtualHost } from "./user.ts";
