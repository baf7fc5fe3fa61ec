import type { X509Certificate } from "node:crypto";

/** What is asked of the certificates of clients. */
export interface ClientCertificateOptions {
  /** PEM: the authorities whose certificates are trusted; nobody else's are. */
  readonly authorities: string | Uint8Array | readonly (string | Uint8Array)[];
  /** PEM: what those have revoked. */
  readonly revoked?: string | Uint8Array;
  /** Whether a client without one is sent away; `false` unless told. One that is not trusted always is. */
  readonly required?: boolean;
  /** The users that a certificate stands for; the common names of its subject unless told. */
  readonly usersOf?: (certificate: X509Certificate) => readonly string[];
  /**
   * What it is good for. `"identity"`, the default: the session is known to come from its holder, users log in as
   * everywhere. `"login"`: USER with one of its names needs no password (232, RFC 4217 §12.2). `"second-factor"`:
   * nobody logs in but with a password and a certificate that has their name.
   */
  readonly purpose?: "identity" | "login" | "second-factor";
}

/** Whether a session with this certificate may be `username`'s. */
export function standsFor(
  certificate: X509Certificate | undefined,
  username: string,
  { usersOf = commonNames }: ClientCertificateOptions,
): boolean {
  return certificate !== undefined && usersOf(certificate).includes(username);
}

/** Read attribute by attribute: the text of a subject may hold what looks like another one. */
function commonNames(certificate: X509Certificate): readonly string[] {
  const { CN: names = [] } = certificate.toLegacyObject().subject as {
    readonly CN?: string | readonly string[];
  };
  return typeof names === "string" ? [names] : names;
}
