import { writeFile } from "node:fs/promises";
import type { RelayedDatagram } from "./udp-relay.ts";

/** Addresses for documentation (RFC 5737 §3). */
const addresses = { client: "192.0.2.1", server: "192.0.2.2" } as const;
const millisecondsApart = 1;

export interface CapturedDatagram extends RelayedDatagram {
  /** The multicast address that the server sends it to, at `clientPort`. */
  readonly group?: string;
}

/** Writes datagrams as a capture file (pcap, packets that begin with IPv4), one a millisecond. */
export async function writeCapture(path: string, datagrams: readonly CapturedDatagram[]): Promise<void> {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(101, 20); // LINKTYPE_RAW
  const parts = [header];
  for (const [index, datagram] of datagrams.entries()) {
    const packet = ipv4Packet(datagram);
    const record = Buffer.alloc(16);
    const at = index * millisecondsApart;
    record.writeUInt32LE(Math.floor(at / 1000), 0);
    record.writeUInt32LE((at % 1000) * 1000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    parts.push(record, packet);
  }
  await writeFile(path, Buffer.concat(parts));
}

function ipv4Packet({ from, clientPort, serverPort, bytes, group }: CapturedDatagram): Buffer<ArrayBuffer> {
  const [sourcePort, destinationPort] =
    from === "client" ? [clientPort, serverPort] : [serverPort, clientPort];
  const [source, destination] =
    from === "client" ? [addresses.client, addresses.server] : [addresses.server, group ?? addresses.client];
  const length = 8 + bytes.length;
  const ip = Buffer.from([
    0x45,
    0,
    0,
    0,
    0,
    0,
    0x40,
    0,
    64,
    17,
    0,
    0,
    ...octets(source),
    ...octets(destination),
  ]);
  ip.writeUInt16BE(20 + length, 2);
  ip.writeUInt16BE(checksum(ip), 10);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(sourcePort, 0);
  udp.writeUInt16BE(destinationPort, 2);
  udp.writeUInt16BE(length, 4);
  const pseudo = Buffer.from([...octets(source), ...octets(destination), 0, 17, length >> 8, length & 255]);
  udp.writeUInt16BE(checksum(Buffer.concat([pseudo, udp, bytes])) || 0xffff, 6);
  return Buffer.concat([ip, udp, bytes]);
}

const octets = (address: string): readonly number[] => address.split(".").map(Number);

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2)
    sum += ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
