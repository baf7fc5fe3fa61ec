import type { Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import type { DataFailure, DataProtection, ServerCompletion, TlsRole } from "@longshore/ftp-session/server";
import { type ActiveConnection, connectActive } from "./active.ts";
import { endOf } from "./address.ts";
import type { ActiveOptions, PassiveOptions } from "./options.ts";
import { listenPassive, type PassiveListener } from "./passive.ts";
import type { Proxies } from "./proxy-connection.ts";
import type { Advertiser } from "./public-address.ts";

/** What a session needs to make data connections. */
export interface DataEnvironment {
  readonly local: HostPort;
  readonly remote: HostPort;
  /** The address of this machine that the control connection came to, where `local` is a proxy's. */
  readonly boundHost?: string;
  readonly proxies?: Proxies | undefined;
  readonly passive: PassiveOptions;
  readonly active: ActiveOptions;
  readonly taken: Set<number>;
  readonly advertise: Advertiser;
  /** Becomes TLS on a connection; the connection is closed where that fails. */
  secure(socket: Socket, role: TlsRole): Promise<Socket | DataFailure>;
  onStranger(host: string): void;
  /** PASV was refused: no address is known that the client could reach. */
  onUnreachable(): void;
}

/** The data connections of one session: at most one listener and one connection at a time. */
export interface DataConnections {
  /** `tellsAddress`: the client is told not only the port. */
  listen(
    family: 4 | 6,
    protection: DataProtection,
    tellsAddress: boolean,
    role: TlsRole,
  ): Promise<ServerCompletion>;
  /** The connection that comes in on the listener, TLS included. */
  accept(): Promise<Socket | DataFailure>;
  /** A connection to the client, TLS included; `receives`: the client will send on it. */
  connect(
    address: HostPort,
    protection: DataProtection,
    role: TlsRole,
    receives: boolean,
  ): Promise<Socket | DataFailure>;
  /** Has the connection that `accept` hands out later, ahead of its transfer: to `address`, or from the listener. */
  establish(
    address: HostPort | undefined,
    protection: DataProtection,
    role: TlsRole,
  ): Promise<ServerCompletion>;
  /** Closes the listener and what came in on it, and gives up connecting. A connection handed out stays. */
  close(): void;
}

export function createDataConnections(environment: DataEnvironment): DataConnections {
  let listener: PassiveListener | undefined;
  /** What the listener brings, handed out once. */
  let incoming: Promise<Socket | DataFailure> | undefined;
  let arrived: Socket | undefined;
  let outgoing: ActiveConnection | undefined;
  /** Counts the calls that make an older listener void. */
  let generation = 0;

  const close = (): void => {
    generation++;
    listener?.close();
    arrived?.destroy();
    outgoing?.close();
    listener = incoming = arrived = outgoing = undefined;
  };

  /** Connects from where the options say, without TLS yet. */
  const dial = (address: HostPort, receives: boolean): ActiveConnection => {
    const { local, active, boundHost = local.host } = environment;
    const { localAddress = boundHost, localPort } = active === false ? {} : active;
    outgoing = connectActive({
      address,
      localHost: localAddress,
      receives,
      ...(localPort === undefined
        ? {}
        : { localPort: localPort === "adjacent" ? local.port - 1 : localPort }),
    });
    return outgoing;
  };

  return {
    async listen(family, protection, tellsAddress, role) {
      close();
      const mine = generation;
      const { local, remote, passive, taken, onStranger, proxies, boundHost = local.host } = environment;
      if (passive === false || family !== local.family) {
        return { type: "data-listen-failed", reason: "unavailable" };
      }
      const host = environment.advertise(local.host, remote.host);
      if (host === undefined && tellsAddress) {
        environment.onUnreachable();
        return { type: "data-listen-failed", reason: "unreachable" };
      }
      const range = passive.ports === undefined ? {} : { ports: passive.ports };
      const opened = await listenPassive({
        host: boundHost,
        ...(passive.allowForeignAddress === true ? {} : { peer: remote.host }),
        proxies,
        taken,
        onStranger,
        ...range,
      });
      if (typeof opened === "string") return { type: "data-listen-failed", reason: opened };
      if (mine !== generation) {
        opened.close();
        return { type: "data-listen-failed", reason: "unavailable" };
      }
      listener = opened;
      incoming = opened.connection.then((socket) => {
        if (socket === undefined || mine !== generation) {
          socket?.destroy();
          return "no-listener";
        }
        arrived = socket;
        // At once: some clients shake hands before they send the command, others after the 150.
        return protection === "private" ? environment.secure(socket, role) : socket;
      });
      return { type: "data-listening", address: { family, host: host ?? local.host, port: opened.port } };
    },
    async accept() {
      const mine = generation;
      const socket = (await incoming) ?? "no-listener";
      if (mine === generation) listener = incoming = arrived = undefined;
      return socket;
    },
    async connect(address, protection, role, receives) {
      const mine = generation;
      const isClear = protection === "clear";
      const socket = await dial(address, receives && isClear).connection;
      const result = typeof socket === "string" || isClear ? socket : await environment.secure(socket, role);
      if (mine === generation) outgoing = undefined;
      return result;
    },
    async establish(address, protection, role) {
      const failed = (reason: DataFailure): ServerCompletion => ({ type: "data-establish-failed", reason });
      if (address === undefined) {
        // Without TLS: it may wait for the 150.
        const socket = await listener?.connection;
        if (socket === undefined) return failed("no-listener");
        return { type: "data-established", address: endOf(socket.remoteAddress, socket.remotePort) };
      }
      const { local, remote, advertise } = environment;
      const told = advertise(local.host, remote.host);
      if (told === undefined) {
        environment.onUnreachable();
        return failed("unreachable");
      }
      close();
      const mine = generation;
      const socket = await dial(address, false).connection;
      if (typeof socket === "string") return failed(socket);
      if (mine !== generation) {
        socket.destroy();
        return failed("no-listener");
      }
      outgoing = undefined;
      arrived = socket;
      const { host, port } = endOf(socket.localAddress, socket.localPort);
      incoming =
        protection === "private" ? environment.secure(socket, role) : Promise.resolve<Socket>(socket);
      return {
        type: "data-established",
        address: { family: address.family, host: host === local.host ? told : host, port },
      };
    },
    close,
  };
}
