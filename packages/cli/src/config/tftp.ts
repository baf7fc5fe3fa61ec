import type { TftpSettings } from "@longshore/tftp-endpoint";
import { z } from "zod";
import type { OptionsOf, Rows } from "./rows.ts";
import { bytes, count, duration, ipv4, localPath, network, port, portRange, text } from "./value.ts";

const allowance = z.strictObject({ burst: bytes, perSecond: bytes });

const limits = z.strictObject({
  sessions: count.exactOptional(),
  sessionsPerAddress: count.exactOptional(),
  blockSize: z.int().min(8).max(65_464).exactOptional(),
  windowSize: z.int().min(1).max(65_534).exactOptional(),
  windowBytes: bytes.exactOptional(),
  uploadSize: bytes.exactOptional(),
  unconfirmed: z
    .strictObject({ prefix: allowance.exactOptional(), total: allowance.exactOptional() })
    .exactOptional(),
} satisfies Rows<OptionsOf<TftpSettings["limits"]>>);

const timing = z.strictObject({
  initial: duration.exactOptional(),
  floor: duration.exactOptional(),
  cap: duration.exactOptional(),
  patience: duration.exactOptional(),
  handshakePatience: duration.exactOptional(),
  retries: count.exactOptional(),
} satisfies Rows<Omit<OptionsOf<TftpSettings["timing"]>, PerTransfer>>);

type TftpRootSettings = NonNullable<TftpSettings["roots"]>[number];

/** What is measured or agreed on in each transfer. */
type PerTransfer = "roundTrip" | "interval";

/** TFTP, as the endpoint's library has it. */
export interface TftpConfig extends Omit<TftpSettings, "host" | "rewrite" | "cache"> {
  /** A file of rules that rewrite names. */
  readonly rewrite?: string;
  /** Bytes of what many read, kept in memory. */
  readonly cache?: number | false;
}

const policy = {
  writable: z.boolean().exactOptional().meta({ description: "Whether clients may add files" }),
  overwrite: z.boolean().exactOptional().meta({ description: "Whether they may also replace them" }),
  uploadSize: bytes.exactOptional(),
  quota: bytes.exactOptional(),
};

const roots = z.array(
  z.strictObject({
    prefix: text.exactOptional().meta({ description: "Names below it; all unless told" }),
    clients: z.array(network).min(1).exactOptional(),
    directory: localPath.exactOptional(),
    root: text.exactOptional().meta({ description: "What stands for the prefix there" }),
    ...policy,
  } satisfies Rows<TftpRootSettings>),
);

const multicast = z.strictObject({
  addresses: z.tuple([ipv4], ipv4),
  port: port.exactOptional(),
  ttl: z.int().min(0).max(255).exactOptional(),
} satisfies Rows<OptionsOf<TftpSettings["multicast"]>>);

export const tftp: z.ZodType<TftpConfig> = z.strictObject({
  port: port.exactOptional().meta({ description: "6969 unless told" }),
  ...policy,
  root: text.exactOptional().meta({ description: "The directory that clients see as the root" }),
  roots: roots.exactOptional(),
  rewrite: localPath.exactOptional().meta({ description: "A file of rules that rewrite names" }),
  cache: z.union([z.literal(false), bytes]).exactOptional(),
  mail: z.boolean().exactOptional(),
  multicast: multicast.exactOptional(),
  backslash: z.enum(["separator", "name", "refuse"]).exactOptional(),
  transferPorts: z
    .union([z.enum(["any", "single"]), portRange.transform(([from, to]) => ({ from, to }))])
    .exactOptional(),
  rollover: z.union([z.literal(0), z.literal(1)]).exactOptional(),
  ignoreOptions: z.array(text).exactOptional(),
  limits: limits.exactOptional(),
  timing: timing.exactOptional(),
  // The other quirk is for what servers send.
  quirks: z
    .strictObject({ acceptMissingNul: z.boolean().exactOptional() } satisfies Rows<
      Omit<OptionsOf<TftpSettings["quirks"]>, "acceptTrailingNuls">
    >)
    .exactOptional(),
} satisfies Rows<TftpConfig>);
