import { type HostPort, parseHost, unmapHost } from "@longshore/ftp-address";

/**
 * What a proxy says about the connection that it passes on (HAProxy's "The PROXY protocol", versions 1 and 2).
 * `proxied`: a client's, between these two ends. `local`: the proxy's own (a health check), or one of which it knows
 * nothing: the connection's own ends count.
 */
export type ProxyHeader =
  | { readonly kind: "proxied"; readonly source: HostPort; readonly destination: HostPort }
  | { readonly kind: "local" };

/** `length`: bytes of the header; what follows it is the client's. */
export type ProxyHeaderResult =
  | { readonly result: "complete"; readonly header: ProxyHeader; readonly length: number }
  | { readonly result: "incomplete" }
  | { readonly result: "malformed"; readonly message: string };

/**
 * Reads the header that a connection begins with, from all that has come so far. It never throws, and tells a
 * stranger by the first byte that is none of a header. The most that is ever held is {@link maxProxyHeader} bytes.
 */
export function decodeProxyHeader(bytes: Uint8Array): ProxyHeaderResult {
  return bytes[0] === signature[0] ? decodeBinary(bytes) : decodeText(bytes);
}

/** Longest header that is read: the addresses of version 2 with as many additions (TLVs) as proxies send in practice. */
export const maxProxyHeader = 4096;

/** §2.1: the longest line of version 1 with its CR LF. */
const maxLine = 107;
const prefix = "PROXY ";

/** §2.2: the twelve bytes that no other protocol begins with. */
const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a] as const;
/** Signature, version and command, family and transport, two bytes of length. */
const fixedLength = 16;

const incomplete = { result: "incomplete" } as const;
const local = { kind: "local" } as const;

/** §2.1: `PROXY TCP4 192.0.2.1 198.51.100.7 4711 21` and CR LF. */
function decodeText(bytes: Uint8Array): ProxyHeaderResult {
  const start = String.fromCharCode(...bytes.subarray(0, maxLine));
  if (!start.startsWith(prefix.slice(0, start.length)))
    return malformed("it does not begin with a PROXY header");
  const end = start.indexOf("\r\n");
  if (end < 0)
    return start.length < maxLine ? incomplete : malformed(`its line is longer than ${maxLine} bytes`);
  const length = end + 2;
  // Whatever stands behind UNKNOWN is to be ignored.
  if (/^PROXY UNKNOWN(?: |\r)/.test(start)) return { result: "complete", header: local, length };
  const [, family, from = "", to = "", fromPort, toPort] =
    /^PROXY TCP([46]) ([\da-fA-F:.]+) ([\da-fA-F:.]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})\r\n/.exec(start) ??
    [];
  const source = endOf(family, from, Number(fromPort));
  const destination = endOf(family, to, Number(toPort));
  if (source === undefined || destination === undefined)
    return malformed("its line has no two addresses and ports");
  return { result: "complete", header: { kind: "proxied", source, destination }, length };
}

/** §2.2 */
function decodeBinary(bytes: Uint8Array): ProxyHeaderResult {
  if (signature.some((byte, index) => index < bytes.length && bytes[index] !== byte))
    return malformed("its signature is not that of a PROXY header");
  if (bytes.length < fixedLength) return incomplete;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const command = view.getUint8(12);
  const transport = view.getUint8(13);
  const rest = view.getUint16(14);
  if (command >> 4 !== 2) return malformed(`its version is ${command >> 4} instead of 2`);
  if ((command & 15) > 1) return malformed(`it has no command ${command & 15}`);
  if (transport >> 4 > 3 || (transport & 15) > 2) return malformed(`its address family is ${transport}`);
  const length = fixedLength + rest;
  if (length > maxProxyHeader) return malformed(`it has more than ${maxProxyHeader} bytes`);
  const isLocal = (command & 15) === 0;
  const size = { [tcp4]: 4, [tcp6]: 16 }[transport];
  if (!isLocal && size !== undefined && rest < 2 * size + 4) return malformed("its addresses are cut short");
  if (bytes.length < length) return incomplete;
  // Of sockets of other kinds nothing can be told that FTP has a use for.
  if (isLocal || size === undefined) return { result: "complete", header: local, length };
  const at = (index: number, port: number): HostPort | undefined => {
    const octets = bytes.subarray(fixedLength + index * size, fixedLength + (index + 1) * size);
    return endOf(size === 4 ? "4" : "6", hostText(octets), view.getUint16(port));
  };
  const source = at(0, fixedLength + 2 * size);
  const destination = at(1, fixedLength + 2 * size + 2);
  if (source === undefined || destination === undefined) return malformed("its addresses are none");
  return { result: "complete", header: { kind: "proxied", source, destination }, length };
}

const tcp4 = 0x11;
const tcp6 = 0x21;

function hostText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{4})(?!$)/g, "$1:");
}

/** An IPv4-mapped IPv6 address is IPv4 to FTP, as everywhere else. */
function endOf(family: string | undefined, text: string, port: number): HostPort | undefined {
  const host = parseHost(text);
  if (host === undefined || String(host.family) !== family || port > 0xffff) return undefined;
  const plain = parseHost(unmapHost(host.host)) ?? host;
  return { ...plain, port };
}

function malformed(message: string): ProxyHeaderResult {
  return { result: "malformed", message };
}
