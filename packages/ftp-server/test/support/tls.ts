import { once } from "node:events";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import type { RawClient } from "./client.ts";

/** A certificate for these names, with its key. */
export async function certificateFor(...names: string[]): Promise<{ cert: string; key: string }> {
  const made = await generate([{ name: "commonName", value: names[0] ?? "localhost" }], {
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) }],
  });
  return { cert: made.cert, key: made.private };
}

/** The client's TLS, after AUTH where that is still to be sent. */
export async function secure(client: RawClient, options: ConnectionOptions = {}): Promise<TLSSocket> {
  if ((await client.code("AUTH TLS")) !== 234) throw new Error("AUTH TLS was refused");
  client.socket.removeAllListeners("data");
  const socket = connectTls({ rejectUnauthorized: false, ...options, socket: client.socket });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  client.adopt(socket);
  return socket;
}

/** Whether the server lets the handshake, and a NOOP behind it, succeed. */
export async function isWelcome(client: RawClient, options: ConnectionOptions = {}): Promise<boolean> {
  try {
    await secure(client, options);
    return (await client.code("NOOP")) === 200;
  } catch {
    return false;
  }
}
