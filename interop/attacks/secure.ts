import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { type Control, controlOver } from "../support/control.ts";

/** A certificate for the attacked servers, made once. */
export async function certificate(): Promise<{ readonly cert: string; readonly key: string }> {
  made ??= generate([{ name: "commonName", value: "localhost" }], { keySize: 2048, algorithm: "sha256" });
  const { cert, private: key } = await made;
  return { cert, key };
}

let made: ReturnType<typeof generate> | undefined;

/** A control connection under TLS. */
export interface Secured {
  readonly control: Control;
  readonly tls: TLSSocket;
  /** The TLS session that a data connection resumes, when its ticket has come. */
  ticket(): Promise<Buffer>;
}

/** Sends AUTH TLS, with `behind` in the same segment, and shakes hands. */
export async function openSecured(
  port: number,
  options: { readonly behind?: string; readonly tls?: ConnectionOptions } = {},
): Promise<Secured> {
  const plain = connect(port, "127.0.0.1");
  await once(plain, "connect");
  const before = controlOver(plain);
  await before.reply();
  plain.write(`AUTH TLS\r\n${options.behind ?? ""}`);
  const answer = await before.reply();
  if (!answer.startsWith("234")) throw new Error(`AUTH TLS was refused: ${answer}`);
  plain.removeAllListeners("data");
  return shakeHands(plain, options.tls);
}

/** The client's side of TLS over a connection; rejects when the server refuses. */
export async function shakeHands(plain: Socket, options: ConnectionOptions = {}): Promise<Secured> {
  const tls = connectTls({ socket: plain, rejectUnauthorized: false, ...options });
  const ticket = once(tls, "session").then(([session]) => session as Buffer);
  ticket.catch(() => {});
  await new Promise<void>((resolve, reject) => {
    tls.once("secureConnect", resolve);
    tls.once("error", reject);
    tls.once("close", () => reject(new Error("closed during the handshake")));
  });
  return { control: controlOver(tls), tls, ticket: () => ticket };
}

/** A data connection under TLS, resuming `session` where there is one; answers all that came. */
export async function readSecured(
  port: number,
  session?: Buffer,
  maxVersion: "TLSv1.2" | "TLSv1.3" = "TLSv1.3",
): Promise<string> {
  const data = connectTls({
    ...{ port, host: "127.0.0.1", rejectUnauthorized: false, maxVersion },
    ...(session === undefined ? {} : { session }),
  });
  let text = "";
  data.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  data.on("error", () => {});
  await new Promise((resolve) => data.once("close", resolve));
  return text;
}

/** The port in the reply to EPSV. */
export function portOf(reply: string): number {
  const port = Number(/\|\|\|(\d+)\|/.exec(reply)?.[1]);
  if (!Number.isInteger(port)) throw new Error(`no port: ${reply}`);
  return port;
}
