import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContext, type SecureVersion, TLSSocket } from "node:tls";

export const certificate: string = readFileSync(new URL("./fixtures/cert.pem", import.meta.url), "utf8");
const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");

/** A server that does what a test writes down, in any order and any cutting, and checks what it is sent. */
export interface ScriptedServer {
  readonly port: number;
  /** Command lines of all connections, in order. */
  readonly lines: string[];
  /** Throws what went wrong in a script. */
  close(): Promise<void>;
}

export interface Peer {
  /** Sends text as it is, in pieces of `piece` characters with a turn of the event loop between them. */
  send(text: string, piece?: number): Promise<void>;
  /** The next command line. */
  line(): Promise<string>;
  /** The next line must begin with `verb`; then `replies` are sent in one segment. Gives the line's argument. */
  expect(verb: string, ...replies: string[]): Promise<string>;
  /** Greets, takes USER and PASS, and answers FEAT with `features`. */
  welcome(...features: string[]): Promise<void>;
  /** Answers EPSV (or PASV) with a listener of its own and gives the connection that comes. */
  passive(verb?: "EPSV" | "PASV"): Promise<{ readonly port: number; readonly socket: Promise<Socket> }>;
  /** The same without the answer, which is the caller's to send. */
  listening(
    verb: "EPSV" | "PASV",
  ): Promise<{ readonly port: number; readonly socket: Promise<Socket>; readonly reply: string }>;
  /** A listener, whatever was asked. */
  open(): Promise<{ readonly port: number; readonly socket: Promise<Socket> }>;
  /** TYPE, EPSV and the transfer command with its replies; gives the data connection. */
  transfer(verb: string, ...replies: string[]): Promise<Socket>;
  /** RNFR and RNTO: an upload takes its name. */
  renamed(): Promise<void>;
  /** Becomes a TLS server on the control connection, of `version` alone where that is given. */
  secure(version?: SecureVersion): Promise<TLSSocket>;
  /** Fingerprint of the certificate that the client showed. */
  certificate(): string | undefined;
  /** The same on a data connection, with the tickets of the control connection. */
  secureData(socket: Socket): Promise<TLSSocket>;
  /** Connects to where the last PORT or EPRT said. */
  connection(): Socket;
  pause(milliseconds: number): Promise<void>;
  end(): void;
  reset(): void;
}

export async function startScripted(...scripts: ((peer: Peer) => Promise<void>)[]): Promise<ScriptedServer> {
  const lines: string[] = [];
  const failures: unknown[] = [];
  const running: Promise<void>[] = [];
  const open = new Set<{ destroy(): void }>();
  let next = 0;
  const server = createServer((socket) => {
    const script = scripts[Math.min(next++, scripts.length - 1)];
    open.add(socket);
    socket.on("error", () => {});
    if (script === undefined) return;
    running.push(
      script(createPeer(socket, lines, open)).catch((error: unknown) => {
        if (error !== gone) failures.push(error);
        socket.destroy();
      }),
    );
  });
  const port = await listen(server);
  return {
    port,
    lines,
    async close() {
      server.close();
      const stop = setTimeout(() => {
        for (const each of open) each.destroy();
      }, 2000);
      await Promise.all(running);
      clearTimeout(stop);
      for (const each of open) each.destroy();
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Clients may show a certificate; none is asked to. */
const asking = { requestCert: true, rejectUnauthorized: false } as const;

/** The client has gone: the script ends. */
const gone = new Error("the client has gone");

function createPeer(plain: Socket, lines: string[], open: Set<{ destroy(): void }>): Peer {
  let socket: Socket = plain;
  let context: SecureContext | undefined;
  let held = "";
  let isGone = false;
  const waiting: (() => void)[] = [];
  const onData = (bytes: Uint8Array): void => {
    held += Buffer.from(bytes).toString("latin1");
    for (const wake of waiting.splice(0)) wake();
  };
  const onGone = (): void => {
    isGone = true;
    for (const wake of waiting.splice(0)) wake();
  };
  const follow = (to: Socket): void => {
    to.on("data", onData);
    to.on("close", onGone);
    to.on("error", onGone);
  };
  follow(plain);

  const peer: Peer = {
    async send(text, piece = text.length) {
      plain.setNoDelay(true);
      for (let at = 0; at < text.length; at += piece) {
        socket.write(Buffer.from(text.slice(at, at + piece), "latin1"));
        if (at + piece < text.length) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async line() {
      for (;;) {
        const end = held.indexOf("\r\n");
        if (end >= 0) {
          const line = held.slice(0, end);
          held = held.slice(end + 2);
          lines.push(line);
          return line;
        }
        if (isGone) throw gone;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    async expect(verb, ...replies) {
      const line = await peer.line();
      if (line !== verb && !line.startsWith(`${verb} `))
        throw new Error(`${verb} was expected and ${line} came`);
      if (replies.length > 0) await peer.send(replies.map((reply) => `${reply}\r\n`).join(""));
      return line.slice(verb.length + 1);
    },
    async welcome(...features) {
      await peer.send("220 Scripted.\r\n");
      await peer.expect("USER", "331 Password.");
      await peer.expect("PASS", "230 In.");
      const listed = features.map((feature) => ` ${feature}\r\n`).join("");
      await peer.expect("FEAT", `211-Features:\r\n${listed}211 End`);
      if (features.includes("UTF8")) await peer.expect("OPTS UTF8", "200 Ok.");
    },
    async passive(verb = "EPSV") {
      const { reply, ...opened } = await peer.listening(verb);
      await peer.send(reply);
      return opened;
    },
    async listening(verb) {
      const { port, socket } = await peer.open();
      const numbers = `127,0,0,1,${port >> 8},${port & 255}`;
      await peer.expect(verb);
      const reply = verb === "EPSV" ? `229 Extended (|||${port}|)\r\n` : `227 Passive (${numbers})\r\n`;
      return { port, socket, reply };
    },
    async open() {
      const listener = createServer();
      open.add({ destroy: () => listener.close() });
      const port = await listen(listener);
      const accepted = new Promise<Socket>((resolve) => {
        listener.once("connection", (data: Socket) => {
          listener.close();
          open.add(data);
          data.on("error", () => {});
          data.setNoDelay(true);
          resolve(data);
        });
      });
      return { port, socket: accepted };
    },
    async transfer(verb, ...replies) {
      const { socket: data } = await peer.passive();
      await peer.expect(verb, ...replies);
      return data;
    },
    async renamed() {
      await peer.expect("RNFR", "350 Go on.");
      await peer.expect("RNTO", "250 Done.");
    },
    secure(version) {
      plain.off("data", onData);
      context = createSecureContext({
        key,
        cert: certificate,
        sessionIdContext: "scripted",
        ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
      });
      context.context.setTicketKeys?.(randomBytes(48));
      const secured = new TLSSocket(plain, { isServer: true, secureContext: context, ...asking });
      socket = secured;
      follow(secured);
      return handshake(secured);
    },
    secureData(data) {
      if (context === undefined) throw new Error("the control connection is not secured");
      return handshake(new TLSSocket(data, { isServer: true, secureContext: context, ...asking }));
    },
    certificate: () => (socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : undefined),
    connection: () => socket,
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    end: () => socket.end(),
    reset: () => plain.resetAndDestroy(),
  };
  return peer;
}

function handshake(secured: TLSSocket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    secured.once("secure", () => resolve(secured));
    secured.once("error", reject);
    secured.once("close", () => reject(gone));
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

/** Everything that comes on a connection until it ends. */
export async function received(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
