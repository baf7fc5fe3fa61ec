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
  innerLines,
  parseEntries,
  parseFeatures,
} from "./inner.ts";
export { formatPathReply, parsePathReply } from "./path.ts";
export { encodeReply, type FtpReply, formatReply, matchesReply, reply } from "./reply.ts";
export {
  formatTimeReply,
  type Integer,
  parseNumber,
  parseTime,
  parseWord,
} from "./value.ts";
