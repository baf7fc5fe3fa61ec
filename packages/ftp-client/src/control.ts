import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type HostPort, parseHost, unmapHost } from "@longshore/ftp-address";
import type { ClientEvent } from "@longshore/ftp-session/client";
import { type Dial, dialledEnd, openSocket } from "./dial.ts";
import type { Security } from "./tls.ts";

/** The control connection: bytes out, bytes in, and what becomes of it. */
export interface ControlConnection {
  send(bytes: Uint8Array): void;
  /** Becomes a TLS client on the open connection. */
  startTls(security: Security): void;
  /** Sends what is still to be sent and closes. */
  close(): void;
}

interface ControlOptions {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly family?: 4 | 6;
  readonly dial: Dial | undefined;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly report: (event: ClientEvent) => void;
}

export function openControl(options: ControlOptions): ControlConnection {
  const { onBytes, report, dial } = options;
  const { host, port, localAddress, family } = options;
  const target = { host, port, ...(localAddress === undefined ? {} : { localAddress }) };
  let plain: Socket | undefined;
  let socket: Socket | TLSSocket | undefined;
  let closed = false;
  let handshaking = false;

  const gone = (error?: Error): void => {
    if (closed) return;
    closed = true;
    socket?.destroy();
    plain?.destroy();
    const why = error === undefined ? {} : { message: messageOf(error), cause: error };
    if (handshaking) report({ type: "tls-failed", message: "the server ended the handshake", ...why });
    else report({ type: "disconnected", ...why });
  };

  const giveUp = openSocket({
    make: (signal) =>
      dial === undefined
        ? connect({ ...target, ...(family === undefined ? {} : { family }) })
        : dial({ ...target, signal, purpose: "control" }),
    opened(connection) {
      plain = connection;
      socket = connection;
      plain.setNoDelay(true);
      plain.setKeepAlive(true, 60_000);
      listen(plain);
      const remote = dial === undefined ? endOf(plain, "remote") : dialledEnd(host, port);
      report({ type: "connected", remote, local: endOf(plain, "local") });
    },
    failed: gone,
  });

  function listen(to: Socket): void {
    to.on("data", onBytes);
    to.on("end", () => gone());
    to.on("close", () => gone());
    to.on("error", gone);
    to.resume();
  }

  return {
    send(bytes) {
      if (!closed) socket?.write(bytes);
    },
    startTls(security) {
      if (closed || plain === undefined) return;
      plain.off("data", onBytes);
      handshaking = true;
      const secured = security.startControl(plain);
      socket = secured;
      secured.once("secureConnect", () => {
        handshaking = false;
        report({ type: "tls-started" });
      });
      listen(secured);
    },
    close() {
      if (closed) return;
      closed = true;
      giveUp();
      if (plain === undefined || socket === undefined) return;
      const carrier = plain;
      socket.on("error", ignore);
      socket.end();
      // A server that does not close its side must not keep the process alive.
      const timer = setTimeout(() => carrier.destroy(), 1000);
      carrier.once("close", () => clearTimeout(timer));
      socket.resume();
    },
  };
}

/** One end of an open connection; an IPv4 peer of a dual-stack socket by its IPv4 address. */
export function endOf(socket: Socket, end: "local" | "remote"): HostPort {
  const address = end === "local" ? socket.localAddress : socket.remoteAddress;
  const port = end === "local" ? socket.localPort : socket.remotePort;
  // A link-local address carries its zone, which is no part of it on the wire but is needed to connect.
  const [plain = "", zone] = (address ?? "").split("%");
  const host = unmapHost(plain);
  const family = parseHost(host)?.family ?? 4;
  return { family, host: zone === undefined ? host : `${host}%${zone}`, port: port ?? 0 };
}

/** What Node says; where it tried several addresses of a name, it says it of each. */
function messageOf(error: Error): string {
  const errors: readonly Error[] = error instanceof AggregateError ? error.errors : [];
  return error.message || errors.map(({ message }) => message).join(", ") || error.name;
}

function ignore(): void {}
