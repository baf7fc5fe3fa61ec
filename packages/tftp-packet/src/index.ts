export type { AckPacket } from "./ack.ts";
export { type DataPacket, dataHeaderLength, encodeDataHeader } from "./data.ts";
export type { ErrorPacket } from "./error.ts";
export { type TftpErrorCode, tftpErrors } from "./error-code.ts";
export {
  type PacketDecodeError,
  type PacketDecodeErrorCode,
  type PacketDecodeResult,
  PacketEncodeError,
  type PacketEncodeErrorCode,
} from "./fault.ts";
export type { PacketDecodeOptions, PacketQuirks } from "./limits.ts";
export { parseMode, type TftpMode } from "./mode.ts";
export type { OackPacket, RawOption, RequestPacket } from "./negotiation.ts";
export {
  formatOption,
  type KnownOptionName,
  type KnownOptions,
  type MulticastGrant,
  type OptionEntry,
  type ParsedOptions,
  parseOptions,
} from "./option.ts";
export { decodePacket, encodePacket, type TftpPacket } from "./packet.ts";
