import { connect, type Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { connectData } from "@longshore/ftp-data";
import type { DataFailure } from "@longshore/ftp-session/server";

export interface ActiveConnectionOptions {
  readonly address: HostPort;
  /** The control connection's own address: firewalls and careful clients expect it. */
  readonly localHost: string;
  readonly localPort?: number;
  /** Bytes come in on it, without TLS: they are then read without a copy. */
  readonly receives: boolean;
}

/** An attempt to connect to the client. */
export interface ActiveConnection {
  readonly connection: Promise<Socket | DataFailure>;
  close(): void;
}

/** Connects to where PORT or EPRT said. */
export function connectActive(options: ActiveConnectionOptions): ActiveConnection {
  const { address, localHost, localPort, receives } = options;
  const target = {
    host: address.host,
    port: address.port,
    localAddress: localHost,
    allowHalfOpen: true,
    noDelay: true,
    ...(localPort === undefined ? {} : { localPort }),
  };
  const socket = receives ? connectData(target) : connect(target);
  socket.on("error", () => {});
  const connection = new Promise<Socket | DataFailure>((resolve) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "ECONNREFUSED" ? "refused" : "unreachable"),
    );
    socket.once("close", () => resolve("unreachable"));
  });
  return { connection, close: () => socket.destroy() };
}
