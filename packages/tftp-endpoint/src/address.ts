import { BlockList, isIP, isIPv6 } from "node:net";

/** `::ffff:192.0.2.1`, which a socket for both families tells of IPv4, as `192.0.2.1`; others as they are. */
export function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/** A /24 of IPv4, a /64 of IPv6: what one attack is aimed at, and one owner commonly holds. */
export function prefixOf(address: string): string {
  const plain = unmapped(address);
  if (!isIPv6(plain)) return plain.slice(0, plain.lastIndexOf("."));
  return groupsOf(plain).slice(0, 4).join(":");
}

/** `192.0.2.1` as `C0000201`, as PXELINUX writes it; the 32 digits of an IPv6 address. */
export function hexOf(address: string): string {
  const plain = unmapped(address);
  const digits = isIPv6(plain)
    ? groupsOf(plain).map((group) => group.padStart(4, "0"))
    : plain.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  return digits.join("").toUpperCase();
}

/** A network as `192.0.2.0/24` or `2001:db8::/32`, or one address; undefined for what is none. */
export function networkOf(text: string): BlockList | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const family = isIP(address);
  const most = family === 6 ? 128 : 32;
  const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (family === 0 || rest.length > 0 || !(bits <= most)) return undefined;
  const network = new BlockList();
  network.addSubnet(address, bits, family === 6 ? "ipv6" : "ipv4");
  return network;
}

export function isFrom(network: BlockList, address: string): boolean {
  const [plain = ""] = unmapped(address).split("%");
  return network.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}

/** The eight groups of an IPv6 address, as they are written. */
function groupsOf(address: string): readonly string[] {
  const [plain = ""] = address.split("%");
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - last.length;
  return [...groups, ...new Array<string>(Math.max(0, missing)).fill("0"), ...last];
}
