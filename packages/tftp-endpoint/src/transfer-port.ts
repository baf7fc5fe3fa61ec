import { randomInt } from "node:crypto";
import type { Tid } from "@longshore/tftp-transfer";
import { openUdp, type UdpOptions, type UdpPort } from "./udp.ts";

/**
 * The server's ends of transfers (RFC 1350 §4): any free port, which the system chooses at random; a range, for
 * a firewall; or `"single"`, the listening port itself, for NAT and containers, where packets are told apart by
 * the client's end alone.
 */
export type TransferPorts = "any" | "single" | { readonly from: number; readonly to: number };

export async function openTransferPort(
  ports: TransferPorts,
  via: UdpPort,
  routes: Map<string, (datagram: Uint8Array, from: Tid) => void>,
  route: string,
  onDatagram: (datagram: Uint8Array, from: Tid) => void,
  buffers: Pick<UdpOptions, "receiveBuffer" | "sendBuffer">,
): Promise<UdpPort> {
  if (ports === "single") {
    routes.set(route, onDatagram);
    return {
      local: via.local,
      send: via.send,
      get isHolding() {
        return via.isHolding;
      },
      unref: via.unref,
      close: () => {
        if (routes.get(route) === onDatagram) routes.delete(route);
      },
    };
  }
  // The answer leaves from the address that the request came to.
  const open = (port: number): Promise<UdpPort> =>
    openUdp({ address: via.local.address, port, onDatagram, onError: () => {}, ...buffers });
  if (ports === "any") return open(0);

  const count = ports.to - ports.from + 1;
  const first = randomInt(count);
  for (let tried = 0; ; tried++) {
    try {
      return await open(ports.from + ((first + tried) % count));
    } catch (error) {
      const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!isTaken || tried + 1 >= count) throw error;
    }
  }
}
