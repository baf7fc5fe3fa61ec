import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** A client that knows nothing: lines out, replies in, data connections by hand. */
export interface RawClient {
  socket: Socket;
  /** The next reply, its lines joined by LF. Rejects when the connection ends before one. */
  reply(): Promise<string>;
  /** Sends a line and gives the next reply. */
  command(line: string): Promise<string>;
  code(line: string): Promise<number>;
  write(bytes: string | Uint8Array): void;
  login(user?: string, password?: string): Promise<void>;
  /** EPSV, and the connection to it. */
  passive(): Promise<Socket>;
  /** The port that EPSV gives. */
  passivePort(): Promise<number>;
  /** RETR, LIST and the like: the 150, the content, the final reply. */
  get(line: string): Promise<{ opening: string; content: string; final: string }>;
  put(line: string, content: string | Uint8Array): Promise<{ opening: string; final: string }>;
  /** Goes on over this connection, TLS over the first one. */
  adopt(socket: Socket): void;
  close(): void;
}

export async function openClient(
  port: number,
  options: { host?: string; implicitTls?: boolean } = {},
): Promise<RawClient> {
  const host = options.host ?? "127.0.0.1";
  let buffer = "";
  let isEnded = false;
  let wake = (): void => {};

  const listen = (socket: Socket): void => {
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => {
      buffer += text;
      wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      isEnded = true;
      wake();
    });
  };
  const plain = connect({ host, port });
  const client: RawClient = {
    socket: plain,
    async reply() {
      for (;;) {
        const match = /^(\d{3}) .*\r\n|^(\d{3})-[\s\S]*?\r\n\2 .*\r\n/.exec(buffer);
        if (match !== null) {
          buffer = buffer.slice(match[0].length);
          return match[0].trimEnd().replaceAll("\r\n", "\n");
        }
        if (isEnded) throw new Error(`the connection ended; left: ${JSON.stringify(buffer)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async command(line) {
      client.write(`${line}\r\n`);
      return client.reply();
    },
    code: async (line) => Number((await client.command(line)).slice(0, 3)),
    write: (bytes) => void client.socket.write(bytes),
    async login(user = "tester", password = "secret") {
      await client.command(`USER ${user}`);
      const answer = await client.command(`PASS ${password}`);
      if (!answer.startsWith("230")) throw new Error(answer);
    },
    async passivePort() {
      const answer = await client.command("EPSV");
      const digits = /\|\|\|(\d+)\|/.exec(answer)?.[1];
      if (digits === undefined) throw new Error(answer);
      return Number(digits);
    },
    async passive() {
      const data = connect({ host, port: await client.passivePort() });
      data.on("error", () => {});
      await once(data, "connect");
      return data;
    },
    async get(line) {
      const data = await client.passive();
      const content = readAll(data).catch((error: Error) => `${error}`);
      const opening = await client.command(line);
      if (!opening.startsWith("1")) {
        data.destroy();
        return { opening, content: "", final: opening };
      }
      return { opening, final: await client.reply(), content: await content };
    },
    async put(line, content) {
      const data = await client.passive();
      const opening = await client.command(line);
      if (!opening.startsWith("1")) {
        data.destroy();
        return { opening, final: opening };
      }
      data.end(content);
      return { opening, final: await client.reply() };
    },
    adopt(socket) {
      client.socket = socket;
      listen(socket);
    },
    close: () => client.socket.destroy(),
  };
  await once(plain, "connect");
  if (options.implicitTls === true) {
    client.socket = connectTls({ socket: plain, rejectUnauthorized: false });
    await once(client.socket, "secureConnect");
  }
  listen(client.socket);
  await client.reply();
  return client;
}

export async function readAll(socket: Socket): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of socket) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
