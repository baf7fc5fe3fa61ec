import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** How a connection comes to its end: closed in an orderly way, silent from then on, or reset. */
export type Fault = "drop" | "stall" | "reset";

/** When a fault strikes a connection; bytes are those of one direction. */
export type Strike =
  /** Before anything passes. */
  | { readonly at: "open" }
  /** With the next bytes of the server, of which half still pass. */
  | { readonly at: "next-from-server" }
  /** Once so many bytes have passed from either side. */
  | { readonly at: "bytes"; readonly count: number };

/**
 * A bad network between an FTP client and a server at 127.0.0.1: it stands at an address of its own with the control
 * port and every passive port of the server, so that it need not read what the two say, and TLS passes.
 */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Sets a trap: one strike, on the control connection or on the next data connection. */
  arm(channel: "control" | "data", strike: Strike, fault: Fault): void;
  /** Whether it has struck. */
  readonly hasStruck: boolean;
  close(): void;
}

export interface FaultProxyOptions {
  /** A loopback address that no other proxy has. */
  readonly host: string;
  /** The server's control port and its passive ports. */
  readonly port: number;
  readonly passivePorts: readonly [first: number, last: number];
}

export async function openFaultProxy({ host, port, passivePorts }: FaultProxyOptions): Promise<FaultProxy> {
  let armed: { readonly channel: string; readonly strike: Strike; readonly fault: Fault } | undefined;
  let hasStruck = false;
  const sockets = new Set<Socket>();
  const servers: Server[] = [];

  const strike = (near: Socket, far: Socket, fault: Fault): void => {
    hasStruck = true;
    armed = undefined;
    for (const socket of [near, far]) {
      socket.removeAllListeners("data");
      if (fault === "stall") socket.pause();
      else if (fault === "reset") socket.resetAndDestroy();
      else socket.end();
    }
  };

  const relay = (channel: "control" | "data", near: Socket, to: number): void => {
    const trap = (at: Strike["at"]): Strike | undefined =>
      armed?.channel === channel && armed.strike.at === at ? armed.strike : undefined;
    const far = connect(to, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    if (armed !== undefined && trap("open") !== undefined) {
      strike(near, far, armed.fault);
      return;
    }
    let struck = false;
    const pass = (from: Socket, into: Socket): void => {
      let passed = 0;
      from.on("data", (bytes: Uint8Array) => {
        const count = trap("bytes");
        const isDue = count?.at === "bytes" && passed + bytes.length > count.count;
        if (armed !== undefined && (isDue || (from === far && trap("next-from-server") !== undefined))) {
          const rest = isDue ? Math.max(0, count.count - passed) : bytes.length >> 1;
          struck = true;
          const { fault } = armed;
          hasStruck = true;
          armed = undefined;
          // What passes last has to be out before a reset, which would take it back.
          into.write(bytes.subarray(0, rest), () => setTimeout(() => strike(near, far, fault), 5));
          from.pause();
          from.removeAllListeners("data");
          return;
        }
        passed += bytes.length;
        if (!into.write(bytes)) {
          from.pause();
          into.once("drain", () => from.resume());
        }
      });
      from.on("end", () => {
        if (!struck) into.end();
      });
      from.on("close", () => {
        if (!struck) into.destroySoon();
      });
    };
    pass(near, far);
    pass(far, near);
  };

  const listen = async (channel: "control" | "data", at: number, to: number): Promise<number> => {
    const server = createServer({ allowHalfOpen: true }, (socket) => relay(channel, socket, to));
    servers.push(server);
    server.listen(at, host);
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };

  const own = await listen("control", 0, port);
  for (let each = passivePorts[0]; each <= passivePorts[1]; each++) await listen("data", each, each);
  return {
    host,
    port: own,
    arm(channel, when, fault) {
      armed = { channel, strike: when, fault };
    },
    get hasStruck() {
      return hasStruck;
    },
    close() {
      for (const server of servers) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
