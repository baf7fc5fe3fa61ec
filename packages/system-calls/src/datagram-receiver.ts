import type { Socket } from "node:dgram";
import { descriptorOf } from "./descriptor.ts";
import type { Library } from "./library.ts";

/** Takes what has come in at a UDP socket without a turn of the event loop. */
export interface DatagramReceiver {
  /**
   * Puts the next datagram that is there into `into`; what does not fit is lost, as the system has it.
   *
   * @returns its octets, or -1 where there is none
   */
  receive(into: Uint8Array): number;
  /** Where the last one came from; the same object as long as it is the same end. */
  readonly from: { readonly address: string; readonly port: number };
}

/** include/linux/socket.h */
const MSG_DONTWAIT = 0x40;

/** A sockaddr_in: family, port and address (in the network's order), and padding. */
const nameLength = 16;

/** For IPv4: how Node.js spells an address of IPv6, with its zone, would have to be guessed. */
export function createDatagramReceiver(library: Library, socket: Socket): DatagramReceiver | undefined {
  if (descriptorOf(socket) === undefined || socket.address().family !== "IPv4") return undefined;
  const name = new Uint8Array(nameLength);
  const length = Uint32Array.of(nameLength);
  let from = { address: "0.0.0.0", port: 0 };
  let host = 0;

  return {
    receive(into) {
      // Looked up each time: a socket that was closed has none, and its number may be another's.
      const descriptor = descriptorOf(socket);
      if (descriptor === undefined) return -1;
      length[0] = nameLength;
      return library.recvfrom(descriptor, into, into.length, MSG_DONTWAIT, name, length);
    },
    get from() {
      const [, , high = 0, low = 0, a = 0, b = 0, c = 0, d = 0] = name;
      const port = (high << 8) | low;
      const address = (a << 24) | (b << 16) | (c << 8) | d;
      if (port !== from.port || address !== host) {
        host = address;
        from = { address: `${a}.${b}.${c}.${d}`, port };
      }
      return from;
    },
  };
}
