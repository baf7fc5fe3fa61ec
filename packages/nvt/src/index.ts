export { NvtEncodeError, type NvtEncodeErrorCode } from "./error.ts";
export {
  createLineDecoder,
  encodeLine,
  type LineDecoder,
  type LineDecoderOptions,
  type LineEvent,
  type LineQuirks,
} from "./line.ts";
export { encodeTelnetAbort, escapeTelnet, type TelnetEvent } from "./telnet.ts";
export { decodeLatin1, decodeText, encodeLatin1, encodeText } from "./text.ts";
