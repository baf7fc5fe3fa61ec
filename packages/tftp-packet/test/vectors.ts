import { decodePacket, parseMode, parseOptions, type RawOption, type TftpPacket } from "../src/index.ts";

/** A sample of a TFTP file: see the file's own `fields`. Those of kind `netascii` are another package's. */
export interface TftpSample {
  readonly id: string;
  readonly kind: string;
  readonly hex: string;
  readonly expect?: Readonly<Record<string, unknown>>;
  readonly semantic?: {
    readonly mode?: string;
    readonly acceptedOptions?: readonly string[];
    readonly refuse?: boolean;
    readonly errorCode?: number;
    readonly multicast?: Readonly<Record<string, unknown>>;
  };
  readonly reject?: string;
  readonly optional?: boolean;
}

/** Decodes the sample's datagram; what differs from its expectation, or undefined. */
export function checkTftpSample(sample: TftpSample): string | undefined {
  const datagram = fromHex(sample.hex);
  if (datagram === undefined) return `${JSON.stringify(sample.hex)} is not hexadecimal`;
  const result = decodePacket(datagram);
  if (sample.reject !== undefined)
    return result.ok
      ? `decoded as ${show(describe(result.packet))}, to be rejected: ${sample.reject}`
      : undefined;
  if (!result.ok) return `rejected (${result.error.message}), to be ${show(sample.expect)}`;
  return (
    firstDifference(describe(result.packet), sample.expect ?? {}) ??
    firstDifference(understand(result.packet, sample.semantic ?? {}), sorted(sample.semantic ?? {}))
  );
}

/** The packet in the words of the samples. */
function describe(packet: TftpPacket): Record<string, unknown> {
  const { type, ...fields } = packet;
  const opcode = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 }[type];
  const head = { op: type.toUpperCase(), opcode };
  if (packet.type !== "data") return { ...head, ...fields };
  return { ...head, block: packet.block, dataHex: toHex(packet.data), length: packet.data.length };
}

/**
 * What this package makes of the packet. Whether a file name or a size is refused is decided in the layers above; of
 * the refusals only that of the mode is this one's.
 */
function understand(
  packet: TftpPacket,
  semantic: NonNullable<TftpSample["semantic"]>,
): Record<string, unknown> {
  const options: readonly RawOption[] = "options" in packet ? packet.options : [];
  const { values, entries } = parseOptions(options, packet.type === "oack" ? "oack" : "request");
  const mode = "mode" in packet ? parseMode(packet.mode) : undefined;
  const isRefused = "mode" in packet && (mode === undefined || mode === "mail");
  return {
    mode,
    acceptedOptions: entries
      .filter(({ status }) => status === "valid")
      .map(({ name }) => name)
      .sort(),
    multicast: values.multicast,
    refuse: isRefused || semantic.refuse,
    errorCode: "mode" in packet && mode === undefined ? 4 : semantic.errorCode,
  };
}

/** The order of the accepted options says nothing (RFC 2347). */
function sorted(semantic: NonNullable<TftpSample["semantic"]>): Readonly<Record<string, unknown>> {
  const { acceptedOptions } = semantic;
  return acceptedOptions === undefined
    ? semantic
    : { ...semantic, acceptedOptions: [...acceptedOptions].sort() };
}

function firstDifference(
  actual: Record<string, unknown>,
  expected: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [name, value] of Object.entries(expected))
    if (canonical(actual[name]) !== canonical(value))
      return `${name} is ${show(actual[name])}, to be ${show(value)}`;
  return undefined;
}

/** Text that is the same for equal values, in whatever order their keys stand, and however absence is written. */
function canonical(value: unknown): string {
  return show(value, (_, part) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, field]) => field !== null && field !== "")
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : part,
  );
}

function show(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  return JSON.stringify(value, replacer) ?? "undefined";
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(hex: string): Uint8Array | undefined {
  if (!/^([\da-f]{2})*$/i.test(hex)) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
