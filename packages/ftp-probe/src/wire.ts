import { connect, type Socket } from "node:net";
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from "node:tls";
import { type HostPort, parseHost, unmapHost } from "@longshore/ftp-address";
import { createReplyDecoder, type ReplyEvent } from "@longshore/ftp-reply";
import { encodeText } from "@longshore/nvt";
import type { Answer } from "./answer.ts";
import { ProbeError } from "./error.ts";

/** A control connection by hand: what is written goes out as it is, and every reply can be seen. */
export interface Wire {
  readonly local: HostPort;
  readonly remote: HostPort;
  /** Set once TLS stands. */
  readonly secure: TLSSocket | undefined;
  /** The last session that the server gave a ticket for. */
  readonly tlsSession: Buffer | undefined;
  readonly isClosed: boolean;
  /** A reply was waited for in vain, or more came than were asked for: what comes next may be to an earlier command. */
  readonly isOutOfStep: boolean;
  /** Whether data connections are under TLS (PROT P). */
  isPrivate: boolean;
  /** Sends text as it is. */
  write(text: string | Uint8Array): void;
  /** Sends a line and waits for its final reply. */
  ask(line: string, options?: AskOptions): Promise<Answer>;
  /** The next final reply and what came before it. */
  answer(patience?: number, onPreliminary?: () => void): Promise<Answer>;
  /** Becomes a TLS client; what came in clear behind the last reply is kept apart. */
  startTls(options: ConnectionOptions): Promise<TLSSocket>;
  close(): void;
}

export interface AskOptions {
  /** Milliseconds to wait for the final reply. */
  readonly patience?: number;
  /** Is told of each 1yz. */
  readonly onPreliminary?: () => void;
}

export interface WireOptions {
  readonly host: string;
  readonly port: number;
  readonly family?: 4 | 6;
  readonly localAddress?: string;
  /** Milliseconds to wait for a connection, a handshake or a reply. */
  readonly patience: number;
  readonly now: () => number;
  /** Is told of a reply that came before the next command was sent. */
  readonly onUnasked: (answer: Answer) => void;
  /** Is asked before each line that is sent; throws where no more may be. */
  readonly onCommand: () => void;
}

type Arrival =
  | { readonly type: "event"; readonly event: ReplyEvent; readonly hasBareLineFeed: boolean }
  | { readonly type: "closed" };

/** @throws {ProbeError} `unreachable` */
export async function openWire(options: WireOptions): Promise<Wire> {
  const { host, port, family, localAddress, patience, now, onCommand, onUnasked } = options;
  const plain = connect({
    host,
    port,
    ...(family === undefined ? {} : { family }),
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  plain.setNoDelay(true);
  await connected(plain, patience);
  let socket: Socket = plain;
  let secure: TLSSocket | undefined;
  let tlsSession: Buffer | undefined;
  let isClosed = false;
  let isOutOfStep = false;
  const arrivals: Arrival[] = [];
  let wake: (() => void) | undefined;
  const decoder = createReplyDecoder({ maxReplyLength: 1 << 18 });
  let lastByte = 0;

  const arrive = (arrival: Arrival): void => {
    arrivals.push(arrival);
    wake?.();
  };
  const receive = (chunk: Uint8Array): void => {
    let hasBareLineFeed = false;
    for (const byte of chunk) {
      if (byte === 0x0a && lastByte !== 0x0d) hasBareLineFeed = true;
      lastByte = byte;
    }
    for (const event of decoder.push(chunk)) {
      if (event.type === "telnet-answer") socket.write(event.bytes);
      else arrive({ type: "event", event, hasBareLineFeed });
      hasBareLineFeed = false;
    }
  };
  const gone = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const event of decoder.end()) arrive({ type: "event", event, hasBareLineFeed: false });
    arrive({ type: "closed" });
  };
  const listen = (to: Socket): void => {
    to.on("data", receive);
    to.on("error", gone);
    to.on("end", gone);
    to.on("close", gone);
  };
  listen(plain);

  /** The next thing that arrives, or undefined after so many milliseconds. */
  const next = async (milliseconds: number): Promise<Arrival | undefined> => {
    const until = now() + milliseconds;
    for (;;) {
      const first = arrivals[0];
      if (first !== undefined) {
        // That the connection is closed stays so.
        return first.type === "closed" ? first : arrivals.shift();
      }
      const left = until - now();
      if (left <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
    }
  };

  const wire: Wire = {
    local: endOf(plain, "local"),
    remote: endOf(plain, "remote"),
    get secure() {
      return secure;
    },
    get tlsSession() {
      return tlsSession;
    },
    get isClosed() {
      return isClosed;
    },
    get isOutOfStep() {
      return isOutOfStep;
    },
    isPrivate: false,
    write(text) {
      onCommand();
      if (!isClosed) socket.write(typeof text === "string" ? encodeText(text) : text);
    },
    async ask(line, { patience: wait, onPreliminary } = {}) {
      while (arrivals[0]?.type === "event") {
        isOutOfStep = true;
        onUnasked(await wire.answer(0));
      }
      wire.write(`${line}\r\n`);
      return wire.answer(wait, onPreliminary);
    },
    async answer(wait = patience, onPreliminary) {
      const started = now();
      const faults: string[] = [];
      const preliminary: NonNullable<Answer["final"]>[] = [];
      const over = (rest: Pick<Answer, "final" | "ended">): Answer => ({
        ...rest,
        preliminary,
        faults,
        milliseconds: now() - started,
      });
      for (let count = 0; count < 1000; count++) {
        const arrival = await next(wait - (now() - started));
        if (arrival === undefined) {
          if (decoder.pending > 0) faults.push("a reply was begun and not ended");
          if (wait >= patience) isOutOfStep = true;
          return over({ ended: "silent" });
        }
        if (arrival.type === "closed") return over({ ended: "closed" });
        const { event, hasBareLineFeed } = arrival;
        if (hasBareLineFeed) faults.push("a line ended with LF alone");
        if (event.type === "malformed") faults.push(`a line is no reply (${event.error.code})`);
        if (event.type !== "reply") continue;
        const { reply, lastLine } = event;
        if (/^\d{3}\s*$/.test(lastLine)) faults.push(`there is no text behind ${reply.code}`);
        if (reply.code >= 200) return over({ final: reply });
        preliminary.push(reply);
        onPreliminary?.();
      }
      return over({ ended: "silent" });
    },
    async startTls(more) {
      plain.off("data", receive);
      plain.off("end", gone);
      decoder.reset();
      const secured = tlsConnect({ ...more, socket: plain });
      secured.on("session", (session) => {
        tlsSession = session;
      });
      secured.on("error", gone);
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          secured.destroy();
          reject(new ProbeError("tls", `no TLS handshake in ${patience} ms`));
        }, patience);
        const lost = (error?: Error): void => {
          clearTimeout(timer);
          reject(new ProbeError("tls", error?.message || "the server ended the TLS handshake"));
        };
        secured.once("secureConnect", () => {
          clearTimeout(timer);
          resolve();
        });
        secured.once("error", lost);
        secured.once("close", () => lost());
      });
      secure = secured;
      socket = secured;
      lastByte = 0;
      listen(secured);
      return secured;
    },
    close() {
      socket.on("error", () => {});
      socket.destroy();
      plain.destroy();
      if (isClosed) return;
      isClosed = true;
      arrive({ type: "closed" });
    },
  };
  return wire;
}

/** Resolves when the connection stands. @throws {ProbeError} `unreachable` */
export function connected(socket: Socket, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ProbeError("unreachable", why, { cause }));
    };
    const timer = setTimeout(() => refuse(`no connection in ${patience} ms`), patience);
    socket.once("error", (error) => refuse(messageOf(error), error));
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** One end of an open connection; an IPv4 peer of a dual-stack socket by its IPv4 address. */
function endOf(socket: Socket, end: "local" | "remote"): HostPort {
  const address = end === "local" ? socket.localAddress : socket.remoteAddress;
  const port = end === "local" ? socket.localPort : socket.remotePort;
  const host = unmapHost(address ?? "");
  return { family: parseHost(host.split("%")[0] ?? "")?.family ?? 4, host, port: port ?? 0 };
}

/** What Node says; where it tried several addresses of a name, it says it of each. */
function messageOf(error: Error): string {
  const errors: readonly Error[] = error instanceof AggregateError ? error.errors : [];
  return error.message || errors.map(({ message }) => message).join(", ") || error.name;
}
