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
export type { Outcome, TransferFailure, TransferStatistics } from "./outcome.ts";
