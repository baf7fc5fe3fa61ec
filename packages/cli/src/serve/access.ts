import {
  type Authenticator,
  anonymousAuthenticator,
  type FtpServerOptions,
  firstOf,
  type Permission,
  userAuthenticator,
} from "@longshore/ftp-server";
import type { Config } from "../config/schema.ts";
import { usageFailure } from "../failure.ts";
import { makeCertificate, readCertificate } from "./certificate.ts";
import { isFtpServed } from "./services.ts";

/** Who may log in, as it is now: another configuration can take its place while sessions run. */
export interface Access {
  readonly authenticate: Authenticator;
  use(config: Config): void;
}

/** @throws {CommandFailure} wrong usage, where nobody could log in */
export function createAccess(config: Config): Access {
  let current = authenticatorOf(config);
  return {
    authenticate: (login) => current(login),
    use(next) {
      current = authenticatorOf(next);
    },
  };
}

/** Whether the configuration lets anybody change anything. */
export function isWritable({ writable, users = [], anonymous }: Config): boolean {
  const given = [...users, ...(typeof anonymous === "object" ? [anonymous] : [])];
  return writable === true || given.some(({ permission }) => mayWrite(permission));
}

const mayWrite = (permission: Permission = "ro"): boolean => permission !== "ro";

function authenticatorOf(config: Config): Authenticator {
  const { users = [], anonymous = true, writable = false } = config;
  const everybody: Permission = writable ? "rw" : "ro";
  if (anonymous === false && users.length === 0 && isFtpServed(config))
    throw usageFailure("--no-anonymous leaves nobody who could log in: name somebody with --user");
  const guest = anonymous === true ? {} : anonymous;
  return firstOf([
    ...(guest === false ? [] : [anonymousAuthenticator({ permission: everybody, ...guest })]),
    userAuthenticator(users.map((user) => ({ permission: everybody, ...user }))),
  ]);
}

/**
 * The certificate and what is asked of TLS.
 *
 * @throws {CommandFailure} wrong usage
 */
export async function tlsOf(config: Config, host: string): Promise<FtpServerOptions["tls"]> {
  if (config.tls === undefined) return undefined;
  const { cert, key, selfSigned, ...rest } = config.tls;
  if (selfSigned === true) return { ...(await makeCertificate(host)), ...rest };
  if (cert !== undefined && key !== undefined) return { ...(await readCertificate(cert, key)), ...rest };
  throw usageFailure(
    rest.required === true
      ? "--require-tls needs --tls-cert and --tls-key, or --tls-self-signed"
      : "TLS needs a certificate: give --tls-cert and --tls-key, or --tls-self-signed",
  );
}
