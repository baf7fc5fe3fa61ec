import { type AddressDecodeError, type AddressResult, refuse } from "./error.ts";
import { encodeHost, type HostPort, type HostPortInput, toHost, withPort } from "./host.ts";

/**
 * The argument of LPRT, `af,hal,h1,h2,…,pal,p1,p2` (RFC 1639 §2): family 4 with four octets or 6 with sixteen, and
 * a port of two. Another family is code `family`, reply 521.
 *
 * @example parseLprt("4,4,192,0,2,1,2,4,1") // { ok: true, family: 4, host: "192.0.2.1", port: 1025 }
 */
export function parseLprt(argument: string): AddressResult<HostPort> {
  return parseList(argument, argument, 521);
}

/**
 * `af,hal,h1,h2,…,pal,p1,p2`, for LPRT and in parentheses for a 228 reply.
 *
 * @throws {AddressEncodeError} `host`, `port`
 */
export function formatLprt(address: HostPortInput): string {
  const octets = encodeHost(address);
  const { length } = octets;
  return [length === 4 ? 4 : 6, length, octets, 2, address.port >> 8, address.port & 255].join();
}

/** The line of a 228 reply (RFC 1639 §3), in all the shapes of {@link parsePasvReply}. */
export function parseLpsvReply(line: string): AddressResult<HostPort> {
  return parseList(line, findList("228 ", line));
}

/**
 * The list of numbers in a reply. Clients are to scan for it (RFC 1123 §4.1.2.6), since servers write it with and
 * without parentheses, after `=`, in brackets, before a full stop, and with blanks after the commas. What touches
 * it makes it something else: a sign, a letter, one more number that is empty.
 */
export function findList(code: string, line: string): string {
  const list = /(?<!\d, *|[-+.,\w])(?:\d+, *){5,}\d+(?![-+,\w]|\.\d)/;
  return (line.startsWith(code) && list.exec(line)?.[0].replaceAll(" ", "")) || "";
}

/** Reads the long form, as which PORT's list is read too. `text` is what an error names. */
export function parseList(
  text: string,
  list: string,
  unsupported?: AddressDecodeError["reply"],
): AddressResult<HostPort> {
  const numbers = list.split(",").map((part) => Number(/^\d+$/.test(part) ? part : 256));
  const [family, length] = numbers;
  const size = family === 4 ? 4 : family === 6 ? 16 : 0;
  const [portLength, high = 0, low = 0] = numbers.slice(-3);
  if (
    numbers.some((number) => number > 255) ||
    (size && (length !== size || portLength !== 2 || numbers.length !== size + 5))
  )
    return refuse("syntax", text, unsupported);
  if (!size) return refuse("family", family, unsupported);
  return withPort(toHost(numbers.slice(2, -3)), high * 256 + low, unsupported);
}
