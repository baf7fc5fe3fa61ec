import type { Socket } from "node:dgram";
import { descriptorOf } from "./descriptor.ts";
import type { Library } from "./library.ts";

/** include/uapi/linux/udp.h */
const SOL_UDP = 17;
const UDP_SEGMENT = 103;

/** Has the system cut what is sent into datagrams of `octets`; 0 ends that. Answers whether it does. */
export function segmentDatagrams(library: Library, socket: Socket, octets: number): boolean {
  const descriptor = descriptorOf(socket);
  if (descriptor === undefined) return false;
  // An int, in this machine's order.
  const value = new Uint8Array(Int32Array.of(octets).buffer);
  return library.setsockopt(descriptor, SOL_UDP, UDP_SEGMENT, value, value.length) === 0;
}
