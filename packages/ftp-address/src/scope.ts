import { hostOctets, unmap } from "./host.ts";

/** Where an address leads, as far as its number tells. */
export type AddressScope = (typeof ranges)[number][2] | "public";

/**
 * Where `host` leads: what a policy on PASV replies and PORT arguments asks first. An IPv4-mapped address counts as
 * its IPv4 one; `public` is all that is none of the others.
 *
 * @returns undefined where `host` is no IP address
 */
export function addressScope(host: string): AddressScope | undefined {
  const bits = hostBits(host);
  if (bits === undefined) return undefined;
  return (
    ranges.find(([base, length]) => bits.startsWith(hostBits(base)?.slice(0, length + 1) ?? " "))?.[2] ??
    "public"
  );
}

/** RFC 6890, with the length of each prefix in bits. */
const ranges = [
  ["0.0.0.0", 8, "unspecified"],
  ["::", 128, "unspecified"],
  ["127.0.0.0", 8, "loopback"],
  ["::1", 128, "loopback"],
  ["10.0.0.0", 8, "private"],
  ["172.16.0.0", 12, "private"],
  ["192.168.0.0", 16, "private"],
  ["100.64.0.0", 10, "private"],
  ["fc00::", 7, "private"],
  ["169.254.0.0", 16, "link-local"],
  ["fe80::", 10, "link-local"],
  ["224.0.0.0", 4, "multicast"],
  ["ff00::", 8, "multicast"],
  ["255.255.255.255", 32, "broadcast"],
  ["240.0.0.0", 4, "reserved"],
] as const;

/** The bits of an address behind one digit that tells its family. */
function hostBits(host: string): string | undefined {
  const octets = hostOctets(host);
  if (octets === undefined) return undefined;
  const plain = unmap(octets);
  return plain.reduce(
    (bits, octet) => bits + octet.toString(2).padStart(8, "0"),
    plain.length === 4 ? "4" : "6",
  );
}
