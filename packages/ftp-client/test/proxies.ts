import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface TestProxy {
  readonly port: number;
  /** What was asked for, as `host:port`, in order. */
  readonly asked: string[];
  close(): void;
}

interface TestProxyOptions {
  /** `user:password`. */
  readonly login?: string;
  /** Wait for the server's first bytes and send them in one piece with the proxy's own answer. */
  readonly glue?: boolean;
  /** What `host:port` leads to; where it says unless told. */
  readonly route?: (target: string) => string | undefined;
}

/** A SOCKS5 server (RFC 1928, 1929), CONNECT alone. */
export async function startSocksProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const { login } = options;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    const step = createReader(socket);
    const serve = async (): Promise<void> => {
      const [, count = 0] = await step(2);
      const methods = await step(count);
      const method = login === undefined ? 0 : 2;
      if (!methods.includes(method)) {
        socket.end(Buffer.from([5, 0xff]));
        return;
      }
      socket.write(Buffer.from([5, method]));
      if (login !== undefined) {
        const [, userLength = 0] = await step(2);
        const user = await step(userLength);
        const [passwordLength = 0] = await step(1);
        const given = `${user}:${await step(passwordLength)}`;
        socket.write(Buffer.from([1, given === login ? 0 : 1]));
        if (given !== login) {
          socket.end();
          return;
        }
      }
      const [, , , kind] = await step(4);
      const name = kind === 3 ? await step((await step(1))[0] ?? 0) : await step(kind === 4 ? 16 : 4);
      const host = kind === 3 ? name.toString() : kind === 4 ? "::1" : name.join(".");
      const target = `${host}:${(await step(2)).readUInt16BE()}`;
      asked.push(target);
      const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
      lead(socket, target, options, reply(0), () => socket.end(reply(5)));
    };
    serve().catch(() => socket.destroy());
  });
  return { port: await listen(server), asked, close: () => server.close() };
}

/** An HTTP proxy that knows CONNECT alone, over TLS where it is given a certificate. */
export async function startHttpProxy(
  options: TestProxyOptions & { readonly tls?: { readonly key: string; readonly cert: string } } = {},
): Promise<TestProxy> {
  const asked: string[] = [];
  const { login, tls } = options;
  const refuse: RequestListener = (_, response) => response.writeHead(405).end();
  const server = tls === undefined ? createHttpServer(refuse) : createHttpsServer(tls, refuse);
  server.on("connect", (request, socket: Duplex) => {
    socket.on("error", () => {});
    const given = /^Basic (.+)$/.exec(request.headers["proxy-authorization"] ?? "")?.[1];
    if (login !== undefined && Buffer.from(given ?? "", "base64").toString() !== login) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
      return;
    }
    const target = request.url ?? "";
    asked.push(target);
    lead(socket, target, options, Buffer.from("HTTP/1.1 200 Connected\r\n\r\n"), () => {
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
  });
  return { port: await listen(server), asked, close: () => server.close() };
}

/** Connects to the target, answers, and passes bytes on in both directions. */
function lead(
  client: Duplex,
  target: string,
  { glue = false, route = (same) => same }: TestProxyOptions,
  answer: Buffer,
  refuse: () => void,
): void {
  const place = route(target);
  if (place === undefined) {
    refuse();
    return;
  }
  const at = place.lastIndexOf(":");
  const upstream = connect(Number(place.slice(at + 1)), place.slice(0, at).replace(/^\[|\]$/g, ""));
  const join = (first: Buffer): void => {
    client.write(first);
    client.pipe(upstream);
    upstream.pipe(client);
  };
  upstream.once("connect", () => {
    if (glue) upstream.once("data", (chunk: Buffer) => join(Buffer.concat([answer, chunk])));
    else join(answer);
  });
  upstream.once("error", () => {
    if (!client.destroyed) refuse();
  });
  upstream.on("close", () => client.destroy());
  client.on("close", () => upstream.destroy());
}

/** Reads so many bytes at a time. */
function createReader(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      const bytes: unknown = count === 0 ? Buffer.alloc(0) : socket.read(count);
      if (bytes instanceof Buffer) return bytes;
      if (socket.destroyed || socket.readableEnded) throw new Error("the client has gone");
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          socket.off("readable", wake).off("close", wake).off("end", wake);
          resolve();
        };
        socket.once("readable", wake).once("close", wake).once("end", wake);
      });
    }
  };
}

function listen(server: Pick<Server, "listen" | "once" | "address">): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
