import { createSocket } from "node:dgram";
import { decodePacket, encodePacket, type RawOption, type TftpPacket } from "@longshore/tftp-packet";
import type { Tid } from "@longshore/tftp-transfer";

/** An end that sends and hears single datagrams, and knows no protocol. */
export interface Raw {
  readonly port: number;
  send(packet: TftpPacket | Uint8Array, to: number, address?: string): void;
  /** The next packet, or undefined when none comes within `wait` milliseconds; 1000 unless told. */
  next(
    wait?: number,
  ): Promise<{ readonly packet: TftpPacket; readonly from: Tid; readonly length: number } | undefined>;
  /** All packets that come within `wait` milliseconds. */
  all(wait: number): Promise<readonly TftpPacket[]>;
  /** Octets heard so far. */
  readonly octets: number;
  close(): void;
}

export async function openRaw(port = 0, address = "127.0.0.1"): Promise<Raw> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, resolve);
  });
  const heard: { readonly packet: TftpPacket; readonly from: Tid; readonly length: number }[] = [];
  let octets = 0;
  let wake = (): void => {};
  socket.on("message", (datagram, from) => {
    octets += datagram.length;
    const result = decodePacket(datagram);
    if (!result.ok) throw new Error(`the server sent a malformed packet: ${result.error.message}`);
    heard.push({ packet: result.packet, from, length: datagram.length });
    wake();
  });
  const raw: Raw = {
    port: socket.address().port,
    send: (packet, to, host = address) =>
      socket.send(packet instanceof Uint8Array ? packet : encodePacket(packet), to, host),
    async next(wait = 1000) {
      if (heard.length === 0)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      return heard.shift();
    },
    async all(wait) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      return heard.splice(0).map(({ packet }) => packet);
    },
    get octets() {
      return octets;
    },
    close: () => socket.close(),
  };
  return raw;
}

export function rrq(filename: string, options: readonly RawOption[] = [], mode = "octet"): TftpPacket {
  return { type: "rrq", filename, mode, options };
}

export function wrq(filename: string, options: readonly RawOption[] = [], mode = "octet"): TftpPacket {
  return { type: "wrq", filename, mode, options };
}

export function ack(block: number): TftpPacket {
  return { type: "ack", block };
}

export function data(block: number, length: number): TftpPacket {
  return { type: "data", block, data: new Uint8Array(length).fill(block) };
}
