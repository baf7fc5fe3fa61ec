export { mayAnswer, meaningOf, type ReplyCode, replyCodes } from "./code.ts";
export {
  createReplyDecoder,
  type ReplyDecoder,
  type ReplyDecoderOptions,
  type ReplyEvent,
  type ReplyQuirks,
} from "./decoder.ts";
export {
  ReplyDecodeError,
  type ReplyDecodeErrorCode,
  ReplyEncodeError,
  type ReplyEncodeErrorCode,
} from "./error.ts";
export {
  type Feature,
  formatFeatReply,
  formatMlstReply,
  parseFeatReply,
  parseMlstReply,
  parseStatReply,
} from "./inner.ts";
export { formatPathReply, parsePathReply } from "./path.ts";
export { encodeReply, type FtpReply, formatReply, matchesReply, reply } from "./reply.ts";
export {
  formatSizeReply,
  formatTimeReply,
  type Integer,
  parseAdatReply,
  parseDelayReply,
  parsePbszReply,
  parseProtocolsReply,
  parseRestartReply,
  parseSizeHint,
  parseSizeReply,
  parseSystemReply,
  parseTimeReply,
  parseUniqueName,
  type ReplyTime,
} from "./value.ts";
