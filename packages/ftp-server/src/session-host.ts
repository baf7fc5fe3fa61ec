import type { ServerCompletion } from "@longshore/ftp-session/server";
import type { SessionState } from "./session-state.ts";
import type { Host } from "./virtual-host.ts";

/**
 * HOST (RFC 7151 §3.2): the host with this name, of which there has to be one. What the client named in the TLS
 * handshake has to be the same (§3.2.2).
 */
export async function selectHost(session: SessionState, name: string): Promise<ServerCompletion> {
  const { environment, local } = session;
  const serverName = session.tls?.serverName;
  const host = environment.hosts.select(name, local);
  if (host === undefined || (serverName !== undefined && serverName !== name))
    return { type: "host-refused", reason: "unknown" };
  if (!(await enterHost(session, host, name))) return { type: "host-refused", reason: "unavailable" };
  return { type: "host-selected", host: host.engine };
}

/** The session goes to this host; answers `false` and stays where it is when that is full. */
export async function enterHost(session: SessionState, host: Host, name: string): Promise<boolean> {
  if (session.hostName === undefined || host.realm !== session.host.realm) {
    const counted = await session.environment.admission.enterHost(host.realm, host.sessions);
    if (counted === undefined) return false;
    leaveHost(session);
    session.hostCounted = counted;
  }
  session.host = host;
  session.hostName = name;
  // Made with the limits of the host before; none is under way when hosts change.
  session.transfers = undefined;
  return true;
}

/** The session is at the server at large again. */
export function leaveHost(session: SessionState): void {
  if (session.hostName === undefined && session.hostCounted === undefined) return;
  session.hostCounted?.end();
  session.hostCounted = undefined;
  session.host = session.environment.hosts.main;
  session.hostName = undefined;
  session.transfers = undefined;
}

/** The session's host as it is now: options may have changed since it was chosen. Nothing where it is gone. */
export function refreshHost(session: SessionState): Host | undefined {
  const { hosts } = session.environment;
  const { hostName, local } = session;
  const host = hostName === undefined ? hosts.main : hosts.select(hostName, local);
  if (host !== undefined) session.host = host;
  return host;
}
