import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { TlsOptions } from "./options.ts";

/** A connection that is becoming TLS. */
export interface SecuredSocket {
  readonly socket: TLSSocket;
  /** Settles when the handshake is over: with what went wrong, or with nothing. Never rejects. */
  readonly secured: Promise<string | undefined>;
}

/**
 * The TLS context of one control session and its data connections. The keys of its session tickets are its own, so
 * that a data connection that resumes a session can only come from the client of this control connection.
 */
export function createSessionContext(options: TlsOptions): SecureContext {
  const { cert, key, passphrase, ciphers, minVersion = "TLSv1.2", maxVersion } = options;
  return createSecureContext({
    cert: toText(cert),
    key: toText(key),
    minVersion,
    ticketKeys: randomBytes(48),
    sessionIdContext: "longshore",
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
  });
}

/**
 * Becomes the TLS server on `socket` (RFC 4217 §7: on data connections too, whoever connected). It stays half open where
 * `socket` does: a client that has said all it has to say still gets what is on its way to it.
 */
export function startTls(socket: Socket, secureContext: SecureContext, timeout: number): SecuredSocket {
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    // Clients that offer other protocols only are none of ours (ALPACA); those that offer nothing are welcome.
    ALPNProtocols: ["ftp"],
  });
  secure.on("error", () => {});
  const secured = new Promise<string | undefined>((resolve) => {
    let message = "the client left during the handshake";
    const timer = setTimeout(() => {
      message = "the handshake took too long";
      secure.destroy();
    }, timeout);
    const settle = (failure: string | undefined): void => {
      clearTimeout(timer);
      resolve(failure);
    };
    // `_tlsError` is how TLSSocket tells of a failed handshake that no tls.Server watches.
    secure.once("_tlsError", (error: Error) => {
      message = error.message;
    });
    // The event comes from inside OpenSSL's handshake, before TLS 1.3's session tickets are out: what was written now
    // would overtake them, and a client that reads them behind our close_notify fails.
    secure.once("secure", () => setImmediate(settle, undefined));
    secure.once("close", () => settle(message));
  });
  return { socket: secure, secured };
}

function toText(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : new TextDecoder().decode(pem);
}
