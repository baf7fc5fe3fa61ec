import { BlockList, isIP, isIPv6 } from "node:net";

/**
 * The address that PASV tells, by the network that a client comes from: the narrowest one counts, and where none fits
 * the control connection's own address is told.
 *
 * @param byNetwork addresses by networks such as `192.0.2.0/24`, or by single addresses
 */
export function publicAddressBy(
  byNetwork: Readonly<Record<string, string>>,
): (client: string) => string | undefined {
  const rows = Object.entries(byNetwork)
    .map(([network, address]) => {
      const [host = "", bits] = network.split("/");
      const family = isIPv6(host) ? ("ipv6" as const) : ("ipv4" as const);
      const prefix = bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits);
      const list = new BlockList();
      list.addSubnet(host, prefix, family);
      return { list, family, prefix, address };
    })
    .sort((a, b) => b.prefix - a.prefix);
  return (client) => {
    const family = isIP(client) === 6 ? "ipv6" : "ipv4";
    return rows.find((row) => row.family === family && row.list.check(client, family))?.address;
  };
}
