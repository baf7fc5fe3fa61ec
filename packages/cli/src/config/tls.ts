import type { TlsOptions } from "@longshore/ftp-server";
import { z } from "zod";
import { localPath, text } from "./value.ts";

const version = z.enum(["TLSv1.2", "TLSv1.3"]);

/** As the server's library has it, but that PEM stands in files. */
export interface TlsConfig
  extends Pick<
    TlsOptions,
    | "passphrase"
    | "required"
    | "sessionReuse"
    | "acceptMissingCloseNotify"
    | "minVersion"
    | "maxVersion"
    | "ciphers"
  > {
  readonly cert?: string;
  readonly key?: string;
  readonly selfSigned?: boolean;
}

export const tls: z.ZodType<TlsConfig> = z
  .strictObject({
    cert: localPath.exactOptional().meta({ description: "The certificate with its chain, in PEM" }),
    key: localPath.exactOptional().meta({ description: "Its key, in PEM" }),
    passphrase: text.exactOptional(),
    selfSigned: z.boolean().exactOptional().meta({ description: "Make a new certificate instead" }),
    required: z.boolean().exactOptional().meta({ description: "No login and no data without TLS" }),
    sessionReuse: z.enum(["off", "prefer", "require"]).exactOptional(),
    acceptMissingCloseNotify: z.boolean().exactOptional(),
    minVersion: version.exactOptional(),
    maxVersion: version.exactOptional(),
    ciphers: text.exactOptional(),
  })
  .refine(
    ({ cert, key, selfSigned }) => (selfSigned ? !cert && !key : cert !== undefined && key !== undefined),
    {
      error: "expected both cert and key, or selfSigned alone",
    },
  );
