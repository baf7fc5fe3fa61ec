import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { reply } from "@longshore/ftp-reply";
import type { DataFailure, ServerCompletion, TlsRole } from "@longshore/ftp-session/server";
import { clearControl, secureControl, sendReply } from "./control.ts";
import { handshakeTimeout } from "./engine-options.ts";
import { printable } from "./printable.ts";
import { enterHost } from "./session-host.ts";
import { infoOf, type SessionState } from "./session-state.ts";
import {
  createSessionTls,
  refusalOfCertificate,
  refusalOfData,
  type ServerNameChoice,
  type SessionTls,
  startTls,
} from "./tls.ts";
import { startTlsAsClient } from "./tls-client.ts";

/** Becomes TLS on the control connection, within `limit` milliseconds at most. */
export async function startSessionTls(
  session: SessionState,
  limit: number = handshakeTimeout,
): Promise<ServerCompletion> {
  const { emit } = session.environment;
  const fail = (message: string): ServerCompletion => {
    emit({ type: "secure-failed", session: infoOf(session), message: printable(message) });
    return { type: "tls-failed" };
  };
  // AUTH was offered by options that are no longer in force.
  if ((session.tls ?? session.environment.tls) === undefined) return fail("TLS is no longer offered");
  const tls = tlsOf(session);
  const timeout = Math.min(limit, handshakeTimeout);
  const secure = await secureControl(session.control, tls, timeout, chooserFor(session, tls));
  if (typeof secure === "string") return fail(secure);
  const refusal = refusalAfter(secure, tls);
  if (refusal !== undefined) {
    // RFC 4217 §10.1: the connection is protected, so that the client can be told.
    sendReply(session.control, reply(421, "The TLS session is not acceptable here."));
    return fail(refusal);
  }
  tls.certificate = secure.getPeerX509Certificate();
  session.isSecure = true;
  const { name: cipher } = secure.getCipher();
  const host = tls.serverName === undefined ? undefined : session.environment.hosts.find(tls.serverName);
  if (
    host !== undefined &&
    tls.serverName !== undefined &&
    !(await enterHost(session, host, tls.serverName))
  ) {
    sendReply(session.control, reply(421, "Too many sessions, try again later."));
    return fail("the host that it names has too many sessions");
  }
  emit({ type: "secure", session: infoOf(session), protocol: secure.getProtocol() ?? "", cipher });
  const certified = tls.certificate !== undefined && tls.setup.clientCertificates?.purpose === "login";
  return { type: "tls-started", certified, ...(host === undefined ? {} : { host: host.engine }) };
}

/** Takes TLS off the control connection again. */
export async function stopSessionTls(session: SessionState): Promise<ServerCompletion | undefined> {
  if (!(await clearControl(session.control))) return undefined;
  session.isSecure = false;
  // After REIN nothing of it is left; after CCC the data connections go on with it.
  if (session.login === undefined) session.tls = undefined;
  return { type: "tls-stopped" };
}

/** Becomes TLS on a data connection. */
export async function secureData(
  session: SessionState,
  plain: Socket,
  role: TlsRole,
): Promise<Socket | DataFailure> {
  const tls = tlsOf(session);
  if (role === "client") return (await startTlsAsClient(plain, tls, handshakeTimeout)) ?? "tls";
  const { socket, secured } = startTls(plain, tls, handshakeTimeout, () => tls.chosen);
  const refusal = (await secured) === undefined ? refusalOfData(socket, tls) : "tls";
  if (refusal === undefined) return socket;
  // A handshake that failed closes nothing of itself.
  socket.destroy();
  return refusal;
}

/** What the TLS connections of this session share; made when the first of them is. */
function tlsOf(session: SessionState): SessionTls {
  const { tls } = session.environment;
  if (session.tls === undefined) {
    if (tls === undefined) throw new Error("TLS was started without a certificate");
    session.tls = createSessionTls(tls);
  }
  return session.tls;
}

/** Picks the certificate by the name that the client gives, or refuses the name. */
function chooserFor(session: SessionState, tls: SessionTls): ServerNameChoice {
  return (name) => {
    const { setup } = tls;
    const host = session.environment.hosts.find(name);
    const chosen = host?.certificate === undefined ? setup.find(name) : setup.contextOf(host.certificate);
    if (host === undefined && chosen === undefined && setup.serverNames !== "any")
      return new Error(`the client names ${name}, which is not here`);
    // RFC 7151 §3.2.2: the name in HOST and the one in the handshake have to be the same.
    if (session.hostName !== undefined && session.hostName !== name)
      return new Error(`the client names ${name} in the handshake and ${session.hostName} in HOST`);
    tls.serverName = name;
    tls.chosen = chosen;
    return chosen;
  };
}

function refusalAfter(socket: TLSSocket, { setup, serverName }: SessionTls): string | undefined {
  if (setup.serverNames === "required" && serverName === undefined) return "the client names no server";
  return refusalOfCertificate(socket, setup);
}
