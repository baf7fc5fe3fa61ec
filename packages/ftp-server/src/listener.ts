import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { endOf } from "./address.ts";

/** A place to listen at. */
export interface ListenerOptions {
  /** An address to listen on; the server's `host` unless told. */
  readonly host?: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** TLS from the first byte on (port 990 by custom); `false` unless told. */
  readonly implicitTls?: boolean;
}

/** A control connection that has come in. */
export interface Connection {
  readonly socket: Socket;
  /** Its two ends, as the client sees them: a proxy in front may have said so. */
  readonly local: HostPort;
  readonly remote: HostPort;
  /** The address of this machine that it came to. */
  readonly boundHost: string;
  readonly isImplicit: boolean;
}

export interface Listener {
  /** Rejects with the system's error. */
  listen(): Promise<HostPort>;
  /** Takes no more connections; those that it has stay. */
  close(): Promise<void>;
  /** Absent while it does not listen. */
  readonly address: HostPort | undefined;
  readonly isImplicit: boolean;
}

export interface ListenerEvents {
  onConnection(connection: Connection): void;
  /** What goes wrong once it listens. */
  onError(error: Error): void;
}

export function createListener(options: ListenerOptions, events: ListenerEvents): Listener {
  const { host = "127.0.0.1", port = 0, implicitTls: isImplicit = false } = options;
  let address: HostPort | undefined;
  const server: Server = createServer(
    { allowHalfOpen: true, noDelay: true, keepAlive: true },
    (socket: Socket) => {
      const local = endOf(socket.localAddress, socket.localPort);
      const remote = endOf(socket.remoteAddress, socket.remotePort);
      events.onConnection({ socket, local, remote, boundHost: local.host, isImplicit });
    },
  );
  server.on("error", (error) => {
    if (address !== undefined) events.onError(error);
  });
  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          resolve();
        });
      });
      const bound = server.address() as AddressInfo;
      address = endOf(bound.address, bound.port);
      return address;
    },
    close() {
      address = undefined;
      return new Promise((resolve) => server.close(() => resolve()));
    },
    get address() {
      return address;
    },
    isImplicit,
  };
}
