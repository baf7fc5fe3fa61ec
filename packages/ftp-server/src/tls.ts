import { randomBytes } from "node:crypto";
import { Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { TlsOptions } from "./options.ts";
import { watchEnd } from "./tls-end.ts";

/** A connection that is becoming TLS. */
export interface SecuredSocket {
  readonly socket: TLSSocket;
  /** Settles when the handshake is over: with what went wrong, or with nothing. Never rejects. */
  readonly secured: Promise<string | undefined>;
}

/** What the TLS connections of one control session share. */
export interface SessionTls {
  readonly context: SecureContext;
  /** Never listens: where TLSSocket looks for sessions that are resumed by their number. */
  readonly sessions: Server;
}

/**
 * The TLS side of one control session and its data connections. The keys of its session tickets are its own, and so
 * are the sessions kept for clients without tickets (curl up to TLS 1.2), so that a data connection that resumes
 * one can only come from the client of this control connection.
 */
export function createSessionTls(options: TlsOptions): SessionTls {
  const { cert, key, passphrase, ciphers, minVersion = "TLSv1.2", maxVersion } = options;
  const context = createSecureContext({
    cert: toText(cert),
    key: toText(key),
    minVersion,
    ticketKeys: randomBytes(48),
    sessionIdContext: "longshore",
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ciphers === undefined ? {} : { ciphers }),
  });
  const kept = new Map<string, Buffer>();
  const sessions = new Server();
  sessions.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
    const [oldest] = kept.keys();
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
    kept.set(id.toString("hex"), session);
    done();
  });
  sessions.on("resumeSession", (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
    done(null, kept.get(id.toString("hex")) ?? null);
  });
  return { context, sessions };
}

/** Sessions that a control session keeps: one would do for a client that resumes the first. */
const maxKept = 8;

/**
 * Becomes the TLS server on `socket` (RFC 4217 §7: on data connections too, whoever connected). It stays half open where
 * `socket` does: a client that has said all it has to say still gets what is on its way to it.
 */
export function startTls(socket: Socket, { context, sessions }: SessionTls, timeout: number): SecuredSocket {
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext: context,
    server: sessions,
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
    // `_tlsError` is how TLSSocket tells of a failed handshake that no tls.Server watches; it closes nothing.
    secure.once("_tlsError", (error: Error) => settle(error.message));
    // The event comes from inside OpenSSL's handshake, before TLS 1.3's session tickets are out: what was written now
    // would overtake them, and a client that reads them behind our close_notify fails.
    let isShaken = false;
    secure.once("secure", () => {
      isShaken = true;
      setImmediate(settle, undefined);
    });
    secure.once("close", () => settle(message));
    watchEnd(secure, socket, () => {
      // Who has nothing to send may end with the last message of the handshake.
      if (!isShaken) settle(message);
    });
  });
  return { socket: secure, secured };
}

function toText(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : new TextDecoder().decode(pem);
}
