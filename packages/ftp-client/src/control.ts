import { connect, isIP, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type HostPort, parseHost, unmapHost } from "@longshore/ftp-address";
import { createTlsLayer, type TlsLayer } from "@longshore/ftp-data";
import { type ClientEvent, FtpError } from "@longshore/ftp-session/client";
import { type Dial, dialledEnd, openSocket } from "./dial.ts";
import type { Security } from "./tls.ts";

/** The control connection: bytes out, bytes in, and what becomes of it. */
export interface ControlConnection {
  /** `isFollowed`: more comes at once, and goes out with it. */
  send(bytes: Uint8Array, isFollowed: boolean): void;
  /** Becomes a TLS client on the open connection. */
  startTls(security: Security): void;
  /** Takes TLS off again (CCC, RFC 4217 §12.3). */
  stopTls(): void;
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
  const own = isIP(host);
  // Node.js would connect all the same.
  if (family !== undefined && own !== 0 && own !== family)
    throw new FtpError("bad-argument", `${host} is an address of IPv${own} and not of IPv${family}`);
  const target = { host, port, ...(localAddress === undefined ? {} : { localAddress }) };
  let plain: Socket | undefined;
  let socket: Socket | TLSSocket | undefined;
  /** TLS that can be taken off again. */
  let layer: TlsLayer | undefined;
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

  const left = (): void => gone();

  const giveUp = openSocket({
    make: (signal) =>
      dial === undefined
        ? connect({ ...target, ...(family === undefined ? {} : { family }) })
        : dial({ ...target, signal: signal(), purpose: "control" }),
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
    to.on("end", left);
    to.on("close", left);
    to.on("error", gone);
    to.resume();
  }

  /** TLS on `carrier`; in a layer of its own where it has to come off again. */
  function secureOver(carrier: Socket, security: Security): TLSSocket {
    if (!security.isCleared) return security.startControl(carrier);
    const made = createTlsLayer(carrier, (wire) => ({ socket: security.startControl(wire) }), {
      stepwise: true,
    });
    layer = made;
    carrier.on("data", made.push);
    carrier.once("close", made.destroy);
    return made.socket;
  }

  return {
    send(bytes, isFollowed) {
      if (closed || socket === undefined) return;
      if (isFollowed && socket.writableCorked === 0) socket.cork();
      socket.write(bytes);
      if (!isFollowed && socket.writableCorked > 0) socket.uncork();
    },
    startTls(security) {
      if (closed || plain === undefined) return;
      plain.off("data", onBytes);
      handshaking = true;
      const secured = secureOver(plain, security);
      socket = secured;
      secured.once("secureConnect", () => {
        handshaking = false;
        report({ type: "tls-started" });
      });
      listen(secured);
    },
    stopTls() {
      if (closed || plain === undefined || socket === undefined || layer === undefined) return;
      const [carrier, secured, { push, stop }] = [plain, socket, layer];
      // That TLS ends is what is wanted; what still comes in it is not, and goes where all bytes go.
      secured.off("end", left);
      secured.off("close", left);
      void stop().then((rest) => {
        if (closed || rest === undefined) return;
        carrier.off("data", push);
        carrier.on("data", onBytes);
        socket = carrier;
        report({ type: "tls-stopped", clearBytes: rest.length });
        carrier.resume();
      });
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
