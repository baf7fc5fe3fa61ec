import { AddressEncodeError, type AddressResult } from "./error.ts";
import { encodeHost, type HostPort, type HostPortInput, toHost, unmapHost } from "./host.ts";
import { findList, parseList } from "./lprt.ts";

/**
 * The argument of PORT, `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2).
 *
 * @example parsePort("192,0,2,1,4,1") // { ok: true, family: 4, host: "192.0.2.1", port: 1025 }
 */
export function parsePort(argument: string): AddressResult<HostPort> {
  return parseList(argument, lengthen(argument), 501);
}

/**
 * `h1,h2,h3,h4,p1,p2`, for PORT and in parentheses for a 227 reply. An IPv4-mapped IPv6 address counts as its IPv4
 * one.
 *
 * @throws {AddressEncodeError} `family` for IPv6, `host`, `port`
 */
export function formatPort(address: HostPortInput): string {
  const octets = unmapHost(toHost(encodeHost(address)).host).split(".");
  if (octets.length < 4) throw new AddressEncodeError("family", address.host);
  return [octets, address.port >> 8, address.port & 255].join();
}

/** The line of a 227 reply, in all the shapes that servers give it: the code, and anywhere the six numbers. */
export function parsePasvReply(line: string): AddressResult<HostPort> {
  return parseList(line, lengthen(findList("227 ", line)));
}

/** `h1,h2,h3,h4,p1,p2` as `4,4,h1,h2,h3,h4,2,p1,p2`, and anything else as what {@link parseList} refuses. */
function lengthen(list: string): string {
  return list.replace(/^((?:\d+,){4})(\d+,\d+)$|.*/s, "4,4,$12,$2");
}
