import { PacketEncodeError } from "./fault.ts";
import { foldCase } from "./field.ts";
import type { RawOption } from "./negotiation.ts";

/** Where a server sends the file, and who acknowledges (RFC 2090). */
export interface MulticastGrant {
  /** An IPv4 multicast address; undefined where the client knows it already. */
  readonly address: string | undefined;
  /** 1 to 65535; undefined where the client knows it already. */
  readonly port: number | undefined;
  /** Whether this client sends the acknowledgements. */
  readonly master: boolean;
}

/** The options that the standards define, with the values that they allow. */
export interface KnownOptions {
  /** Octets of payload in a DATA packet, 8 to 65464 (RFC 2348). */
  readonly blksize?: number;
  /** Seconds before a retransmission, 1 to 255 (RFC 2349). */
  readonly timeout?: number;
  /** Octets of the file (RFC 2349); exact: a bigint from 2^53 on. */
  readonly tsize?: number | bigint;
  /** Blocks sent before an ACK is waited for, 1 to 65535 (RFC 7440). */
  readonly windowsize?: number;
  /** Empty in a request, the grant in an OACK (RFC 2090). */
  readonly multicast?: "" | MulticastGrant;
}

export type KnownOptionName = keyof KnownOptions;

/** What {@link parseOptions} makes of one raw option. */
export interface OptionEntry {
  readonly raw: RawOption;
  /** The name in lower case. */
  readonly name: string;
  /**
   * `valid`: its value stands in `values`. `invalid`: known, with a value that its standard does not allow.
   * `repeated`: the name stood before; "an option may only be specified once" (RFC 2347), the first counts.
   * `unknown`: none of {@link KnownOptions}.
   */
  readonly status: "valid" | "invalid" | "repeated" | "unknown";
}

export interface ParsedOptions {
  /** The values of the `valid` entries. */
  readonly values: KnownOptions;
  /** One for each raw option, in order. */
  readonly entries: readonly OptionEntry[];
}

/**
 * Reads the options of a request or an OACK. Names are compared without regard to case (RFC 2347), numbers are
 * plain decimal digits. Never throws.
 *
 * @param from tells the two forms of `multicast` apart; without it either is taken
 */
export function parseOptions(raw: readonly RawOption[], from?: Origin): ParsedOptions {
  const values: Record<string, KnownOptions[KnownOptionName]> = {};
  const entries: OptionEntry[] = [];
  let seenKnown = 0;
  let seenUnknown: Set<string> | undefined;
  for (const option of raw) {
    let name = option[0];
    let index = indexOfKnown(name);
    if (index < 0) {
      name = foldCase(name);
      index = indexOfKnown(name);
    }
    const known = knownNames[index];
    let status: OptionEntry["status"];
    if (known === undefined) {
      seenUnknown ??= new Set();
      status = seenUnknown.has(name) ? "repeated" : "unknown";
      seenUnknown.add(name);
    } else if (seenKnown & (1 << index)) status = "repeated";
    else {
      seenKnown |= 1 << index;
      const value = grammar[known](option[1], from);
      status = value === undefined ? "invalid" : "valid";
      if (value !== undefined) store(values, known, value);
    }
    entries.push({ raw: option, name, status });
  }
  return { values, entries };
}

/**
 * The value of an option as it is written on the wire.
 *
 * @throws {PacketEncodeError} `out-of-range` for a value that the option's standard does not allow
 */
export function formatOption<Name extends KnownOptionName>(
  name: Name,
  value: Exclude<KnownOptions[Name], undefined>,
): string {
  const text = formatValue(value);
  if (grammar[name](text, undefined) === undefined)
    throw new PacketEncodeError("out-of-range", `${name} ${text}`);
  return text;
}

type Origin = "request" | "oack" | undefined;

/** How the value of each option is read; undefined for one that its standard does not allow. */
const grammar: {
  readonly [Name in KnownOptionName]: (text: string, from: Origin) => KnownOptions[KnownOptionName];
} = {
  blksize: numberFrom(8, 65464),
  timeout: numberFrom(1, 255),
  tsize: numberFrom(0, Infinity),
  windowsize: numberFrom(1, 65535),
  multicast: parseMulticast,
};

const knownNames = ["blksize", "timeout", "tsize", "windowsize", "multicast"] as const;

/** A comparison costs a fraction of a look-up by a text that was just cut out of a packet. */
function indexOfKnown(name: string): number {
  for (let index = 0; index < knownNames.length; index++) if (knownNames[index] === name) return index;
  return -1;
}

/** Digits alone; more than 64 of them are nonsense, and would make the conversion slow. */
function numberFrom(min: number, max: number): (text: string) => number | bigint | undefined {
  return (text) => {
    const value = shortNumber(text) ?? longNumber(text);
    return value !== undefined && value >= min && value <= max ? value : undefined;
  };
}

/** By written-out names: a store by a computed one takes several times as long. */
function store(
  values: Record<string, KnownOptions[KnownOptionName]>,
  name: KnownOptionName,
  value: KnownOptions[KnownOptionName],
): void {
  if (name === "blksize") values.blksize = value;
  else if (name === "tsize") values.tsize = value;
  else if (name === "timeout") values.timeout = value;
  else if (name === "windowsize") values.windowsize = value;
  else values.multicast = value;
}

/** Up to 15 digits, which are always safe. */
function shortNumber(text: string): number | undefined {
  const { length } = text;
  if (length === 0 || length > 15) return undefined;
  let value = 0;
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function longNumber(text: string): number | bigint | undefined {
  if (!/^\d{16,64}$/.test(text)) return undefined;
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

/** RFC 2090: empty in a request, `addr,port,mc` in an OACK; a later OACK may leave the first two empty. */
function parseMulticast(text: string, from: Origin): KnownOptions["multicast"] {
  if (!text && from !== "oack") return "";
  const [, address, port = "", master] =
    /^(2(?:2[4-9]|3\d)(?:\.(?:25[0-5]|(?:2[0-4]|1\d|[1-9])?\d)){3})?,([1-9]\d{0,4})?,([01])$/.exec(text) ??
    [];
  if (!master || from === "request" || +port > 65535) return undefined;
  return { address, port: +port || undefined, master: master === "1" };
}

function formatValue(value: number | bigint | "" | MulticastGrant): string {
  if (typeof value !== "object") return `${value}`;
  return `${value.address ?? ""},${value.port ?? ""},${+value.master}`;
}
