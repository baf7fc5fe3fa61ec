import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Tid } from "@longshore/tftp-transfer";

/** The payload of one datagram, in one piece or in several that follow each other. */
export type Datagram = Uint8Array | readonly Uint8Array[];

/** A bound UDP socket. It is not connected, so that packets from a wrong TID are seen and answered. */
export interface UdpPort {
  readonly local: Tid;
  /**
   * Sends at once where the system takes it, else as soon as it does. Losses are the protocol's business;
   * `onError` is told what the system refuses.
   */
  send(datagram: Datagram, to: Tid, onError?: (error: Error) => void): void;
  /** Whether datagrams wait for room in the system's buffer. */
  readonly isHolding: boolean;
  /** Lets datagrams go to multicast addresses of this port's network, over `ttl` links; absent where it is shared. */
  sendToGroups?(ttl: number): void;
  /** Holds no process open from now on. */
  unref(): void;
  close(): void;
}

export interface UdpOptions {
  /** A numeric address of this machine, `0.0.0.0` or `::`. */
  readonly address: string;
  /** 0 picks a random free one. */
  readonly port: number;
  /** A socket that is bound already, of the family of `address`; what it is bound to is told by `local`. */
  readonly fd?: number;
  readonly onDatagram: (datagram: Uint8Array, from: Tid) => void;
  readonly onError: (error: Error) => void;
  /** Hears what is sent to this multicast address on the network of the address `from`, as others here may do. */
  readonly group?: { readonly address: string; readonly from: string };
  /** Octets of the system's buffers; its own choice unless told. */
  readonly receiveBuffer?: number;
  readonly sendBuffer?: number;
}

/** Rejects with the system's error when the address cannot be bound. */
export function openUdp(options: UdpOptions): Promise<UdpPort> {
  const { address, port, fd, group, receiveBuffer, sendBuffer } = options;
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    // Who is bound to all addresses by somebody else may be asked over IPv4 as well.
    ipv6Only: family === 6 && address !== "::",
    reuseAddr: group !== undefined,
    // Addresses are numeric by now: answered on the spot, a datagram leaves within the same turn.
    lookup: (host, _options, done) => done(null, host, family),
    ...(receiveBuffer === undefined ? {} : { recvBufferSize: receiveBuffer }),
    ...(sendBuffer === undefined ? {} : { sendBufferSize: sendBuffer }),
  });
  let isClosed = false;
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    const place = fd === undefined ? { address, port } : { fd };
    socket.bind({ ...place, exclusive: true }, () => {
      socket.off("error", reject);
      socket.on("error", options.onError);
      socket.on("message", options.onDatagram);
      if (group !== undefined) {
        try {
          socket.addMembership(group.address, group.from);
        } catch (error) {
          socket.close();
          reject(error);
          return;
        }
      }
      resolve({
        local: {
          address: fd === undefined ? address : socket.address().address,
          port: socket.address().port,
        },
        send: (datagram, to, onError) => {
          if (isClosed) return;
          // A callback costs a turn for each datagram.
          if (onError === undefined) socket.send(datagram, to.port, to.address);
          else socket.send(datagram, to.port, to.address, (error) => error && onError(error));
        },
        get isHolding() {
          return !isClosed && socket.getSendQueueCount() > 0;
        },
        sendToGroups: (ttl) => {
          socket.setMulticastTTL(ttl);
          if (address !== "0.0.0.0" && address !== "::") socket.setMulticastInterface(address);
          socket.setMulticastLoopback(true);
        },
        unref: () => void socket.unref(),
        close: () => {
          if (!isClosed) socket.close();
          isClosed = true;
        },
      });
    });
  });
}
