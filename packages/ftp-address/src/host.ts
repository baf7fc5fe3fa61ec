import { type AddressDecodeError, AddressEncodeError, type AddressResult, refuse } from "./error.ts";

/** An Internet address in its canonical text. */
export interface Host {
  readonly family: 4 | 6;
  /** Dotted decimal, or the short form of RFC 5952 (`::ffff:192.0.2.1` for an IPv4-mapped address, its §5). */
  readonly host: string;
}

/** Where a data connection goes to or is waited for. */
export interface HostPort extends Host {
  /** 1 to 65535. */
  readonly port: number;
}

/** What the formatters take: any text of an address, and a port from 1 to 65535. */
export type HostPortInput = Pick<HostPort, "host" | "port">;

/**
 * Reads an IPv4 or IPv6 address and gives it in its canonical text, so that equal addresses have equal texts.
 * Names, zones (`%eth0`), brackets and numbers with leading zeros are refused.
 *
 * @returns undefined for anything else; it never throws
 * @example parseHost("1080::8:800:200C:417A") // { family: 6, host: "1080::8:800:200c:417a" }
 */
export function parseHost(text: string): Host | undefined {
  const octets = hostOctets(text);
  return octets && toHost(octets);
}

/**
 * `host` in its canonical text, as {@link parseHost} and sockets give it, without an IPv4-mapped prefix (RFC 4291
 * §2.5.5.2): a dual-stack socket names its IPv4 peers with it. Anything else is given back as it is.
 *
 * @example unmapHost("::ffff:192.0.2.1") // "192.0.2.1"
 */
export function unmapHost(host: string): string {
  return host.replace(/^::ffff:(?=.*\.)/, "");
}

/** The address that `octets`, 4 or 16 of them, make. */
export function toHost(octets: readonly number[]): Host {
  if (octets.length === 4) return { family: 4, host: octets.join(".") };
  const pairs = octets.map((octet, at) => (at % 2 ? "" : ":") + (256 + octet).toString(16).slice(1));
  const host = shorten(pairs.join("").slice(1));
  return { family: 6, host: host.replace(/^(::ffff:)\w+:\w+$/, `$1${octets.slice(12).join(".")}`) };
}

/**
 * The octets of an address to be written; its port is looked at too.
 *
 * @throws {AddressEncodeError} `host`, `port`
 */
export function encodeHost({ host, port }: HostPortInput): readonly number[] {
  const octets = hostOctets(host);
  if (!octets) throw new AddressEncodeError("host", host);
  if (!isPort(port)) throw new AddressEncodeError("port", port);
  return octets;
}

/** `where` with `port`, if that can be one. */
export function withPort<Where>(
  where: Where,
  port: number,
  unsupported: AddressDecodeError["reply"],
): AddressResult<Where & { readonly port: number }> {
  return isPort(port) ? { ok: true, ...where, port } : refuse("port", port, unsupported);
}

function isPort(port: number): boolean {
  return port > 0 && (port & 0xffff) === port;
}

/** The 4 or 16 octets of an address. IPv4 is read as the end of an IPv4-mapped address. */
function hostOctets(text: string): readonly number[] | undefined {
  const isLong = text.includes(":");
  const short = shorten(isLong ? text : `0:0:0:0:0:ffff:${text}`);
  if (!short) return undefined;
  const groups = short.replace("::", ":".repeat(10 - short.split(":").length)).split(":");
  const octets = groups.flatMap((group) => [Number(`0x0${group}`) >> 8, Number(`0x0${group}`) & 255]);
  return octets.slice(isLong ? 0 : 12);
}

/** IPv6 in its short form, by the host parser of the URL Standard, which every runtime has; `""` for anything else. */
function shorten(text: string): string {
  try {
    return /[^\da-f:.]/i.test(text) ? "" : new URL(`ftp://[${text}]`).hostname.slice(1, -1);
  } catch {
    return "";
  }
}
