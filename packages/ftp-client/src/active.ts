import { createServer, type Server } from "node:net";
import { type HostPort, parseHost } from "@longshore/ftp-address";
import { endOf } from "./control.ts";
import { createDataConnection, type DataConnection, type DataOptions } from "./data.ts";
import type { ActiveOptions } from "./options.ts";

interface ListenOptions extends Omit<DataOptions, "cancel"> {
  readonly active: ActiveOptions;
  /** This side of the control connection: data connections come in on the same address. */
  readonly local: HostPort;
  /** The server's address: whoever else connects is dropped. */
  readonly remote: HostPort;
}

/** Listens for the server's data connection (PORT, EPRT): RFC 959 §4.1.2, RFC 2428 §2. */
export function listenActive(options: ListenOptions): DataConnection {
  const { active, local, remote, transfer, report } = options;
  const server = createServer({ pauseOnConnect: true });
  const data = createDataConnection({ ...options, cancel: () => server.close() });

  server.on("connection", (socket) => {
    if (endOf(socket, "remote").host !== remote.host) {
      socket.destroy();
      return;
    }
    server.close();
    data.opened(socket);
  });
  listenInRange(server, local.host, active.ports ?? [0, 0], (error) => {
    const address = server.address();
    const told = parseHost(active.address ?? local.host);
    if (
      error === undefined &&
      typeof address === "object" &&
      address !== null &&
      told?.family === local.family
    ) {
      report({ type: "data-listening", transfer, address: { ...told, port: address.port } });
      return;
    }
    server.close();
    const why =
      error?.message ?? `${active.address ?? local.host} is no IPv${local.family} address to be told`;
    report({ type: "data-listen-failed", transfer, message: `cannot listen: ${why}` });
  });
  return data;
}

/** Listens on the first free port of the range, begun anywhere in it so that the same is not taken again and again. */
function listenInRange(
  server: Server,
  host: string,
  [first, last]: readonly [number, number],
  done: (error?: Error) => void,
): void {
  const count = Math.max(1, last - first + 1);
  let tries = 0;
  let next = Math.floor(Math.random() * count);
  const attempt = (): void => {
    server.listen(first + next, host);
  };
  server.on("error", (error: NodeJS.ErrnoException) => {
    tries++;
    next = (next + 1) % count;
    if (error.code === "EADDRINUSE" && tries < count) attempt();
    else done(error);
  });
  server.once("listening", () => done());
  attempt();
}
