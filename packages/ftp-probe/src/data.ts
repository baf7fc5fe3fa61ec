import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type HostPort, parseEpsvReply, parsePasvReply, unmapHost } from "@longshore/ftp-address";
import { formatReply } from "@longshore/ftp-reply";
import { type Answer, shown } from "./answer.ts";
import { ProbeError } from "./error.ts";
import type { ProbeLimits } from "./options.ts";
import type { Visit } from "./visit.ts";
import { connected, type Wire } from "./wire.ts";

/** What came over a data connection. */
export interface Flow {
  readonly bytes: Uint8Array;
  /** `cut`: more came than is read, and this side closed; `error`: reset, or no TLS; `silent`: it stayed open. */
  readonly ended: "end" | "cut" | "error" | "silent";
  /** Over TLS, whether the handshake resumed the session that was offered. */
  readonly isResumed: boolean;
}

/** An open data connection. */
export interface DataConnection {
  /**
   * Starts TLS where the session has it, and nothing else; once, later calls do nothing. After the 150, as most clients do:
   * some servers are not ready before (pyftpdlib).
   */
  begin(): void;
  /** Reads until its end, as much as the limits allow, once it has begun. */
  read(): Promise<Flow>;
  /** Sends this and ends the connection, once it has begun. */
  send(bytes: Uint8Array): void;
  /** Sends this and breaks the connection off. */
  breakOff(bytes: Uint8Array): void;
  close(): void;
}

/** Which TLS session a data connection offers to resume; the control connection's unless told. */
export type Resume = "offer" | "none";

/** The port that EPSV or PASV tells, by whichever the server has. Only the port is taken: the host is the server. */
export async function passivePort(
  wire: Wire,
  verbs: readonly ("EPSV" | "PASV")[] = ["EPSV", "PASV"],
): Promise<number> {
  let answer: Answer | undefined;
  for (const verb of verbs) {
    if (verb === "PASV" && wire.remote.family === 6) continue;
    answer = await wire.ask(verb);
    const port = portIn(answer);
    if (port !== undefined) return port;
  }
  throw new ProbeError(
    "refused",
    `no passive port: ${answer === undefined ? "PASV has no IPv6" : shown(answer)}`,
  );
}

/** The address in a 227, or the port in a 229. */
export function passiveTarget(answer: Answer): (Partial<HostPort> & { readonly port: number }) | undefined {
  const { final } = answer;
  if (final?.code === 227) {
    const parsed = parsePasvReply(lastLine(final));
    return parsed.ok ? parsed : undefined;
  }
  if (final?.code === 229) {
    const parsed = parseEpsvReply(lastLine(final));
    return parsed.ok ? parsed : undefined;
  }
  return undefined;
}

/** Connects to a passive port of the server, and of nobody else. */
export async function dial(visit: Visit, wire: Wire, port: number, localAddress?: string): Promise<Socket> {
  const from = localAddress ?? wire.local.host.split("%")[0];
  const socket = connect({
    host: wire.remote.host,
    port,
    ...(from === undefined ? {} : { localAddress: from }),
  });
  visit.keep(socket);
  await connected(socket, visit.limits.patience);
  return socket;
}

export async function openPassive(
  visit: Visit,
  wire: Wire,
  resume: Resume = "offer",
): Promise<DataConnection> {
  return dataOver(visit, wire, await dial(visit, wire, await passivePort(wire)), resume);
}

/** An open connection as a data connection of the session. */
export function dataOver(visit: Visit, wire: Wire, plain: Socket, resume: Resume = "offer"): DataConnection {
  let secured: TLSSocket | undefined;
  let begun: (socket: Socket) => void = () => {};
  const ready = new Promise<Socket>((resolve) => {
    begun = resolve;
  });
  const { isPrivate } = wire;
  plain.on("error", () => {});
  if (!isPrivate) begun(plain);
  /** When it can be written to. Within OpenSSL's own event it is too early: its last message is still to go out. */
  const open = async (): Promise<Socket> => {
    const socket = await ready;
    if (secured !== undefined && secured.getCipher() === undefined) await once(secured, "secureConnect");
    await new Promise((resolve) => setImmediate(resolve));
    return socket;
  };
  return {
    begin() {
      if (!isPrivate || secured !== undefined || plain.destroyed) return;
      const session = resume === "offer" ? wire.tlsSession : undefined;
      secured = connectTls({
        ...visit.tlsOptions(),
        socket: plain,
        ...(session === undefined ? {} : { session }),
      });
      secured.on("error", () => {});
      begun(secured);
    },
    async read() {
      const gone = new Promise<undefined>((resolve) => plain.once("close", () => resolve(undefined)));
      const socket = await Promise.race([ready, gone]);
      if (socket === undefined) return { bytes: new Uint8Array(0), ended: "error", isResumed: false };
      const flow = await readAll(socket, visit.limits);
      const isResumed = secured?.isSessionReused() ?? false;
      socket.end();
      return { ...flow, isResumed };
    },
    send(bytes) {
      open().then((socket) => socket.resume().end(bytes), ignore);
    },
    breakOff(bytes) {
      open().then((socket) => socket.write(bytes, () => plain.resetAndDestroy()), ignore);
    },
    close() {
      secured?.destroy();
      plain.destroy();
    },
  };
}

/** A command whose answer comes over a passive data connection. */
export async function fetch(
  visit: Visit,
  wire: Wire,
  line: string,
  resume: Resume = "offer",
): Promise<{ readonly answer: Answer; readonly flow: Flow | undefined }> {
  return fetchOver(visit, wire, await openPassive(visit, wire, resume), line);
}

/** The same over a connection that is there. It is closed afterwards. */
export async function fetchOver(
  visit: Visit,
  wire: Wire,
  data: DataConnection,
  line: string,
): Promise<{ readonly answer: Answer; readonly flow: Flow | undefined }> {
  // A server that shakes hands before its 150 must not wait for ever.
  const timer = setTimeout(data.begin, visit.limits.quiet * 2);
  try {
    const flow = data.read();
    const answer = await wire.ask(line, { onPreliminary: data.begin });
    // A refusal moves nothing; the server may leave the connection open for the next command.
    if (answer.preliminary.length === 0 || answer.final === undefined) return { answer, flow: undefined };
    return { answer, flow: await flow };
  } finally {
    clearTimeout(timer);
    data.close();
  }
}

async function readAll(
  socket: Socket,
  { listingBytes, patience }: ProbeLimits,
): Promise<Pick<Flow, "bytes" | "ended">> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const ended = await new Promise<Flow["ended"]>((resolve) => {
    const timer = setTimeout(() => resolve("silent"), patience);
    const over = (how: Flow["ended"]): void => {
      clearTimeout(timer);
      resolve(how);
    };
    socket.on("data", (chunk: Uint8Array) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= listingBytes) return;
      socket.destroy();
      over("cut");
    });
    socket.on("end", () => over("end"));
    socket.on("error", () => over("error"));
    socket.on("close", () => over(socket.readableEnded ? "end" : "error"));
    if (socket.destroyed) over("error");
  });
  return { bytes: Buffer.concat(chunks), ended };
}

function ignore(): void {}

/** A listener of this machine, for active mode. */
export interface Listener {
  readonly address: HostPort;
  /** The first connection, or undefined when none comes in so many milliseconds. */
  accept(milliseconds: number): Promise<Socket | undefined>;
  close(): void;
}

/** @param host an address of this machine; @param port any free one unless told. Rejects where it cannot be had. */
export async function listen(visit: Visit, host: string, port = 0): Promise<Listener> {
  const server = createServer();
  const waiting: Socket[] = [];
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    visit.keep(socket);
    waiting.push(socket);
  });
  server.listen(port, host);
  await once(server, "listening");
  const bound = server.address() as AddressInfo;
  return {
    address: { family: bound.family === "IPv6" ? 6 : 4, host: unmapHost(bound.address), port: bound.port },
    async accept(milliseconds) {
      if (waiting.length === 0) {
        await Promise.race([
          once(server, "connection"),
          new Promise((resolve) => setTimeout(resolve, milliseconds)),
        ]);
      }
      return waiting.shift();
    },
    close() {
      server.close();
      for (const socket of waiting) socket.destroy();
    },
  };
}

function portIn(answer: Answer): number | undefined {
  return passiveTarget(answer)?.port;
}

function lastLine(reply: NonNullable<Answer["final"]>): string {
  return formatReply({ code: reply.code, lines: [reply.lines.at(-1) ?? ""] }).trimEnd();
}
