import { createMemoryStore } from "@longshore/file-store-memory";
import {
  createFtpServer,
  type FtpServer,
  type FtpServerEvent,
  type FtpServerOptions,
} from "@longshore/ftp-server";
import { generate } from "selfsigned";
import { afterEach } from "vitest";
import { openClient, type RawClient } from "./client.ts";

export const files: Readonly<Record<string, string>> = {
  "/a.txt": "hello\nworld\n",
  "/empty.txt": "",
  "/dir/b.txt": "b",
  "/dir/name with spaces.txt": "s",
  "/nothing/": "",
};

/** `secret`, hashed so that it costs next to nothing to check. */
export const secret: string =
  "scrypt$2$8$1$c2FsdHNhbHRzYWx0c2FsdA==$C8Qfv4ojkS3eByZQsYeoSBBZRVMgZQqg/YbXEBfUu70=";

export interface Running {
  readonly server: FtpServer;
  readonly port: number;
  readonly events: FtpServerEvent[];
  /** What the server was made with. */
  readonly options: FtpServerOptions;
  /** A client that has been greeted, and logged in unless told. */
  client(options?: { login?: boolean; implicitTls?: boolean }): Promise<RawClient>;
}

const running: { server: FtpServer; clients: RawClient[] }[] = [];

/** Every server of a test is closed after it, and has to close. */
afterEach(async () => {
  for (const { server, clients } of running.splice(0)) {
    for (const client of clients) client.close();
    await server.close();
  }
});

/** A server over memory with the user `tester`, who may write. */
export async function start(options: Partial<FtpServerOptions> = {}): Promise<Running> {
  const events: FtpServerEvent[] = [];
  const all: FtpServerOptions = {
    store: createMemoryStore({ files }),
    users: [{ name: "tester", password: secret, permission: "rw" }],
    onEvent: (event) => events.push(event),
    ...options,
    limits: { failureDelay: 0, ...options.limits },
  };
  const server = createFtpServer(all);
  const { port } = await server.listen();
  const clients: RawClient[] = [];
  running.push({ server, clients });
  return {
    server,
    port,
    events,
    options: all,
    async client({ login = true, ...how } = {}) {
      const client = await openClient(port, how);
      clients.push(client);
      if (login) await client.login();
      return client;
    },
  };
}

/** Waits until `condition` holds; a test that waits in vain ends by its timeout. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const made = await generate([{ name: "commonName", value: "localhost" }]);

/** A certificate for localhost, made once. */
export function certificate(): { cert: string; key: string } {
  return { cert: made.cert, key: made.private };
}
