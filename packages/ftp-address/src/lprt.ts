import { type AddressResult, refuse } from "./error.ts";
import { encodeHost, type HostPort, toHost } from "./host.ts";
import { findOctets, parseOctets } from "./numbers.ts";

/**
 * The argument of LPRT, `af,hal,h1,h2,…,pal,p1,p2` (RFC 1639 §2): family 4 with four octets or 6 with sixteen, and
 * a port of two. Another family is code `family`, reply 521.
 *
 * @example parseLprt("4,4,192,0,2,1,2,4,1") // { ok: true, family: 4, host: "192.0.2.1", port: 1025 }
 */
export function parseLprt(argument: string): AddressResult<HostPort> {
  return toHostPort(parseOctets(argument), 501, 521);
}

/**
 * `af,hal,h1,h2,…,pal,p1,p2` for LPRT and for replies.
 *
 * @throws {AddressEncodeError} `host`, `port`
 */
export function formatLprt(address: { readonly host: string; readonly port: number }): string {
  const octets = encodeHost(address);
  const family = octets.length === 4 ? 4 : 6;
  return [family, octets.length, ...octets, 2, address.port >> 8, address.port & 255].join();
}

/** The line of a 228 reply (RFC 1639 §3), in the shapes that 227 has too. */
export function parseLpsvReply(line: string): AddressResult<HostPort> {
  if (!/^228(?!\d)/.test(line)) return refuse("syntax", "the reply code is not 228");
  return toHostPort(findOctets(line.slice(3), (length) => length > 6));
}

/**
 * The text of a 228 reply, without the code.
 *
 * @throws {AddressEncodeError} `host`, `port`
 */
export function formatLpsvReply(address: { readonly host: string; readonly port: number }): string {
  return `Entering Long Passive Mode (${formatLprt(address)})`;
}

function toHostPort(
  numbers: readonly number[] | undefined,
  syntax?: 501,
  unsupported?: 521,
): AddressResult<HostPort> {
  if (numbers === undefined) return refuse("syntax", "not a list of numbers from 0 to 255", syntax);
  const [family, length = 0] = numbers;
  if (family !== 4 && family !== 6)
    return refuse("family", `address family ${family} is neither 4 nor 6`, unsupported);
  const [portLength, high = 0, low = 0] = numbers.slice(2 + length);
  if (length !== (family === 4 ? 4 : 16) || portLength !== 2 || numbers.length !== length + 5)
    return refuse("syntax", "not af,hal,h1,h2,…,pal,p1,p2 with the lengths of its family", syntax);
  const port = high * 256 + low;
  if (port === 0) return refuse("port", "port 0", syntax);
  return { ok: true, ...toHost(numbers.slice(2, 2 + length)), port };
}
