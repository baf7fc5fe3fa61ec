import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { DataConnectionError, type Transferred, wasCut } from "@longshore/ftp-data";
import type { ClientEvent } from "@longshore/ftp-session/client";
import type { Security } from "./tls.ts";

/** One data connection, from its opening to its end, whoever opened it. */
export interface DataConnection {
  readonly transfer: number;
  /** The connection stands. */
  opened(socket: Socket): void;
  /** It will not come to stand. */
  failed(error: Error): void;
  /** Begins the TLS handshake. */
  secure(security: Security): void;
  /** Lets `mover` move the bytes, after the TLS handshake where one was begun. */
  start(mover: DataMover): void;
  /** Drops it so that the server cannot take it for complete. */
  abort(): void;
}

/** Moves the bytes of one transfer over an open connection. */
export type DataMover = (socket: Socket, control: MoverControl) => Promise<Transferred>;

export interface MoverControl {
  readonly signal: AbortSignal;
  /** To be called before a failure of this side is told: the connection is reset, not ended. */
  readonly reset: () => void;
}

export interface DataOptions {
  readonly transfer: number;
  readonly direction: "receive" | "send";
  /** Milliseconds for the TLS handshake; 0 is no limit. */
  readonly handshakeTimeout: number;
  /** Whether what comes over TLS has to end with its close_notify: without, nobody can tell whether that was all. */
  readonly refuseCut: boolean;
  readonly report: (event: ClientEvent) => void;
  /** Stops the opening while there is no connection: closes the listener, gives the connecting socket up. */
  readonly cancel: () => void;
}

export function createDataConnection(options: DataOptions): DataConnection {
  const { transfer, direction, handshakeTimeout, refuseCut, report, cancel } = options;
  const controller = idle.pop() ?? new AbortController();
  let plain: Socket | undefined;
  let secured: TLSSocket | undefined;
  let isSecured = false;
  let mover: DataMover | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Nothing is reported any more. */
  let over = false;

  const fail = (error: Error, reason: "tls" | "reset"): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    if (plain === undefined) cancel();
    else plain.destroy();
    const message = error.message;
    if (mover === undefined) report({ type: "data-failed", transfer, message, cause: error });
    else report({ type: "transfer-failed", transfer, reason, message, bytes: 0, cause: error });
  };

  const onEarlyError = (error: Error): void => fail(error, secured === undefined ? "reset" : "tls");
  const onEarlyClose = (): void => {
    onEarlyError(new Error("the server closed the data connection before anything was sent"));
  };

  const onHandshakeTimeout = (): void => {
    fail(new Error("the TLS handshake did not end in time"), "tls");
  };

  const reset = (): void => {
    plain?.on("error", ignore);
    secured?.on("error", ignore);
    // TLS to a proxy has no reset of its own.
    if (plain instanceof TLSSocket) plain.destroy();
    else if (plain !== undefined && !plain.destroyed) plain.resetAndDestroy();
    secured?.destroy();
  };

  const move = (socket: Socket): void => {
    if (over || mover === undefined) return;
    clearTimeout(timer);
    for (const each of [plain, socket]) {
      each?.off("error", onEarlyError);
      each?.off("close", onEarlyClose);
      // What moves the bytes listens to its socket for itself.
      each?.on("error", ignore);
    }
    begin(mover, socket, { signal: controller.signal, reset }).then(
      ({ bytes }) => {
        if (over) return;
        over = true;
        if (idle.length < maxIdle) idle.push(controller);
        if (refuseCut && wasCut(socket)) {
          const message =
            "the TLS data connection ended without close_notify, so that what came may not be all";
          report({ type: "transfer-failed", transfer, reason: "truncated", message, bytes });
        } else report({ type: "transfer-done", transfer, bytes });
      },
      (error: unknown) => {
        if (over) return;
        over = true;
        report(failureOf(transfer, error));
      },
    );
  };

  return {
    transfer,
    opened(socket) {
      if (over) {
        socket.destroy();
        return;
      }
      plain = socket;
      if (direction === "send") socket.setNoDelay(true);
      socket.on("error", onEarlyError);
      socket.on("close", onEarlyClose);
      report({ type: "data-open", transfer });
    },
    failed: (error) => fail(error, "reset"),
    secure(security) {
      if (over || plain === undefined) return;
      plain.setNoDelay(true);
      const socket = security.startData(plain);
      secured = socket;
      plain.off("close", onEarlyClose);
      socket.on("error", onEarlyError);
      socket.on("close", onEarlyClose);
      // The event comes from within OpenSSL's handshake: what is written or ended at once would go out before our
      // last message of it, and a server that is sent an empty file then waits for ever (pyftpdlib).
      socket.once("secureConnect", () => {
        setImmediate(() => {
          isSecured = true;
          clearTimeout(timer);
          move(socket);
        });
      });
      if (handshakeTimeout > 0) timer = setTimeout(onHandshakeTimeout, handshakeTimeout);
    },
    start(given) {
      if (over || plain === undefined) return;
      mover = given;
      if (secured === undefined) move(plain);
      else if (isSecured) move(secured);
    },
    abort() {
      const isHeard = !over;
      over = true;
      clearTimeout(timer);
      if (plain === undefined) cancel();
      reset();
      if (isHeard) controller.abort();
    },
  };
}

/** Controllers of transfers that went well, of which nobody hears any more: each costs as much as two system calls. */
const idle: AbortController[] = [];
const maxIdle = 16;

/** A mover that throws before it has begun fails like any other. */
async function begin(mover: DataMover, socket: Socket, control: MoverControl): Promise<Transferred> {
  return mover(socket, control);
}

function failureOf(transfer: number, error: unknown): ClientEvent {
  if (DataConnectionError.isInstance(error)) {
    const { code: reason, bytes, cause = error } = error;
    const what = error.message.replace(`${reason}: `, "");
    // Of one's own side the cause says more: no space, no permission.
    const message = reason === "store" && cause instanceof Error ? `${what}: ${cause.message}` : what;
    return { type: "transfer-failed", transfer, reason, message, bytes, cause };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { type: "transfer-failed", transfer, reason: "store", message, bytes: 0, cause: error };
}

function ignore(): void {}
