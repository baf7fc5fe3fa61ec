import { Socket } from "node:net";
import { type HostPort, parseHost } from "@longshore/ftp-address";

/** A connection that a session wants. */
export interface DialRequest {
  /** The server, as the session was told it: a name or an address. */
  readonly host: string;
  readonly port: number;
  /** Aborted when the connection is no longer wanted. */
  readonly signal: AbortSignal;
  readonly purpose: "control" | "data";
  /** As in the client's options. */
  readonly localAddress?: string;
}

/** Opens a connection in a way of one's own: a tunnel, a proxy that is not known here, sockets with other settings. */
export type Dial = (request: DialRequest) => Promise<Socket>;

interface OpenSocketOptions {
  /** Begins to connect. What it throws at once, the caller gets. */
  readonly make: (signal: () => AbortSignal) => Socket | Promise<Socket>;
  readonly opened: (socket: Socket) => void;
  readonly failed: (error: Error) => void;
}

/** Waits until a connection stands, however it is made; the answer gives it up, after which nobody is told. */
export function openSocket({ make, opened, failed }: OpenSocketOptions): () => void {
  let controller: AbortController | undefined;
  let pending: Socket | undefined;
  let isOver = false;
  const settle = (tell: () => void): void => {
    if (isOver) return;
    isOver = true;
    tell();
  };

  const follow = (socket: Socket): void => {
    const onError = (error: Error): void => settle(() => failed(error));
    const onConnect = (): void => {
      pending = undefined;
      socket.off("error", onError);
      settle(() => opened(socket));
    };
    if (isOver) {
      drop(socket);
      return;
    }
    pending = socket;
    socket.once("error", onError);
    if (socket.connecting) socket.once("connect", onConnect);
    else onConnect();
  };

  const made = make(() => {
    controller ??= new AbortController();
    return controller.signal;
  });
  if (made instanceof Socket) follow(made);
  else {
    made.then(follow, (error: unknown) => {
      settle(() => failed(error instanceof Error ? error : new Error(String(error))));
    });
  }
  return () => {
    isOver = true;
    controller?.abort();
    if (pending !== undefined) drop(pending);
  };
}

function drop(socket: Socket): void {
  socket.on("error", ignore);
  socket.destroy();
}

/** The far end of a connection that somebody else dials: who that is cannot be seen in the socket. */
export function dialledEnd(host: string, port: number): HostPort {
  return { family: parseHost(host)?.family ?? 4, host, port };
}

function ignore(): void {}
