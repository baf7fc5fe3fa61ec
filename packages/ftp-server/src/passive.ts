import { randomInt } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { unmapHost } from "@longshore/ftp-address";
import type { Proxies } from "./proxy-connection.ts";
import type { ProxyHeader } from "./proxy-protocol.ts";

/** A port that waits for one connection from one host. */
export interface PassiveListener {
  readonly port: number;
  /** The connection when it has come, or nothing once the listener is closed. Paused; TLS has not begun. */
  readonly connection: Promise<Socket | undefined>;
  /** Waits no longer; a connection that has come stays. */
  close(): void;
}

export interface PassiveListenerOptions {
  /** The local address to listen on. */
  readonly host: string;
  /** Who may connect: the client of the control connection, in canonical text. */
  readonly peer?: string;
  /** The ports to choose from; any unless told. */
  readonly ports?: readonly [first: number, last: number];
  /** Ports of the range that this server listens on already; kept up to date here. */
  readonly taken: Set<number>;
  /** Proxies that may bring the connection; whose it is they say in a header. */
  readonly proxies?: Proxies | undefined;
  /** Someone else connected and was dropped. */
  readonly onStranger: (host: string) => void;
}

/**
 * Opens a passive listener on a random port of the range (RFC 2577 §8: a port that can be foretold can be stolen).
 * Strangers are dropped and it goes on waiting.
 *
 * @returns `"exhausted"` when every port of the range is in use, `"unavailable"` when the system refuses
 */
export async function listenPassive(
  options: PassiveListenerOptions,
): Promise<PassiveListener | "exhausted" | "unavailable"> {
  const { ports, taken } = options;
  if (ports === undefined) return open(options, 0);
  const [first, last] = ports;
  const size = last - first + 1;
  const start = randomInt(size);
  for (let step = 0; step < size; step++) {
    const port = first + ((start + step) % size);
    if (taken.has(port)) continue;
    taken.add(port);
    const listener = await open(options, port);
    if (listener !== "unavailable") return listener;
    taken.delete(port);
  }
  return "exhausted";
}

async function open(options: PassiveListenerOptions, port: number): Promise<PassiveListener | "unavailable"> {
  const { host, peer, taken, onStranger, proxies } = options;
  let settle: (socket: Socket | undefined) => void = () => {};
  const connection = new Promise<Socket | undefined>((resolve) => {
    settle = resolve;
  });
  const server: Server = createServer(
    { pauseOnConnect: true, allowHalfOpen: true, noDelay: true },
    (socket: Socket) => {
      // Until someone takes it over, nobody else is there to hear that it broke.
      socket.on("error", () => {});
      const header = proxies?.read(socket);
      if (header === undefined) take(socket, unmapHost(socket.remoteAddress ?? ""));
      else void header.then((found) => take(socket, proxiedHost(socket, found)));
    },
  );
  const take = (socket: Socket, from: string): void => {
    const isStranger = peer !== undefined && from !== peer;
    if (isStranger || !server.listening) {
      socket.destroy();
      if (isStranger) onStranger(from);
      return;
    }
    stop();
    settle(socket);
  };
  // The system has the port back at once; the server's `close` event may be long in coming.
  const stop = (): void => {
    if (!server.listening) return;
    server.close();
    taken.delete(port);
  };
  const listening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ host, port, backlog: 16, exclusive: true }, () => resolve(true));
  });
  if (!listening) return "unavailable";
  server.on("error", () => {});
  return {
    port: (server.address() as AddressInfo).port,
    connection,
    close() {
      stop();
      settle(undefined);
    },
  };
}

/** Whose connection a proxy passes on; its own where it does not say. */
function proxiedHost(socket: Socket, header: ProxyHeader | string): string {
  return typeof header !== "string" && header.kind === "proxied"
    ? header.source.host
    : unmapHost(socket.remoteAddress ?? "");
}
