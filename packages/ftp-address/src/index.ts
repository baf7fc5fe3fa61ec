export {
  type EpsvProtocol,
  type EpsvTarget,
  formatEprt,
  formatEpsv,
  parseEprt,
  parseEpsv,
  parseEpsvReply,
} from "./eprt.ts";
export {
  type AddressDecodeError,
  AddressEncodeError,
  type AddressErrorCode,
  type AddressResult,
} from "./error.ts";
export { type Host, type HostPort, type HostPortInput, parseHost, unmapHost } from "./host.ts";
export { formatLprt, parseLprt, parseLpsvReply } from "./lprt.ts";
export { formatPort, parsePasvReply, parsePort } from "./port.ts";
