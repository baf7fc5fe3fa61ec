export type { DataMode, DataProtection, TransferFailure, TransferType } from "./data.ts";
