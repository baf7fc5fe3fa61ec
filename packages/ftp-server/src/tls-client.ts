import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { watchEnd } from "@longshore/ftp-data";
import type { SessionTls } from "./tls.ts";

/**
 * Becomes the TLS client on a data connection, as CPSV and SSCN ask for: the other end is a server, whose name nobody knows
 * here, so that its certificate cannot be checked. Answers nothing, and the connection is closed, where the handshake fails.
 */
export function startTlsAsClient(
  plain: Socket,
  { context }: SessionTls,
  timeout: number,
): Promise<TLSSocket | undefined> {
  const socket = connect({ socket: plain, secureContext: context, rejectUnauthorized: false });
  socket.on("error", () => {});
  watchEnd(socket, plain, () => {});
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), timeout);
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
