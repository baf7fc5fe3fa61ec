export { type AckPacket, encodeAck } from "./ack.ts";
export { type DataPacket, dataHeaderLength, encodeDataHeader, maxBlockSize } from "./data.ts";
export type { ErrorPacket } from "./error.ts";
export { errorMeaning, type TftpErrorCode, tftpErrors } from "./error-code.ts";
export {
  type PacketDecodeError,
  type PacketDecodeErrorCode,
  type PacketDecodeResult,
  PacketEncodeError,
  type PacketEncodeErrorCode,
} from "./fault.ts";
export { maxRequestLength, type PacketDecodeOptions, type PacketQuirks } from "./limits.ts";
export { parseMode, type TftpMode } from "./mode.ts";
export type { OackPacket } from "./oack.ts";
export { opcodes } from "./opcode.ts";
export {
  formatOption,
  formatOptions,
  type KnownOptionName,
  type KnownOptions,
  type MulticastOption,
  type OptionEntry,
  type ParsedOptions,
  parseOptions,
  type RawOption,
} from "./option.ts";
export { decodePacket, encodePacket, type TftpPacket } from "./packet.ts";
export type { RequestPacket } from "./request.ts";
