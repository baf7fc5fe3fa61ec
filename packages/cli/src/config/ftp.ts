import { verbs } from "@longshore/ftp-command";
import type {
  FtpServerLimits,
  FtpServerOptions,
  ListenerOptions,
  PublicAddressRow,
} from "@longshore/ftp-server";
import { z } from "zod";
import type { OptionsOf, Rows } from "./rows.ts";
import { bytes, count, duration, ipv4, network, port, portRange, rate } from "./value.ts";

const lines = z.array(z.string());

const limitRows = {
  sessions: count.exactOptional(),
  sessionsPerAddress: count.exactOptional(),
  sessionsPerUser: count.exactOptional(),
  transfers: count.exactOptional(),
  ipv6Prefix: z.int().min(1).max(128).exactOptional(),
  loginTimeout: duration.exactOptional(),
  idleTimeout: duration.exactOptional(),
  dataTimeout: duration.exactOptional(),
  stallTimeout: duration.exactOptional(),
  vanishGrace: duration.exactOptional(),
  hookTimeout: duration.exactOptional(),
  failureDelay: duration.exactOptional(),
  loginFailures: z.int().min(1).exactOptional(),
  lineLength: z.int().min(64).max(1_000_000).exactOptional(),
  uploadSize: bytes.exactOptional(),
  asciiSize: bytes.exactOptional(),
  contentSize: bytes.exactOptional(),
  treeEntries: count.exactOptional(),
  idleMaximum: duration.exactOptional(),
  wildcardEntries: count.exactOptional(),
  rate: rate.exactOptional(),
  sessionRate: rate.exactOptional(),
} satisfies Rows<FtpServerLimits>;

const limits = z.strictObject(limitRows);

const publicAddress = z
  .union([
    ipv4,
    z.array(
      z.strictObject({
        networks: z.array(network).min(1),
        address: z.union([ipv4, z.literal("own")], { error: 'expected an IPv4 address, or "own"' }),
      }),
    ),
  ])
  .meta({
    description: "The IPv4 address behind NAT: one, or rows by the client's network, the first that fits",
  });

const passive = z.union([
  z.literal(false),
  z.strictObject({
    ports: portRange.exactOptional(),
    publicAddress: publicAddress.exactOptional(),
    allowForeignAddress: z.boolean().exactOptional(),
  } satisfies Rows<OptionsOf<FtpServerOptions["passive"]>>),
]);

const active = z.union([
  z.literal(false),
  z.strictObject({
    localAddress: z.union([z.ipv4(), z.ipv6()]).exactOptional(),
    localPort: z.union([port, z.literal("adjacent")]).exactOptional(),
    allowForeignAddress: z.boolean().exactOptional(),
  } satisfies Rows<OptionsOf<FtpServerOptions["active"]>>),
]);

const ban = z.union([
  z.literal(false),
  z.strictObject({
    failures: z.int().min(1).exactOptional(),
    window: duration.exactOptional(),
    duration: duration.exactOptional(),
    allow: z.array(network).exactOptional(),
    entries: z.int().min(1).exactOptional(),
  } satisfies Rows<OptionsOf<FtpServerOptions["ban"]>>),
]);

const quirks = z.strictObject({
  acceptBareLineFeed: z.boolean().exactOptional(),
  acceptExtendedPassiveOnIpv4: z.boolean().exactOptional(),
  closeOnForeignProtocol: z.boolean().exactOptional(),
} satisfies Rows<OptionsOf<FtpServerOptions["quirks"]>>);

/** Options of the library that are code, and no data. */
type Code = "store" | "authenticators" | "mayConnect" | "admission" | "quotas" | "onEvent" | "hooks";

/** Those that stand elsewhere in the configuration, for TFTP and the whole command too. */
type Elsewhere = "host" | "listeners" | "hosts" | "users" | "usersFile" | "http" | "anonymous" | "tls";

type PassiveOptions = OptionsOf<FtpServerOptions["passive"]>;

/** FTP, as the server's library has it. */
export interface FtpConfig
  extends Omit<FtpServerOptions, Code | Elsewhere | "port" | "passive" | "zoneOffset"> {
  /** `false`: none without implicit TLS. */
  readonly port?: number | false;
  readonly implicitTlsPort?: number;
  readonly passive?:
    | false
    | (Omit<PassiveOptions, "publicAddress"> & {
        readonly publicAddress?: string | readonly PublicAddressRow[];
      });
  /** Proxies in front that say whose connections they pass on (PROXY protocol). */
  readonly proxies?: NonNullable<ListenerOptions["proxies"]>;
  /** Minutes. */
  readonly zoneOffset?: number;
}

export const ftp: z.ZodType<FtpConfig> = z.strictObject({
  port: z
    .union([port, z.literal(false)])
    .exactOptional()
    .meta({ description: "2121 unless told; false for none without implicit TLS" }),
  implicitTlsPort: port.exactOptional().meta({ description: "A port with TLS from the first byte, as well" }),
  proxies: z
    .strictObject({
      from: z.array(network).min(1),
      timeout: duration.exactOptional(),
    } satisfies Rows<FtpConfig["proxies"]>)
    .exactOptional()
    .meta({ description: "Proxies that begin with a PROXY header, versions 1 and 2" }),
  passive: passive.exactOptional(),
  active: active.exactOptional(),
  limits: limits.exactOptional(),
  ban: ban.exactOptional(),
  quirks: quirks.exactOptional(),
  greeting: lines.exactOptional().meta({ description: "Lines of the 220" }),
  welcome: lines.exactOptional().meta({ description: "Lines of the 230" }),
  defaultType: z.enum(["image", "ascii"]).exactOptional(),
  without: z.array(z.enum(verbs)).exactOptional().meta({ description: "Commands that are not offered" }),
  allowEstablishing: z.boolean().exactOptional().meta({ description: "Whether there are ESTA and ESTP" }),
  who: z.enum(["off", "own", "all"]).exactOptional(),
  allowSpecialModeBits: z.boolean().exactOptional(),
  zoneOffset: z
    .int()
    .min(-1440)
    .max(1440)
    .exactOptional()
    .meta({ description: "Minutes east of UTC in LIST" }),
  progressInterval: duration.exactOptional(),
} satisfies Rows<FtpConfig>);
