import { isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect, createSecureContext, TLSSocket } from "node:tls";
import { watchEnd } from "@longshore/ftp-data";
import type { FtpTlsOptions } from "./options.ts";

/** TLS for one control connection and its data connections. */
export interface Security {
  /** Starts the handshake over an open connection; the host's name is checked. */
  startControl(wire: Duplex): TLSSocket;
  /** TLS comes off the control connection again (CCC). */
  readonly isCleared: boolean;
  /** The same for a data connection, which offers to resume the control connection's session. */
  startData(socket: Socket): TLSSocket;
}

/**
 * Many servers (vsftpd, ProFTPD, FileZilla Server) take a data connection only if it resumes the TLS session of the
 * control connection, as the proof that the same client opened both. In TLS 1.3 that session comes in tickets after
 * the handshake, hence the event; in TLS 1.2 the event comes with the handshake.
 */
export function createSecurity(host: string, options: FtpTlsOptions): Security {
  const { mode: _, dataProtection: __, clearControl = "off", resumeSession = true, ...own } = options;
  const shared: ConnectionOptions = {
    ...own,
    secureContext: createSecureContext(own),
    host,
    ...(own.servername === undefined && isIP(host) === 0 ? { servername: host } : {}),
  };
  let session: Buffer | undefined;
  return {
    isCleared: clearControl !== "off",
    startControl(wire) {
      const secured = connect({ ...shared, socket: wire });
      secured.on("session", (ticket) => {
        session = ticket;
      });
      return secured;
    },
    startData(socket) {
      const secured = connect({
        ...shared,
        socket,
        ...(resumeSession && session !== undefined ? { session } : {}),
      });
      // Of TLS inside TLS to a proxy nothing can be told.
      if (!(socket instanceof TLSSocket)) watchEnd(secured, socket, () => {});
      return secured;
    },
  };
}
