import { AddressEncodeError, type AddressResult, refuse } from "./error.ts";
import { encodeHost, type HostPort, toHost, unmap } from "./host.ts";
import { findOctets, parseOctets } from "./numbers.ts";

/**
 * The argument of PORT, `h1,h2,h3,h4,p1,p2` (RFC 959 §4.1.2).
 *
 * @example parsePort("192,0,2,1,4,1") // { ok: true, family: 4, host: "192.0.2.1", port: 1025 }
 */
export function parsePort(argument: string): AddressResult<HostPort> {
  return toHostPort(parseOctets(argument), 501);
}

/**
 * `h1,h2,h3,h4,p1,p2` for PORT and for replies; an IPv4-mapped IPv6 address counts as its IPv4 one.
 *
 * @throws {AddressEncodeError} `family` for IPv6, `host`, `port`
 */
export function formatPort(address: { readonly host: string; readonly port: number }): string {
  const octets = unmap(encodeHost(address));
  if (octets.length !== 4)
    throw new AddressEncodeError("family", `${address.host} is no IPv4 address: use EPRT or EPSV for IPv6`);
  return [...octets, address.port >> 8, address.port & 255].join();
}

/** The line of a 227 reply, in all the shapes that servers give it: see {@link findOctets}. */
export function parsePasvReply(line: string): AddressResult<HostPort> {
  if (!/^227(?!\d)/.test(line)) return refuse("syntax", "the reply code is not 227");
  return toHostPort(findOctets(line.slice(3), (length) => length === 6));
}

/**
 * The text of a 227 reply, without the code.
 *
 * @throws {AddressEncodeError} as {@link formatPort}
 */
export function formatPasvReply(address: { readonly host: string; readonly port: number }): string {
  return `Entering Passive Mode (${formatPort(address)})`;
}

function toHostPort(octets: readonly number[] | undefined, reply?: 501): AddressResult<HostPort> {
  if (octets?.length !== 6)
    return refuse("syntax", "not six numbers from 0 to 255: h1,h2,h3,h4,p1,p2", reply);
  const [high = 0, low = 0] = octets.slice(4);
  const port = high * 256 + low;
  if (port === 0) return refuse("port", "port 0", reply);
  return { ok: true, ...toHost(octets.slice(0, 4)), port };
}
