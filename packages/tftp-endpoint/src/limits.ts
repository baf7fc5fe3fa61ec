import { isIPv6 } from "node:net";
import { type NegotiationPolicy, usualReceiveBuffer } from "@longshore/tftp-transfer";
import { unmapped } from "./address.ts";

/** How much of the machine a server gives away. */
export interface TftpLimits {
  /** Transfers at once; 2048 unless told. */
  readonly sessions?: number;
  /** Transfers at once with one address; 1024 unless told. */
  readonly sessionsPerAddress?: number;
  /** Largest block granted, 8 to 65464; what the path carries unless told, see {@link pathBlockSize}. */
  readonly blockSize?: number;
  /** Most blocks a window granted, 1 to 65534; 64 unless told. */
  readonly windowSize?: number;
  /**
   * Most octets a window granted; unless told, 256 KiB, and to a reader no more than what a receive buffer holds that
   * nobody made larger (92 blocks of 1468, 12 of 8192, 3 of 65464). A session holds up to four times as much.
   */
  readonly windowBytes?: number;
  /** Longest upload in octets; unlimited unless told. */
  readonly uploadSize?: number;
  /** What goes to addresses that have not proved to be their own. */
  readonly unconfirmed?: UnconfirmedLimits;
}

/**
 * A request's sender can be forged, and the answer then hits whoever owns the address. What an answer has more
 * octets than its request is taken from a budget, and given back when the peer answers.
 */
export interface UnconfirmedLimits {
  /** Octets for a /24 of IPv4 or a /64 of IPv6 at once, 640 KiB unless told, and each second, 16 KiB. */
  readonly prefix?: Allowance;
  /** The same for all together: 8 MiB, and 256 KiB a second. */
  readonly total?: Allowance;
}

export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

export function negotiationPolicy(limits: TftpLimits, remoteAddress: string): NegotiationPolicy {
  return {
    maxBlockSize: limits.blockSize ?? pathBlockSize(remoteAddress),
    maxWindowSize: limits.windowSize ?? 64,
    maxWindowBytes: limits.windowBytes ?? 1 << 18,
    ...(limits.windowBytes === undefined ? { readerBuffer: usualReceiveBuffer } : {}),
    ...(limits.uploadSize === undefined ? {} : { maxSize: limits.uploadSize }),
  };
}

/**
 * The largest block that goes through without IP fragments: Ethernet's 1500 octets less the headers of IP, UDP
 * and TFTP; over loopback, whose packets are never cut, the largest there is (RFC 2348).
 */
export function pathBlockSize(remoteAddress: string): number {
  const address = unmapped(remoteAddress);
  if (address === "::1" || address.startsWith("127.")) return 65464;
  return isIPv6(address) ? 1448 : 1468;
}
