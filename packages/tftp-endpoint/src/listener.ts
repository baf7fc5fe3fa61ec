import { networkInterfaces } from "node:os";
import type { InheritedSocket } from "./inherited.ts";
import { openUdp, type UdpOptions, type UdpPort } from "./udp.ts";

/** Where a server listens: one socket, or one for each address of the machine. */
export interface Listeners {
  readonly ports: readonly UdpPort[];
  close(): void;
}

/** Addresses, or sockets that are open already. */
export interface ListenAt {
  readonly host: string;
  readonly port: number;
  readonly sockets: readonly InheritedSocket[] | undefined;
}

/**
 * A wildcard address stands for every address that the machine has now, each with a socket of its own, so that
 * an answer leaves from where its request came to and requests to a broadcast address are not even seen
 * (RFC 1123 §4.2.3.5): Node tells nobody which address a datagram was sent to. Other addresses get one socket.
 */
export async function openListeners(
  { host, port, sockets }: ListenAt,
  options: (address: string) => Pick<UdpOptions, "onError" | "receiveBuffer"> & {
    readonly onDatagram: (via: UdpPort) => UdpOptions["onDatagram"];
  },
): Promise<Listeners> {
  const ports: UdpPort[] = [];
  try {
    const places: readonly Pick<UdpOptions, "address" | "fd">[] =
      sockets?.map(({ fd, family }) => ({ fd, address: family === 6 ? "::" : "0.0.0.0" })) ??
      addressesOf(host).map((address) => ({ address }));
    for (const { address, ...bound } of places) {
      const { onDatagram, ...rest } = options(address);
      let receive: UdpOptions["onDatagram"] = () => {};
      // The same port everywhere, also where the system chose it.
      const opened: UdpPort = await openUdp({
        ...rest,
        ...bound,
        address,
        port: ports[0]?.local.port ?? port,
        onDatagram: (datagram, from) => receive(datagram, from),
      });
      receive = onDatagram(opened);
      ports.push(opened);
    }
  } catch (error) {
    for (const opened of ports) opened.close();
    throw error;
  }
  return {
    ports,
    close: () => {
      for (const opened of ports) opened.close();
    },
  };
}

/** The addresses that `host` stands for; `0.0.0.0` for IPv4 alone, `::` for both. */
export function addressesOf(host: string): readonly string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host];
  const found = Object.entries(networkInterfaces()).flatMap(([name, infos]) =>
    (infos ?? [])
      .filter((info) => host === "::" || info.family === "IPv4")
      // A link-local address means something on its own link alone (RFC 4007 §11).
      .map((info) => (info.address.startsWith("fe80:") ? `${info.address}%${name}` : info.address)),
  );
  return found.length === 0 ? [host] : [...new Set(found)];
}
