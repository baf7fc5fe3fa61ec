import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { type DatagramSender, systemCalls } from "@longshore/system-calls";
import type { Tid } from "@longshore/tftp-transfer";
import { now } from "./clock.ts";

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
  /**
   * Sends the datagrams that stand in `bytes` one behind the other, `each` octets long but for a shorter last one, with one
   * call of the system for all of them. {@link mostAtOnce} tells how many those may be. Absent where the system cannot.
   *
   * @param onRefused it would not send them so (a datagram is larger than the network's packets): none has gone
   */
  sendSeveral?(bytes: Uint8Array, each: number, to: Tid, onRefused: () => void): void;
  /**
   * Waits for the next datagram until the time `until`, which has to be near: nothing else is done meanwhile. It is handled
   * as any other, but its octets are valid during that alone. Absent where the system cannot.
   *
   * @returns whether there was one
   */
  attend?(until: number): boolean;
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

/** Where datagrams are that were waited for; the largest there are. */
const attended = new Uint8Array(65_536);

/**
 * How many datagrams of `octets` go out in one call. The system takes 64 and 65,000 octets; with fewer the reader begins with the
 * first while the rest is being handed over, which is a tenth faster in windows of 32.
 */
export function mostAtOnce(octets: number): number {
  return Math.min(64, Math.max(1, Math.floor((1 << 14) / octets)));
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
  const calls = systemCalls();
  let sender: DatagramSender | undefined;
  /** Octets that the system cuts what is sent into; 0: it does not. */
  let cutInto = 0;

  function cut(octets: number): boolean {
    if (octets === cutInto) return true;
    if (calls?.segmentDatagrams(socket, octets) !== true) return false;
    cutInto = octets;
    return true;
  }

  /** Whether the system has taken it; what waits in the queue of Node.js is not overtaken. */
  function sendNow(datagram: Uint8Array, to: Tid): boolean {
    return sender !== undefined && socket.getSendQueueCount() === 0 && sender.send(datagram, to) >= 0;
  }

  function attendance(): Pick<UdpPort, "attend"> {
    const receiver = calls?.createDatagramReceiver(socket);
    if (receiver === undefined) return {};
    const { onDatagram } = options;
    return {
      attend(until) {
        let octets = -1;
        while (!isClosed && octets < 0) {
          octets = receiver.receive(attended);
          if (octets < 0 && now() >= until) return false;
        }
        if (octets >= 0) onDatagram(attended.subarray(0, octets), receiver.from);
        return octets >= 0;
      },
    };
  }

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
      sender = calls?.createDatagramSender(socket);
      resolve({
        local: {
          address: fd === undefined ? address : socket.address().address,
          port: socket.address().port,
        },
        send: (datagram, to, onError) => {
          if (isClosed) return;
          if (cutInto > 0 && octetsOf(datagram) > cutInto) cut(0);
          if (datagram instanceof Uint8Array && sendNow(datagram, to)) return;
          // A callback costs a turn for each datagram.
          if (onError === undefined) socket.send(datagram, to.port, to.address);
          else socket.send(datagram, to.port, to.address, (error) => error && onError(error));
        },
        ...(calls === undefined
          ? {}
          : {
              sendSeveral: (bytes, each, to, onRefused) => {
                if (isClosed) return;
                if (!cut(each)) onRefused();
                else if (!sendNow(bytes, to))
                  socket.send(bytes, to.port, to.address, (error) => error && onRefused());
              },
            }),
        ...attendance(),
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

function octetsOf(datagram: Datagram): number {
  if (datagram instanceof Uint8Array) return datagram.length;
  let octets = 0;
  for (const part of datagram) octets += part.length;
  return octets;
}
