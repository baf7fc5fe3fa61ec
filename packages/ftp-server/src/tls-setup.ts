import { constants, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import {
  type Certificate,
  type CertificateSource,
  checkCertificate,
  sourceOfCertificate,
  toText,
} from "./certificate.ts";
import type { ClientCertificateOptions } from "./client-certificate.ts";
import { FtpServerError } from "./error.ts";
import type { TlsOptions } from "./options.ts";

/** The TLS of a server, common to its sessions: what its options come to. */
export interface TlsSetup {
  readonly sessionReuse: NonNullable<TlsOptions["sessionReuse"]>;
  readonly serverNames: NonNullable<TlsOptions["serverNames"]>;
  readonly clientCertificates: ClientCertificateOptions | undefined;
  /** For a session that begins now, with the certificate for clients that give no name. */
  contextOptions(): SecureContextOptions;
  /** The certificate that has this name, if one has. */
  find(name: string): SecureContext | undefined;
  /** A certificate to be sent in the place of the first. */
  contextOf(certificate: Source): SecureContext;
  /** Every source of certificates in it. */
  readonly sources: readonly CertificateSource[];
}

type Source = Certificate | CertificateSource;

/**
 * TLS 1.2: keys of each session's own alone (ECDHE), so that what was recorded stays secret when the certificate's
 * key does not (RFC 9325 §4.1); AEAD first, with a whole tag, which CCM_8 has not. CBC is left for the TLS of Windows
 * before 10, which knows nothing better with a certificate of RSA. In TLS 1.3 there are no others.
 */
const forwardSecret: string = [
  ...["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"],
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
  ...["ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256"],
  ...["ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384"],
].join(":");

/** @throws {FtpServerError} `certificate`: there is none, or one cannot be used: it shows now, not at the first AUTH */
export function createTlsSetup(options: TlsOptions, others: readonly Source[]): TlsSetup {
  const { clientCertificates, sessionReuse = "prefer", serverNames = "any" } = options;
  const main = mainCertificate(options);
  const certificates = [main, ...(options.certificates ?? [])];
  const contexts = new WeakMap<Certificate, SecureContext>();
  const all = [...certificates, ...others];
  for (const source of all) checkCertificate(sourceOfCertificate(source).current);

  function contextOf(source: Source): SecureContext {
    const certificate = sourceOfCertificate(source).current;
    let context = contexts.get(certificate);
    if (context === undefined) {
      context = createSecureContext(pemOf(certificate));
      contexts.set(certificate, context);
    }
    return context;
  }

  const { minVersion = "TLSv1.2", maxVersion, ciphers = forwardSecret } = options;
  const shared: SecureContextOptions = {
    minVersion,
    secureOptions:
      constants.SSL_OP_CIPHER_SERVER_PREFERENCE |
      // A second handshake in TLS 1.2 has no use here and is work that a client can ask for again and again.
      constants.SSL_OP_NO_RENEGOTIATION |
      (sessionReuse === "off" ? constants.SSL_OP_NO_TICKET : 0),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ciphers,
    ...(clientCertificates === undefined ? {} : authoritiesOf(clientCertificates)),
  };
  const contextOptions = (): SecureContextOptions => ({
    ...shared,
    ...pemOf(sourceOfCertificate(main).current),
  });
  try {
    createSecureContext(contextOptions());
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new FtpServerError("certificate", `these TLS options cannot be used: ${message}`, { cause });
  }
  return {
    sessionReuse,
    serverNames,
    clientCertificates,
    contextOptions,
    find(name) {
      const found = certificates.find((source) => hasName(sourceOfCertificate(source).current, name));
      return found === undefined ? undefined : contextOf(found);
    },
    contextOf,
    sources: all.filter((source): source is CertificateSource => "current" in source),
  };
}

function mainCertificate({ certificate, cert, key, passphrase }: TlsOptions): Source {
  if (certificate !== undefined) return certificate;
  if (cert === undefined || key === undefined)
    throw new FtpServerError("certificate", "tls needs cert and key, or certificate");
  return { cert, key, ...(passphrase === undefined ? {} : { passphrase }) };
}

function pemOf({ cert, key, passphrase }: Certificate): SecureContextOptions {
  return { cert: toText(cert), key: toText(key), ...(passphrase === undefined ? {} : { passphrase }) };
}

function authoritiesOf({ authorities, revoked }: ClientCertificateOptions): SecureContextOptions {
  const all =
    typeof authorities === "string" || authorities instanceof Uint8Array ? [authorities] : authorities;
  return { ca: all.map(toText), ...(revoked === undefined ? {} : { crl: toText(revoked) }) };
}

/** By the names that stand in it, wildcards included (RFC 6125 §6.4). */
function hasName({ cert }: Certificate, name: string): boolean {
  return new X509Certificate(toText(cert)).checkHost(name) !== undefined;
}
