import type { Socket } from "node:dgram";
import { descriptorOf } from "./descriptor.ts";
import type { Library } from "./library.ts";

/** Hands datagrams to the system on the spot: no object for each is made, and no callback waits for its turn. */
export interface DatagramSender {
  /**
   * @param to an address in dotted decimal, and a port; the same object is not read again
   * @returns the octets that are on their way, or -1 where the system does not take them now, or not at all
   */
  send(datagram: Uint8Array, to: { readonly address: string; readonly port: number }): number;
}

/** include/linux/socket.h; who is gone is no reason for a signal. */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** A sockaddr_in: family, port and address (in the network's order), and padding. */
const nameLength = 16;
const AF_INET = 2;

/** For IPv4, as the receiver is. */
export function createDatagramSender(library: Library, socket: Socket): DatagramSender | undefined {
  if (descriptorOf(socket) === undefined || socket.address().family !== "IPv4") return undefined;
  const name = new Uint8Array(nameLength);
  // In this machine's order, as the system reads it.
  new Uint16Array(name.buffer)[0] = AF_INET;
  let known: object | undefined;

  function write(to: { readonly address: string; readonly port: number }): boolean {
    const parts = to.address.split(".");
    if (parts.length !== 4) return false;
    name[2] = to.port >> 8;
    name[3] = to.port;
    for (const [at, part] of parts.entries()) {
      if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return false;
      name[4 + at] = Number(part);
    }
    known = to;
    return true;
  }

  return {
    send(datagram, to) {
      // Looked up each time: a socket that was closed has none, and its number may be another's.
      const descriptor = descriptorOf(socket);
      if (descriptor === undefined) return -1;
      if (to !== known && !write(to)) {
        known = undefined;
        return -1;
      }
      return library.sendto(
        descriptor,
        datagram,
        datagram.length,
        MSG_DONTWAIT | MSG_NOSIGNAL,
        name,
        nameLength,
      );
    },
  };
}
