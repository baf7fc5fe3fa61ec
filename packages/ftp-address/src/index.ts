export {
  type EpsvArgument,
  type EpsvTarget,
  formatEprt,
  formatEpsv,
  formatEpsvReply,
  parseEprt,
  parseEpsv,
  parseEpsvReply,
} from "./eprt.ts";
export {
  type AddressDecodeError,
  type AddressDecodeErrorCode,
  AddressEncodeError,
  type AddressEncodeErrorCode,
  type AddressResult,
} from "./error.ts";
export { type Host, type HostPort, parseHost, unmapHost } from "./host.ts";
export { formatLprt, formatLpsvReply, parseLprt, parseLpsvReply } from "./lprt.ts";
export { formatPasvReply, formatPort, parsePasvReply, parsePort } from "./port.ts";
export { type AddressScope, addressScope } from "./scope.ts";
