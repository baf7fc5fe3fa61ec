import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import { endOf } from "./address.ts";
import { createProxies, type Proxies, type ProxyOptions } from "./proxy-connection.ts";

/** A place to listen at. */
export interface ListenerOptions {
  /** An address to listen on; the server's `host` unless told. */
  readonly host?: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** TLS from the first byte on (port 990 by custom); `false` unless told. */
  readonly implicitTls?: boolean;
  /** Proxies in front of this listener that say whose connections they pass on; none unless told. */
  readonly proxies?: ProxyOptions;
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
  /** Who else may bring data connections of this client. */
  readonly proxies: Proxies | undefined;
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
  /** A proxy did not say, or not in the right words, whose connection it passes on. */
  onProxyFailure(proxy: HostPort, message: string): void;
  /** What goes wrong once it listens. */
  onError(error: Error): void;
}

export function createListener(options: ListenerOptions, events: ListenerEvents): Listener {
  const { host = "127.0.0.1", port = 0, implicitTls: isImplicit = false } = options;
  const proxies = options.proxies === undefined ? undefined : createProxies(options.proxies);
  let address: HostPort | undefined;
  /** The own end of every connection, where only one address is listened on: the system need not be asked for each. */
  let ownEnd: HostPort | undefined;
  /** Connections of proxies that have not sent their header. */
  const pending = new Set<Socket>();
  const server: Server = createServer(
    // What a proxy says first is not the client's.
    { allowHalfOpen: true, noDelay: true, keepAlive: true, pauseOnConnect: proxies !== undefined },
    (socket: Socket) => {
      const local = ownEnd ?? endOf(socket.localAddress, socket.localPort);
      const remote = endOf(socket.remoteAddress, socket.remotePort);
      const connection = { socket, local, remote, boundHost: local.host, isImplicit, proxies };
      const header = proxies?.read(socket);
      if (header === undefined) events.onConnection(connection);
      else if (pending.size >= maxPending) socket.destroy();
      else void admit(connection, header);
    },
  );

  async function admit(connection: Connection, reading: ReturnType<Proxies["read"]>): Promise<void> {
    const { socket, remote: proxy } = connection;
    pending.add(socket);
    const header = (await reading) ?? "there is no proxy";
    pending.delete(socket);
    if (typeof header === "string") events.onProxyFailure(proxy, header);
    else if (header.kind === "local") events.onConnection(connection);
    else events.onConnection({ ...connection, local: header.destination, remote: header.source });
  }

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
      ownEnd = anyAddress.has(address.host) ? undefined : address;
      return address;
    },
    close() {
      address = undefined;
      for (const socket of pending) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    get address() {
      return address;
    },
    isImplicit,
  };
}

const anyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** More than any proxy opens at once. */
const maxPending = 1000;
