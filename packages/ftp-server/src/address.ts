import { isIPv4 } from "node:net";
import { type HostPort, parseHost, unmapHost } from "@longshore/ftp-address";

/** One end of a socket in canonical text; an IPv4-mapped IPv6 address is IPv4 to FTP. */
export function endOf(address = "", port = 0): HostPort {
  // The system writes IPv4 in its canonical text; to read that and write it anew was a tenth of a whole session.
  if (isIPv4(address)) return { family: 4, host: address, port };
  const host = parseHost(unmapHost(address.replace(/%.*$/, ""))) ?? { family: 4, host: "0.0.0.0" };
  return { ...host, port };
}
