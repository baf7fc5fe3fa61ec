import { connect, isIP, type Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { connectData } from "@longshore/ftp-data";
import type { DataFailure } from "@longshore/ftp-session/server";

export interface ActiveConnectionOptions {
  readonly address: HostPort;
  /** By default the control connection's own address: firewalls and careful clients expect it. */
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

/** Connects to where PORT or EPRT said; from any port where the one wanted cannot be had. */
export function connectActive(options: ActiveConnectionOptions): ActiveConnection {
  let current: Socket | undefined;
  let isClosed = false;
  const attempt = (localPort: number | undefined): Promise<Socket | DataFailure> => {
    const socket = open(options, localPort);
    current = socket;
    return new Promise((resolve) => {
      socket.once("connect", () => resolve(socket));
      socket.once("error", ({ code = "" }: NodeJS.ErrnoException) => {
        if (localPort !== undefined && !isClosed && localPortErrors.has(code)) resolve(attempt(undefined));
        else resolve(code === "ECONNREFUSED" ? "refused" : "unreachable");
      });
      socket.once("close", () => {
        if (localPort === undefined || isClosed) resolve("unreachable");
      });
    });
  };
  const connection = attempt(options.localPort);
  return {
    connection,
    close() {
      isClosed = true;
      current?.destroy();
    },
  };
}

function open(
  { address, localHost, receives }: ActiveConnectionOptions,
  localPort: number | undefined,
): Socket {
  const target = {
    host: address.host,
    port: address.port,
    // One of the other family, behind a proxy, is none to connect from.
    ...(isIP(localHost) === address.family ? { localAddress: localHost } : {}),
    allowHalfOpen: true,
    noDelay: true,
    ...(localPort === undefined ? {} : { localPort }),
  };
  const socket = receives ? connectData(target) : connect(target);
  socket.on("error", () => {});
  return socket;
}

/** Not permitted, in use, or in use towards this very client (a connection of a moment ago waits there still). */
const localPortErrors: ReadonlySet<string> = new Set(["EACCES", "EADDRINUSE", "EADDRNOTAVAIL"]);
