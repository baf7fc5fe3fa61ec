import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";

/** A client whose TLS stands beside its socket, so that it can be taken off. */
export interface LayeredClient {
  reply(): Promise<string>;
  command(line: string): Promise<string>;
  code(line: string): Promise<number>;
  /** Shakes hands; AUTH was answered. */
  startTls(options?: ConnectionOptions): Promise<void>;
  /**
   * Waits for the server's close_notify, and is in clear then. `answer`: what goes out with the client's own
   * close_notify, in one piece; `"none"`: no close_notify at all.
   */
  stopTls(answer?: { readonly behind: string } | "none"): Promise<void>;
  readonly socket: Socket;
}

export async function openLayered(port: number): Promise<LayeredClient> {
  const plain = connect(port, "127.0.0.1");
  let buffer = "";
  let wire: Duplex | undefined;
  let secure: TLSSocket | undefined;
  let wake = (): void => {};
  let isClosed = false;
  let isHolding = false;
  let held: Buffer = Buffer.alloc(0);
  const hear = (bytes: Uint8Array): void => {
    buffer += Buffer.from(bytes).toString();
    wake();
  };
  plain.on("data", (bytes: Buffer) => (wire === undefined ? hear(bytes) : wire.push(bytes)));
  plain.on("error", () => {});
  plain.on("close", () => {
    isClosed = true;
    wake();
  });
  const client: LayeredClient = {
    socket: plain,
    async reply() {
      for (;;) {
        const match = /^(\d{3}) .*\r\n|^(\d{3})-[\s\S]*?\r\n\2 .*\r\n/.exec(buffer);
        if (match !== null) {
          buffer = buffer.slice(match[0].length);
          return match[0].trimEnd();
        }
        if (isClosed) throw new Error(`the connection ended; left: ${JSON.stringify(buffer)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async command(line) {
      (secure ?? plain).write(`${line}\r\n`);
      return client.reply();
    },
    code: async (line) => Number((await client.command(line)).slice(0, 3)),
    async startTls(options = {}) {
      wire = new Duplex({
        read() {},
        write(chunk: Buffer, _, done) {
          if (isHolding) {
            held = Buffer.concat([held, chunk]);
            done();
          } else plain.write(chunk, done);
        },
      });
      secure = connectTls({ rejectUnauthorized: false, ...options, socket: wire as Socket });
      secure.on("error", () => {});
      secure.on("data", hear);
      await once(secure, "secureConnect");
    },
    async stopTls(answer = { behind: "" }) {
      if (secure === undefined) return;
      isHolding = true;
      held = Buffer.alloc(0);
      if (!secure.readableEnded) await once(secure, "end");
      if (answer !== "none") {
        secure.end();
        while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      secure.destroy();
      wire = secure = undefined;
      isHolding = false;
      if (answer !== "none") plain.write(Buffer.concat([held, Buffer.from(answer.behind)]));
    },
  };
  await once(plain, "connect");
  await client.reply();
  return client;
}
