import { connect, createServer, type Server, type Socket } from "node:net";
import { formatPort, parseEprt, parsePort } from "@longshore/ftp-address";
import { FtpError } from "@longshore/ftp-session/client";
import type { RecordedEvent } from "./text.ts";

type DataEvent = Exclude<RecordedEvent, { readonly type: "client" | "server" }>;

/** The data connections of a replayed session, one after the other. */
export interface ReplayedData {
  /** The client said this: where it listens, perhaps. */
  command(line: string): void;
  /**
   * The line to say in place of a recorded one: a new address for EPSV and PASV. Nobody listens there when the
   * recorded client got no connection (`isOpened`).
   */
  address(line: string, said: string, isOpened: boolean): Promise<string>;
  /** What came otherwise than it was recorded. */
  play(event: DataEvent): Promise<string | undefined>;
  close(): void;
}

export function createReplayedData(open: Set<{ destroy(): void }>): ReplayedData {
  let listener: Server | undefined;
  let accepted: Promise<Socket> | undefined;
  let target: { readonly host: string; readonly port: number } | undefined;
  let socket: Socket | undefined;
  let received = 0;
  let expected: number | undefined;

  const take = (connection: Socket): Socket => {
    connection.on("error", () => {});
    connection.on("data", (bytes: Uint8Array) => {
      received += bytes.length;
    });
    open.add(connection);
    return connection;
  };

  const offer = async (isOpened: boolean): Promise<number> => {
    listener?.close();
    const server = createServer();
    listener = server;
    accepted = new Promise((resolve) => {
      server.once("connection", (connection: Socket) => {
        server.close();
        resolve(take(connection));
      });
    });
    const port = await listen(server);
    if (!isOpened) server.close();
    return port;
  };

  const end = async (
    how: Extract<DataEvent, { readonly type: "end" }>["how"],
  ): Promise<string | undefined> => {
    const connection = socket;
    socket = undefined;
    if (connection === undefined) return undefined;
    if (how === "broken") connection.resetAndDestroy();
    if (how !== "complete") return undefined;
    if (expected === undefined) {
      connection.end();
      return undefined;
    }
    if (!connection.readableEnded && !connection.destroyed) {
      await new Promise<void>((resolve) => {
        connection.once("end", resolve).once("close", resolve);
      });
    }
    return received === expected ? undefined : `an upload of ${received} bytes in place of ${expected}`;
  };

  return {
    command(line) {
      const [verb = "", argument = ""] = line.split(" ");
      const result =
        verb.toUpperCase() === "PORT"
          ? parsePort(argument)
          : verb.toUpperCase() === "EPRT"
            ? parseEprt(argument)
            : undefined;
      if (result?.ok === true) target = result;
    },
    async address(line, said, isOpened) {
      const verb = said.toUpperCase();
      if (verb !== "EPSV" && verb !== "PASV") return line;
      if (!line.startsWith("229 ") && !line.startsWith("227 ")) return line;
      target = undefined;
      const port = await offer(isOpened);
      if (line.startsWith("229 ")) return line.replace(/\(.*\)/, `(|||${port}|)`);
      return line.replace(/\d+(\s*,\s*\d+){5}/, formatPort({ host: "127.0.0.1", port }));
    },
    async play(event) {
      switch (event.type) {
        case "open":
          received = 0;
          expected = undefined;
          if (target === undefined) socket = await accepted;
          else {
            socket = take(connect({ host: target.host, port: target.port }));
            target = undefined;
          }
          if (socket === undefined)
            throw new FtpError("bad-argument", "a data connection opens before it was asked for");
          return undefined;
        case "received":
          socket?.write(event.bytes);
          return undefined;
        case "skipped":
          for (let left = event.count; left > 0; left -= nothing.length)
            socket?.write(nothing.subarray(0, Math.min(left, nothing.length)));
          return undefined;
        case "sent":
          expected = event.count;
          return undefined;
        default:
          return end(event.how);
      }
    },
    close() {
      listener?.close();
      socket?.destroy();
    },
  };
}

/** In place of what was not kept. */
const nothing = new Uint8Array(1 << 16);

/** Listens on a free port of loopback. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
