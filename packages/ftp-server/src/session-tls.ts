import type { ServerCompletion } from "@longshore/ftp-session/server";
import { handshakeTimeout } from "./engine-options.ts";
import { printable } from "./printable.ts";
import { infoOf, type SessionState } from "./session-state.ts";
import { createSessionTls, type SessionTls } from "./tls.ts";

/** What the TLS connections of this session share; made when the first of them is. */
export function tlsOf(session: SessionState): SessionTls {
  const { tls } = session.environment.options;
  if (tls === undefined) throw new Error("TLS was started without a certificate");
  session.tls ??= createSessionTls(tls);
  return session.tls;
}

/** Becomes TLS on the control connection. */
export async function secureControl(session: SessionState): Promise<ServerCompletion> {
  const { options, emit } = session.environment;
  if (options.tls === undefined) return { type: "tls-failed" };
  const result = await session.control.startTls(tlsOf(session), handshakeTimeout);
  if (typeof result === "string") {
    emit({ type: "secure-failed", session: infoOf(session), message: printable(result) });
    return { type: "tls-failed" };
  }
  session.isSecure = true;
  const { name: cipher } = result.getCipher();
  emit({ type: "secure", session: infoOf(session), protocol: result.getProtocol() ?? "", cipher });
  return { type: "tls-started" };
}
