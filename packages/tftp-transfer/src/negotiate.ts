import {
  dataHeaderLength,
  type MulticastGrant,
  parseOptions,
  type RawOption,
  type TftpErrorCode,
  type TftpMode,
  tftpErrors,
} from "@longshore/tftp-packet";
import type { Outcome } from "./outcome.ts";
import { datagramsHeld } from "./receive-buffer.ts";

/** What a server is willing to agree to. */
export interface NegotiationPolicy {
  /** Largest block size granted, 8 to 65464 (RFC 2348); 1468 unless told, which fits Ethernet over IPv4. */
  readonly maxBlockSize?: number;
  /** Most blocks a window granted, 1 to 65534 (RFC 7440); 64 unless told. */
  readonly maxWindowSize?: number;
  /** Most octets a window granted, which bounds a session's memory; 1 MiB unless told. */
  readonly maxWindowBytes?: number;
  /**
   * Octets of the receive buffer that a reader is taken to have, unlimited unless told: a window of blocks that it does
   * not hold would lose some of them each time, and costs more than a smaller one.
   */
  readonly readerBuffer?: number;
  /** Longest file accepted in a WRQ, in octets; unlimited unless told. */
  readonly maxSize?: number;
  /** Options that are treated as unknown; none unless told. For clients that break on an answer. */
  readonly ignore?: readonly string[];
}

/** The terms of a transfer. An option that was not granted has its protocol's default. */
export interface Terms {
  /** Octets a block; 512 by default (RFC 1350 §2). */
  readonly blockSize: number;
  /** Blocks a window; 1 by default. */
  readonly windowSize: number;
  /** Seconds before a retransmission (RFC 2349), where agreed on. */
  readonly interval?: number;
  /** Octets of the file (RFC 2349), where told. */
  readonly size?: number | bigint;
  /** Where the blocks come to everybody (RFC 2090), where granted to a client. */
  readonly multicast?: MulticastGrant;
  /** What stands in the OACK; empty: there is none. */
  readonly granted: readonly RawOption[];
}

export type Negotiation =
  | { readonly ok: true; readonly terms: Terms }
  | { readonly ok: false; readonly code: TftpErrorCode; readonly message: string };

export const defaultTerms: Terms = { blockSize: 512, windowSize: 1, granted: [] };

/** The request as the negotiation needs it. */
export interface Asked {
  readonly type: "rrq" | "wrq";
  readonly mode: TftpMode;
  readonly options: readonly RawOption[];
  /** Octets of the file to be read, where known. */
  readonly size?: number;
}

/**
 * The server's answer to the options of a request. What it does not know, or cannot grant, it leaves out
 * (RFC 2347); names are echoed as they were written, for GRUB compares them by case.
 */
export function answerOptions(asked: Asked, policy: NegotiationPolicy = {}): Negotiation {
  const { values, entries } = parseOptions(asked.options, "request");
  const { maxBlockSize = 1468, maxWindowSize = 64, maxWindowBytes = 1 << 20, maxSize = Infinity } = policy;
  const { readerBuffer } = policy;
  if (asked.type === "wrq" && asked.mode === "octet" && values.tsize !== undefined && values.tsize > maxSize)
    return {
      ok: false,
      code: tftpErrors.diskFull.code,
      message: `the file is larger than ${maxSize} octets`,
    };

  const ignored = new Set(policy.ignore);
  let { blockSize, windowSize } = defaultTerms;
  let interval: number | undefined;
  let size: number | bigint | undefined;
  const isHeld = (name: string): boolean => !ignored.has(name) && name in values;
  if (values.blksize !== undefined && isHeld("blksize")) blockSize = Math.min(values.blksize, maxBlockSize);
  if (values.windowsize !== undefined && isHeld("windowsize"))
    windowSize = Math.max(
      1,
      Math.min(
        values.windowsize,
        maxWindowSize,
        Math.floor(maxWindowBytes / blockSize),
        asked.type === "rrq" && readerBuffer !== undefined
          ? datagramsHeld(dataHeaderLength + blockSize, readerBuffer)
          : Infinity,
      ),
    );
  if (isHeld("timeout")) interval = values.timeout;
  // In netascii the octets on the wire are not the file's, and their number is known only at the end.
  if (isHeld("tsize") && asked.mode === "octet") size = asked.type === "wrq" ? values.tsize : asked.size;

  const answers: Readonly<Record<string, number | bigint | undefined>> = {
    blksize: blockSize,
    windowsize: windowSize,
    timeout: interval,
    tsize: size,
  };
  const granted = entries.flatMap(({ raw, name, status }): RawOption[] => {
    const answer = status === "valid" && isHeld(name) ? answers[name] : undefined;
    return answer === undefined ? [] : [[raw[0], String(answer)]];
  });
  return { ok: true, terms: terms(blockSize, windowSize, interval, size, granted) };
}

/**
 * The client's check of an OACK: every option in it was asked for, with a value that its standard allows as an
 * answer; else ERROR 8 (RFC 2347). An option that is missing has its default.
 */
export function checkOack(asked: Pick<Asked, "type" | "options">, oack: readonly RawOption[]): Negotiation {
  const wanted = parseOptions(asked.options, "request");
  const { values, entries } = parseOptions(oack, "oack");
  const names = new Set(wanted.entries.map((entry) => entry.name));
  for (const { raw, name, status } of entries) {
    if (!names.has(name)) return refuse(`${raw[0]} was not asked for`);
    if (status === "invalid") return refuse(`${raw[0]} cannot be ${raw[1]}`);
  }
  const { blksize, windowsize, timeout, tsize, multicast } = values;
  if (multicast !== undefined && (multicast === "" || !multicast.address || !multicast.port))
    return refuse("multicast tells no address");
  const most = wanted.values;
  if (blksize !== undefined && blksize > (most.blksize ?? 0))
    return refuse(`blksize ${blksize} is too large`);
  if (windowsize !== undefined && windowsize > (most.windowsize ?? 0))
    return refuse(`windowsize ${windowsize} is too large`);
  if (timeout !== undefined && timeout !== most.timeout)
    return refuse(`timeout ${timeout} was not asked for`);
  if (asked.type === "wrq" && tsize !== undefined && tsize !== most.tsize)
    return refuse(`tsize ${tsize} is not the file's`);
  return {
    ok: true,
    terms: {
      ...terms(
        blksize ?? defaultTerms.blockSize,
        windowsize ?? defaultTerms.windowSize,
        timeout,
        tsize,
        entries.filter((entry) => entry.status !== "repeated").map((entry) => entry.raw),
      ),
      ...(multicast && { multicast }),
    },
  };
}

/**
 * Whether a request that ended so may be tried again without its options: servers that take them for garbage
 * answer ERROR 8, 4 or 0 (RFC 2347).
 */
export function mayRetryWithoutOptions(outcome: Outcome): boolean {
  if (outcome.type !== "failed") return false;
  const { failure } = outcome;
  if (failure.type === "protocol") return failure.code === tftpErrors.optionRefused.code;
  return failure.type === "peer-error" && [0, 4, 8].includes(failure.code);
}

function terms(
  blockSize: number,
  windowSize: number,
  interval: number | undefined,
  size: number | bigint | undefined,
  granted: readonly RawOption[],
): Terms {
  return {
    blockSize,
    windowSize,
    ...(interval === undefined ? {} : { interval }),
    ...(size === undefined ? {} : { size }),
    granted,
  };
}

function refuse(message: string): Negotiation {
  return { ok: false, code: tftpErrors.optionRefused.code, message };
}
