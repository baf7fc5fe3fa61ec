import type { ClientCertificateOptions, TlsOptions } from "@longshore/ftp-server";
import { z } from "zod";
import type { Rows } from "./rows.ts";
import { localPath, text } from "./value.ts";

/** A certificate whose PEM stands in files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

/** As the server's library has it, but that PEM stands in files. */
export interface TlsConfig
  extends Partial<CertificateFiles>,
    Omit<
      TlsOptions,
      keyof CertificateFiles | "certificate" | "certificates" | "clientCertificates" | "implicit"
    > {
  readonly selfSigned?: boolean;
  /** Further ones, by the names that stand in them. */
  readonly certificates?: readonly CertificateFiles[];
  readonly clientCertificates?: Omit<ClientCertificateOptions, "authorities" | "revoked" | "usersOf"> & {
    readonly authorities: string | readonly string[];
    readonly revoked?: string;
  };
}

const version = z.enum(["TLSv1.2", "TLSv1.3"]);

const files = {
  cert: localPath.meta({ description: "The certificate with its chain, a file in PEM" }),
  key: localPath.meta({ description: "Its key, a file in PEM" }),
};

export const certificate: z.ZodType<CertificateFiles> = z.strictObject({
  ...files,
  passphrase: text.exactOptional(),
} satisfies Rows<CertificateFiles>);

const clientCertificates = z.strictObject({
  authorities: z
    .union([localPath, z.array(localPath).min(1)])
    .meta({ description: "Whose certificates are trusted: files in PEM" }),
  revoked: localPath.exactOptional(),
  required: z.boolean().exactOptional(),
  purpose: z.enum(["identity", "login", "second-factor"]).exactOptional(),
} satisfies Rows<TlsConfig["clientCertificates"]>);

export const tls: z.ZodType<TlsConfig> = z
  .strictObject({
    cert: files.cert.exactOptional(),
    key: files.key.exactOptional(),
    passphrase: text.exactOptional(),
    selfSigned: z.boolean().exactOptional().meta({ description: "Make a new certificate instead" }),
    certificates: z.array(certificate).exactOptional(),
    allowClearCommands: z.boolean().exactOptional(),
    serverNames: z.enum(["any", "known", "required"]).exactOptional(),
    clientCertificates: clientCertificates.exactOptional(),
    required: z.boolean().exactOptional().meta({ description: "No login and no data without TLS" }),
    sessionReuse: z.enum(["off", "prefer", "require"]).exactOptional(),
    acceptMissingCloseNotify: z.boolean().exactOptional(),
    minVersion: version.exactOptional(),
    maxVersion: version.exactOptional(),
    ciphers: text.exactOptional(),
  } satisfies Rows<TlsConfig>)
  .refine(
    ({ cert, key, selfSigned }) => (selfSigned ? !cert && !key : cert !== undefined && key !== undefined),
    { error: "expected both cert and key, or selfSigned alone" },
  );
