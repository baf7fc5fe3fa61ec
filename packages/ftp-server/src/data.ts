import type { Socket } from "node:net";
import type { HostPort } from "@longshore/ftp-address";
import type { DataFailure, DataProtection, ServerCompletion, TlsRole } from "@longshore/ftp-session/server";
import { type ActiveConnection, connectActive } from "./active.ts";
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
      const { local, active, boundHost = local.host } = environment;
      const { localAddress = boundHost, localPort } = active === false ? {} : active;
      const isClear = protection === "clear";
      const attempt = connectActive({
        address,
        localHost: localAddress,
        receives: receives && isClear,
        ...(localPort === undefined
          ? {}
          : { localPort: localPort === "adjacent" ? local.port - 1 : localPort }),
      });
      outgoing = attempt;
      const socket = await attempt.connection;
      const result = typeof socket === "string" || isClear ? socket : await environment.secure(socket, role);
      if (mine === generation) outgoing = undefined;
      return result;
    },
    close,
  };
}
