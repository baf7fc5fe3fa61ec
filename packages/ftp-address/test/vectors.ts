import {
  type AddressResult,
  type EpsvProtocol,
  parseEprt,
  parseEpsv,
  parseEpsvReply,
  parseHost,
  parseLprt,
  parseLpsvReply,
  parsePasvReply,
  parsePort,
} from "../src/index.ts";

/** A sample of an address file: see the file's own `fields`. */
export interface AddressSample {
  readonly id: string;
  readonly kind: string;
  readonly input: string;
  readonly expect?: {
    readonly host?: string | null;
    readonly port?: number;
    readonly family?: 4 | 6 | null;
    readonly protocol?: number;
    readonly all?: boolean;
  };
  readonly reject?: string;
  readonly replyCode?: number;
  readonly policy?: string;
  readonly optional?: boolean;
}

type Read = AddressResult<{
  readonly host?: string;
  readonly family?: 4 | 6;
  readonly port?: number;
  readonly protocol?: EpsvProtocol;
}>;

const parsers: Readonly<Record<string, (input: string) => Read>> = {
  "pasv-reply": parsePasvReply,
  "epsv-reply": parseEpsvReply,
  "lpsv-reply": parseLpsvReply,
  "port-arg": parsePort,
  "eprt-arg": parseEprt,
  "lprt-arg": parseLprt,
  "epsv-arg": parseEpsv,
};

/** Reads the sample's input; what differs from its expectation, or undefined. */
export function checkAddressSample(sample: AddressSample): string | undefined {
  const parse = parsers[sample.kind];
  if (parse === undefined) return `unknown kind ${JSON.stringify(sample.kind)}`;
  const read = parse(sample.input);
  const { expect, reject, replyCode } = sample;
  if (reject !== undefined) {
    if (read.ok) return `accepted as ${JSON.stringify(read)}, to be rejected: ${reject}`;
    const isRightReply = replyCode === undefined || read.error.reply === replyCode;
    return isRightReply ? undefined : `answered with ${read.error.reply} instead of ${replyCode}`;
  }
  if (!read.ok) return `rejected (${read.error.message}), to be ${JSON.stringify(expect)}`;
  const wrong = Object.entries(expectedFields(sample.kind, expect ?? {})).filter(
    ([name, value]) => canonical(read[name as keyof typeof read]) !== canonical(value),
  );
  if (wrong.length === 0) return undefined;
  return `read as ${JSON.stringify(read)}, to be ${JSON.stringify(Object.fromEntries(wrong))}`;
}

/** The expectation in the words of the result: null is what the reply leaves out. */
function expectedFields(kind: string, expect: NonNullable<AddressSample["expect"]>): Record<string, unknown> {
  if (kind === "epsv-arg") {
    const family = expect.protocol === 2 ? 6 : 4;
    return { protocol: expect.all ? "all" : expect.protocol === undefined ? "default" : family };
  }
  return Object.fromEntries(Object.entries(expect).map(([name, value]) => [name, value ?? undefined]));
}

/** Addresses are compared as such, in whatever form the sample writes them. */
function canonical(value: unknown): unknown {
  return typeof value === "string" ? (parseHost(value)?.host ?? value) : value;
}
