import { randomBytes, type X509Certificate } from "node:crypto";
import { Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { watchEnd } from "@longshore/ftp-data";
import type { DataFailure } from "@longshore/ftp-session/server";
import type { TlsSetup } from "./tls-setup.ts";

/** A connection that is becoming TLS. */
export interface SecuredSocket {
  readonly socket: TLSSocket;
  /** Settles when the handshake is over: with what went wrong, or with nothing. Never rejects. */
  readonly secured: Promise<string | undefined>;
}

/** What the TLS connections of one control session share. */
export interface SessionTls {
  readonly setup: TlsSetup;
  readonly context: SecureContext;
  /** Never listens: where TLSSocket looks for sessions that are resumed by their number. */
  readonly sessions: Server;
  /** The name that the client gave in the handshake of the control connection (SNI), in lower case. */
  serverName: string | undefined;
  /** The certificate of the control connection, for its data connections too (RFC 4217 §15.1.1). */
  chosen: SecureContext | undefined;
  /** The client's, of the control connection. */
  certificate: X509Certificate | undefined;
}

/**
 * The TLS side of one control session and its data connections. The keys of its session tickets are its own, and so
 * are the sessions kept for clients without tickets (curl up to TLS 1.2), so that a data connection that resumes
 * one can only come from the client of this control connection.
 */
export function createSessionTls(setup: TlsSetup): SessionTls {
  const context = createSecureContext({
    ...setup.contextOptions(),
    ticketKeys: randomBytes(48),
    sessionIdContext: "longshore",
  });
  const sessions = new Server();
  if (setup.sessionReuse !== "off") keepSessions(sessions);
  return { setup, context, sessions, serverName: undefined, chosen: undefined, certificate: undefined };
}

/** Sessions that a control session keeps: one would do for a client that resumes the first. */
const maxKept = 8;

function keepSessions(server: Server): void {
  const kept = new Map<string, Buffer>();
  server.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
    const [oldest] = kept.keys();
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
    kept.set(id.toString("hex"), session);
    done();
  });
  server.on("resumeSession", (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
    done(null, kept.get(id.toString("hex")) ?? null);
  });
}

/** Which certificate a name leads to; an error where the name is not to be answered. */
export type ServerNameChoice = (name: string) => SecureContext | undefined | Error;

/**
 * Becomes the TLS server on `socket` (RFC 4217 §7: on data connections too, whoever connected). It stays half open where
 * `socket` does: a client that has said all it has to say still gets what is on its way to it.
 */
export function startTls(
  socket: Duplex,
  { context, sessions, setup }: SessionTls,
  timeout: number,
  choose: ServerNameChoice,
): SecuredSocket {
  // Node takes any Duplex for a server's side, its types know the socket alone.
  const secure = new TLSSocket(socket as Socket, {
    isServer: true,
    secureContext: context,
    server: sessions,
    requestCert: setup.clientCertificates !== undefined,
    SNICallback(name, done) {
      const chosen = choose(name.toLowerCase());
      if (chosen instanceof Error) done(chosen);
      else done(null, chosen);
    },
    // Clients that offer other protocols only are none of ours (RFC 7301 §3.2, ALPACA); those that offer nothing are welcome.
    ALPNProtocols: ["ftp"],
  });
  let message = "the client left during the handshake";
  secure.on("error", (error) => {
    message = error.message;
  });
  const secured = new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => {
      message = "the handshake took too long";
      secure.destroy();
    }, timeout);
    let isShaken = false;
    const settle = (failure: string | undefined): void => {
      clearTimeout(timer);
      resolve(failure);
    };
    // `_tlsError` is how TLSSocket tells of a failed handshake that no tls.Server watches; it closes nothing.
    secure.on("_tlsError", (error: Error) => {
      settle(error.message);
      if (isShaken) secure.destroy();
    });
    // Up to TLS 1.2 a client could ask for handshake after handshake, each of which costs the server far more than it.
    secure.disableRenegotiation();
    // The event comes from inside OpenSSL's handshake, before TLS 1.3's session tickets are out: what was written now
    // would overtake them, and a client that reads them behind our close_notify fails.
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

/** Whether this is the client of the control connection, as far as TLS can tell; else why the connection is none. */
export function refusalOfData(
  socket: TLSSocket,
  { setup, certificate }: SessionTls,
): DataFailure | undefined {
  if (setup.sessionReuse === "require" && !socket.isSessionReused()) return "tls-not-resumed";
  // RFC 4217 §15.1.2: the same certificate on both.
  const same = certificate?.fingerprint256 === socket.getPeerX509Certificate()?.fingerprint256;
  return setup.clientCertificates === undefined || (same && refusalOfCertificate(socket, setup) === undefined)
    ? undefined
    : "tls";
}

/** Why a client's certificate does not do, or that it has none where one is required. */
export function refusalOfCertificate(
  socket: TLSSocket,
  { clientCertificates }: TlsSetup,
): string | undefined {
  if (clientCertificates === undefined) return undefined;
  if (socket.getPeerX509Certificate() === undefined) {
    return clientCertificates.required === true ? "the client has no certificate" : undefined;
  }
  // What tls.Server asks of a socket for its `authorizationError`; nobody else is told.
  const { ssl } = socket as unknown as { readonly ssl?: { verifyError?(): Error | null } | null };
  if (ssl?.verifyError === undefined) return "the client's certificate cannot be checked";
  const error = ssl.verifyError();
  return error === null ? undefined : `the client's certificate is not trusted: ${error.message}`;
}
