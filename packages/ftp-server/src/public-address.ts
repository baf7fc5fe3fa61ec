import { isIP } from "node:net";
import { addressList } from "./address-range.ts";

/**
 * What PASV tells where clients reach the server through another address (NAT): one for all, one by the client's
 * network, or whatever a function says. `undefined` from it, and a client in no network of the table, means the
 * control connection's own address.
 */
export type PublicAddress = string | readonly PublicAddressRow[] | ((client: string) => string | undefined);

/** The first row with the client's network counts. */
export interface PublicAddressRow {
  /** Addresses and networks of clients: `10.0.0.0/8`, `203.0.113.7`. */
  readonly networks: readonly string[];
  /** An IPv4 address, or `"own"`: that of the control connection. */
  readonly address: string;
}

/** The address to tell a client, or nothing where none that is known can be reached from there. */
export type Advertiser = (own: string, client: string) => string | undefined;

/**
 * Decides which address PASV tells. A private address is never told to a public client: it could not connect there,
 * and would learn how the inner network is numbered.
 *
 * @throws {RangeError} that names what in the option is no address or network
 */
export function createAdvertiser(option: PublicAddress | undefined): Advertiser {
  const choose = chooserOf(option);
  return (own, client) => {
    const address = choose(client) ?? own;
    if (isLoopback(address) && !isLoopback(client)) return undefined;
    return isPrivate(address) && !isPrivate(client) ? undefined : address;
  };
}

function chooserOf(option: PublicAddress | undefined): (client: string) => string | undefined {
  if (option === undefined) return () => undefined;
  if (typeof option === "function") return option;
  if (typeof option === "string") {
    mustBeAddress(option);
    return () => option;
  }
  const rows = option.map(({ networks, address }) => {
    if (address !== "own") mustBeAddress(address);
    return { matches: addressList(networks), address };
  });
  return (client) => {
    const address = rows.find(({ matches }) => matches(client))?.address;
    return address === "own" ? undefined : address;
  };
}

function mustBeAddress(text: string): void {
  if (isIP(text) === 4) return;
  throw new RangeError(
    `passive.publicAddress: ${JSON.stringify(text)} is no IPv4 address, the only kind that PASV can tell; write 203.0.113.7`,
  );
}

const isLoopback = addressList(["127.0.0.0/8", "::1"]);

/** Addresses that mean another host in each network (RFC 1918, 3927, 4193, 4291, 6598). */
const isPrivate = addressList([
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8"],
  ...["0.0.0.0/8", "fc00::/7", "fe80::/10", "::1"],
]);
