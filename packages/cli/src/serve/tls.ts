import { type CertificateSource, createCertificateSource, type TlsOptions } from "@longshore/ftp-server";
import type { CertificateFiles, TlsConfig } from "../config/tls.ts";
import { toLine, usageFailure } from "../failure.ts";
import { type Certificate, readCertificate, readPem } from "./certificate.ts";

/** Milliseconds between two looks at whether a certificate has been renewed. */
const lookInterval = 60_000;

/**
 * @param makeOwn makes the certificate where it is to be a new one
 * @throws {CommandFailure} wrong usage
 */
export async function tlsOf(config: TlsConfig, makeOwn: () => Promise<Certificate>): Promise<TlsOptions> {
  const { cert, key, passphrase, selfSigned, certificates = [], clientCertificates, ...rest } = config;
  const secret = passphrase === undefined ? {} : { passphrase };
  const own =
    cert !== undefined && key !== undefined ? await openCertificate({ cert, key, ...secret }) : undefined;
  if (own === undefined && selfSigned !== true)
    throw usageFailure(
      rest.required === true
        ? "--require-tls needs --tls-cert and --tls-key, or --tls-self-signed"
        : "TLS needs a certificate: give --tls-cert and --tls-key, or --tls-self-signed",
    );
  return {
    ...rest,
    certificate: own ?? (await makeOwn()),
    ...(certificates.length === 0
      ? {}
      : { certificates: await Promise.all(certificates.map(openCertificate)) }),
    ...(clientCertificates === undefined
      ? {}
      : { clientCertificates: await authoritiesOf(clientCertificates) }),
  };
}

/** @throws {CommandFailure} wrong usage, where the files cannot be read or used together */
export async function openCertificate({
  cert,
  key,
  passphrase,
}: CertificateFiles): Promise<CertificateSource> {
  const read = async () => ({
    ...(await readCertificate(cert, key)),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  await read();
  try {
    return await createCertificateSource(read, { interval: lookInterval });
  } catch (error) {
    throw usageFailure(
      `--tls-cert and --tls-key cannot be used together (${toLine(error)}); give a certificate and its own key`,
    );
  }
}

async function authoritiesOf({
  authorities,
  revoked,
  ...rest
}: NonNullable<TlsConfig["clientCertificates"]>): Promise<NonNullable<TlsOptions["clientCertificates"]>> {
  const files = typeof authorities === "string" ? [authorities] : authorities;
  return {
    ...rest,
    authorities: await Promise.all(files.map((file) => readPem("--client-ca", file))),
    ...(revoked === undefined ? {} : { revoked: await readPem("tls.clientCertificates.revoked", revoked) }),
  };
}
