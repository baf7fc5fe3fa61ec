export { type Block, blockAt, blockIndex, lastBlock, type Rollover, wireNumber } from "./block.ts";
export type {
  CloseEffect,
  ReadEffect,
  ReceiverEffect,
  ResultEffect,
  SendDataEffect,
  SenderEffect,
  SendPacketEffect,
  StoreEffect,
  Tid,
  TransferEffect,
  WriteEffect,
} from "./effect.ts";
export type { TransferEngine } from "./engine.ts";
export {
  createMulticastGroup,
  type MemberEndEffect,
  type MulticastBlockEffect,
  type MulticastGroup,
  type MulticastGroupEffect,
  type MulticastGroupOptions,
  maxMulticastBlocks,
} from "./multicast/group.ts";
export {
  createMulticastMember,
  type MulticastMember,
  type MulticastMemberOptions,
  type MulticastMemberState,
} from "./multicast/member.ts";
export {
  type Asked,
  answerOptions,
  checkOack,
  defaultTerms,
  mayRetryWithoutOptions,
  type Negotiation,
  type NegotiationPolicy,
  type Terms,
} from "./negotiate.ts";
export { failed, type Outcome, type TransferFailure, type TransferStatistics } from "./outcome.ts";
export { sameTid } from "./peer.ts";
export { usualReceiveBuffer } from "./receive-buffer.ts";
export { createReceiver, type Receiver, type ReceiverOptions, type ReceiverState } from "./receiver.ts";
export {
  type AcceptedEffect,
  createRequest,
  type Request,
  type RequestEffect,
  type RequestOptions,
  type RequestState,
} from "./request.ts";
export { createSender, type Sender, type SenderOptions, type SenderState } from "./sender.ts";
export { type StoreErrorAnswer, storeErrors } from "./store-error.ts";
export { createRetransmissionTimer, type RetransmissionTimer, type TimingOptions } from "./timing.ts";
export { TransferUsageError, type TransferUsageErrorCode } from "./usage.ts";
