import { BlockList, isIP } from "node:net";

/** Leading bits of an IPv6 address that stand for one customer: who has one address of it has them all. */
export const customerPrefix = 64;

/**
 * What counts as one place in limits and bans: an IPv4 address, or an IPv6 network of `prefix` bits.
 *
 * @example rangeOf("2001:db8:1:2:aaaa::1", 64) // "2001:db8:1:2::/64"
 */
export function rangeOf(host: string, prefix: number = customerPrefix): string {
  if (isIP(host) !== 6 || prefix >= 128) return host;
  const groups = groupsOf(host).map((group, index) => {
    const bits = Math.min(16, Math.max(0, prefix - index * 16));
    return group & ((0xffff << (16 - bits)) & 0xffff);
  });
  const text = groups.map((group) => group.toString(16)).join(":");
  return `${text.replace(/(?:(?:^|:)0)+$/, "::")}/${prefix}`;
}

/** Addresses and networks (`10.0.0.0/8`, `::1`) as a question: does this host belong to them? */
export type AddressList = (host: string) => boolean;

/** @throws {RangeError} that names the entry which is neither an address nor a network */
export function addressList(entries: readonly string[]): AddressList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits, more] = entry.split("/");
    const version = isIP(address);
    const width = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || more !== undefined || prefix < 0 || prefix > width) {
      throw new RangeError(
        `${JSON.stringify(entry)} is neither an address nor a network; write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32`,
      );
    }
    list.addSubnet(address, prefix, version === 4 ? "ipv4" : "ipv6");
  }
  return (host) => {
    const version = isIP(host);
    return version !== 0 && list.check(host, version === 4 ? "ipv4" : "ipv6");
  };
}

/** The eight groups of an IPv6 address; a dotted end counts as two. */
function groupsOf(host: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  const [, start = "", a = 0, b = 0, c = 0, d = 0] = dotted ?? [];
  const hex = (high: unknown, low: unknown): string => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? host : `${start}${hex(a, b)}:${hex(c, d)}`;
  const [head = "", tail] = text.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail ?? "");
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
