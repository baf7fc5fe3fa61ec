import type { TftpErrorCode } from "./error-code.ts";
import { type PacketDecodeError, PacketEncodeError, refuse } from "./fault.ts";
import { foldCase } from "./field.ts";

/** An option exactly as it stands in the packet. */
export type RawOption = readonly [name: string, value: string];

/** The multicast option (RFC 2090): empty in a request; in an OACK where to listen, and who acknowledges. */
export type MulticastOption =
  | { readonly type: "request" }
  | {
      readonly type: "grant";
      /** An IPv4 multicast address; undefined where the client knows it already. */
      readonly address: string | undefined;
      /** 1 to 65535; undefined where the client knows it already. */
      readonly port: number | undefined;
      /** Whether this client sends the acknowledgements. */
      readonly master: boolean;
    };

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
  readonly multicast?: MulticastOption;
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
export function parseOptions(raw: readonly RawOption[], from?: "request" | "oack"): ParsedOptions {
  const values: { -readonly [Name in KnownOptionName]?: KnownOptions[Name] } = {};
  const seen = new Set<string>();
  const entries = raw.map((option): OptionEntry => {
    const name = foldCase(option[0]);
    if (seen.has(name)) return { raw: option, name, status: "repeated" };
    seen.add(name);
    if (!isKnown(name)) return { raw: option, name, status: "unknown" };
    const value = grammar[name].parse(option[1], from);
    if (value === undefined) return { raw: option, name, status: "invalid" };
    Object.assign(values, { [name]: value });
    return { raw: option, name, status: "valid" };
  });
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
  const text = format(value);
  if (grammar[name].parse(text, undefined) === undefined)
    throw new PacketEncodeError(
      "out-of-range",
      `${name} cannot be ${JSON.stringify(text)}, ${grammar[name].range}`,
    );
  return text;
}

/** `values` as raw options, in the order in which they stand there; see {@link formatOption}. */
export function formatOptions(values: KnownOptions): RawOption[] {
  return Object.entries(values).flatMap(([name, value]) =>
    isKnown(name) && value !== undefined ? [[name, formatOption(name, value)] as const] : [],
  );
}

interface OptionGrammar {
  readonly range: string;
  parse(text: string, from: "request" | "oack" | undefined): unknown;
}

const grammar = {
  blksize: numeric(8, 65464),
  timeout: numeric(1, 255),
  tsize: { range: "give an integer from 0 on", parse: parseSize },
  windowsize: numeric(1, 65535),
  multicast: { range: "give an IPv4 multicast address and a port from 1 to 65535", parse: parseMulticast },
} as const satisfies Record<KnownOptionName, OptionGrammar>;

function isKnown(name: string): name is KnownOptionName {
  return Object.hasOwn(grammar, name);
}

function numeric(min: number, max: number): OptionGrammar {
  return {
    range: `give an integer from ${min} to ${max}`,
    parse: (text) => {
      const value = parseSize(text);
      return typeof value === "number" && value >= min && value <= max ? value : undefined;
    },
  };
}

/** Digits alone; a size of more than 64 of them is nonsense, and would make the conversion slow. */
function parseSize(text: string): number | bigint | undefined {
  if (!/^\d{1,64}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** RFC 2090: `addr,port,mc`, of which a later OACK may leave the first two empty. */
function parseMulticast(text: string, from?: "request" | "oack"): MulticastOption | undefined {
  if (text === "") return from === "oack" ? undefined : { type: "request" };
  const parts = /^(?:(2(?:2[4-9]|3\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}))?,(\d{1,5})?,([01])$/.exec(text);
  const port = parts?.[2] === undefined ? undefined : Number(parts[2]);
  if (parts === null || from === "request" || port === 0 || (port ?? 0) > 65535) return undefined;
  return { type: "grant", address: parts[1], port, master: parts[3] === "1" };
}

function format(value: number | bigint | MulticastOption): string {
  if (typeof value !== "object") return String(value);
  return value.type === "request" ? "" : `${value.address ?? ""},${value.port ?? ""},${Number(value.master)}`;
}

/** Names and values in turn, as they follow each other in the packet. */
export function flattenOptions(options: readonly RawOption[]): string[] {
  return options.flatMap(([name, value]) => {
    if (name === "") throw new PacketEncodeError("empty-option-name", "an option needs a name");
    return [name, value];
  });
}

/** The texts from `start` on as options. */
export function pairOptions(
  fields: readonly string[],
  start: number,
  opcode: number,
  answer: TftpErrorCode,
):
  | { readonly ok: true; readonly options: readonly RawOption[] }
  | { readonly ok: false; readonly error: PacketDecodeError } {
  const options: RawOption[] = [];
  for (let index = start; index < fields.length; index += 2) {
    const name = fields[index];
    const value = fields[index + 1];
    if (value === undefined)
      return refuse("missing-value", `the option ${JSON.stringify(name)} has no value`, opcode, answer);
    if (!name) return refuse("empty-option-name", "an option has an empty name", opcode, answer);
    options.push([name, value]);
  }
  return { ok: true, options };
}
