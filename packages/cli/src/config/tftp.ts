import type { StoreHandlerOptions, TftpServerBehaviour } from "@longshore/tftp-endpoint";
import { z } from "zod";
import { bytes, count, duration, port, portRange, text } from "./value.ts";

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
});

const timing = z.strictObject({
  initial: duration.exactOptional(),
  floor: duration.exactOptional(),
  cap: duration.exactOptional(),
  patience: duration.exactOptional(),
  handshakePatience: duration.exactOptional(),
  retries: count.exactOptional(),
});

/** TFTP, as the endpoint's library has it. */
export interface TftpConfig
  extends Pick<
      TftpServerBehaviour,
      "port" | "limits" | "timing" | "rollover" | "ignoreOptions" | "quirks" | "transferPorts"
    >,
    Pick<StoreHandlerOptions, "writable" | "overwrite" | "backslash"> {}

export const tftp: z.ZodType<TftpConfig> = z.strictObject({
  port: port.exactOptional().meta({ description: "6969 unless told" }),
  writable: z.boolean().exactOptional().meta({ description: "Whether clients may add files" }),
  overwrite: z.boolean().exactOptional().meta({ description: "Whether they may also replace them" }),
  backslash: z.enum(["separator", "name", "refuse"]).exactOptional(),
  transferPorts: z
    .union([z.enum(["any", "single"]), portRange.transform(([from, to]) => ({ from, to }))])
    .exactOptional(),
  rollover: z.union([z.literal(0), z.literal(1)]).exactOptional(),
  ignoreOptions: z.array(text).exactOptional(),
  limits: limits.exactOptional(),
  timing: timing.exactOptional(),
  quirks: z.strictObject({ acceptMissingNul: z.boolean().exactOptional() }).exactOptional(),
});
