import { AddressEncodeError } from "./error.ts";

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

/** `host` without an IPv4-mapped prefix (RFC 4291 §2.5.5.2), as a dual-stack socket names its IPv4 peers. */
export function unmapHost(host: string): string {
  const octets = hostOctets(host);
  return octets === undefined ? host : toHost(unmap(octets)).host;
}

/** The 4 or 16 octets of an address, or undefined where `text` is none. */
export function hostOctets(text: string): readonly number[] | undefined {
  // No address is longer, and what follows works on short text only.
  if (text.length > 45) return undefined;
  if (!text.includes(":")) return ipv4Octets(text);
  const cut = text.lastIndexOf(":") + 1;
  const last = text.slice(cut);
  const tail = last.includes(".") ? ipv4Octets(last) : [];
  if (tail === undefined) return undefined;
  const [left = "", right, more] = (tail.length > 0 ? `${text.slice(0, cut)}0:0` : text).split("::");
  const head = groups(left);
  const end = groups(right ?? "");
  const gap = 8 - head.length - end.length;
  if (more !== undefined || (right === undefined ? gap !== 0 : gap < 1)) return undefined;
  const all = [...head, ...Array<number>(gap).fill(0), ...end];
  if (all.includes(-1)) return undefined;
  return [...all.flatMap((group) => [group >> 8, group & 255]).slice(0, 16 - tail.length), ...tail];
}

/** The address that `octets`, 4 or 16 of them, make. */
export function toHost(octets: readonly number[]): Host {
  if (octets.length === 4) return { family: 4, host: octets.join(".") };
  const mapped = unmap(octets);
  if (mapped.length === 4) return { family: 6, host: `::ffff:${mapped.join(".")}` };
  const text = Array.from({ length: 8 }, (_, index) =>
    ((octets[2 * index] ?? 0) * 256 + (octets[2 * index + 1] ?? 0)).toString(16),
  ).join(":");
  // RFC 5952 §4.2: the longest run of two zero groups or more, the first of equal ones.
  const runs = text.match(/\b0(:0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  const host = longest === "" ? text : text.replace(new RegExp(`(^|:)${longest}(:|$)`), "::");
  return { family: 6, host };
}

/**
 * The octets of an address to be written.
 *
 * @throws {AddressEncodeError} `host` or `port`
 */
export function encodeHost({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): readonly number[] {
  const octets = hostOctets(host);
  if (octets === undefined)
    throw new AddressEncodeError("host", `${JSON.stringify(host)} is no IP address; resolve names first`);
  checkPort(port);
  return octets;
}

/** @throws {AddressEncodeError} `port` */
export function checkPort(port: number): void {
  if (!isPort(port))
    throw new AddressEncodeError("port", `${port} is no port, give an integer from 1 to 65535`);
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65536;
}

export function unmap(octets: readonly number[]): readonly number[] {
  const mapped = octets.length === 16 && octets.slice(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
  return mapped ? octets.slice(12) : octets;
}

function ipv4Octets(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  const octets = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256));
  return octets.length === 4 && octets.every((octet) => octet < 256) ? octets : undefined;
}

/** The groups of one side of `::`, -1 for what is none. */
function groups(text: string): readonly number[] {
  if (text === "") return [];
  return text.split(":").map((group) => (/^[\dA-Fa-f]{1,4}$/.test(group) ? Number.parseInt(group, 16) : -1));
}
