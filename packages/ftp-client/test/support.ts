import { FtpClient, type FtpClientOptions, FtpError } from "@longshore/ftp-client";
import { afterEach } from "vitest";
import { type Peer, type ScriptedServer, startScripted } from "./scripted-server.ts";

export interface Stage {
  /** A client that is logged in at a server which then runs `script`. */
  connect(
    script: (peer: Peer) => Promise<void>,
    options?: Partial<FtpClientOptions>,
    features?: readonly string[],
  ): Promise<FtpClient>;
  /** The same without a welcome: the script greets. */
  dial(script: (peer: Peer) => Promise<void>, options?: Partial<FtpClientOptions>): Promise<FtpClient>;
  readonly server: ScriptedServer;
}

/** Sets servers and clients up for one test file, and takes them down after each test. */
export function createStage(): Stage {
  let server: ScriptedServer | undefined;
  let clients: FtpClient[] = [];
  afterEach(async () => {
    for (const client of clients) client.destroy();
    clients = [];
    const closing = server;
    server = undefined;
    await closing?.close();
  });
  const dial: Stage["dial"] = async (script, options = {}) => {
    server = await startScripted(script);
    const client = await FtpClient.connect({
      host: "127.0.0.1",
      port: server.port,
      user: "ann",
      password: "wonderland",
      ...options,
    });
    clients.push(client);
    return client;
  };
  return {
    dial,
    connect: (script, options, features = []) =>
      dial(async (peer) => {
        await peer.welcome(...features);
        await script(peer);
      }, options),
    get server() {
      if (server === undefined) throw new Error("no server was started");
      return server;
    },
  };
}

/** The error of something that must fail. */
export async function failure(work: Promise<unknown>): Promise<FtpError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!FtpError.isInstance(error)) throw new Error(`no FtpError but ${String(error)}`);
  return error;
}
