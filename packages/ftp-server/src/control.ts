import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type SessionTls, startTls } from "./tls.ts";

/** What the control connection tells its session. */
export interface ControlHandlers {
  /** Whether more should be read. */
  wantsInput(): boolean;
  onBytes(bytes: Uint8Array): void;
  /** The client sends nothing more. */
  onEnd(): void;
  /** The connection is gone; called once. */
  onClose(): void;
}

/** The control connection of one session: bytes in and out, and the change to TLS. */
export interface Control {
  write(bytes: Uint8Array): void;
  /** Reads on, where that had to wait for the session. */
  update(): void;
  /** Drops what was received, then shakes hands; answers what went wrong, or the secured socket. */
  startTls(tls: SessionTls, timeout: number): Promise<TLSSocket | string>;
  /** Ends the connection when everything has been sent. */
  end(): void;
  destroy(): void;
}

/** How much is given to the engine at once: what comes of it can fill the client's side before the next. */
const pieceLength = 1024;

/** How long a client may take to close its side after ours, in milliseconds. */
const lingerTime = 5000;

export function createControl(plain: Socket, handlers: ControlHandlers): Control {
  let socket = plain;
  let pending: Uint8Array | undefined;
  let hasEnded = false;
  let isPumping = false;
  let isClosed = false;

  /** Reads as long as the session keeps up and the client takes the replies: a flood waits in the network. */
  const pump = (): void => {
    if (isPumping || isClosed) return;
    isPumping = true;
    while (pending !== undefined && handlers.wantsInput() && !socket.writableNeedDrain) {
      const piece = pending.subarray(0, pieceLength);
      pending = pending.length > pieceLength ? pending.subarray(pieceLength) : undefined;
      handlers.onBytes(piece);
    }
    isPumping = false;
    if (pending === undefined && hasEnded) {
      hasEnded = false;
      handlers.onEnd();
    }
    const mayRead = pending === undefined && handlers.wantsInput() && !socket.writableNeedDrain;
    if (mayRead && socket.isPaused()) socket.resume();
    else if (!mayRead && !socket.isPaused()) socket.pause();
  };

  const onData = (chunk: Uint8Array): void => {
    pending = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    pump();
  };
  const onEnd = (): void => {
    hasEnded = true;
    pump();
  };
  const onClose = (): void => {
    if (isClosed) return;
    isClosed = true;
    pending = undefined;
    handlers.onClose();
  };
  const listen = (): void => {
    socket.on("data", onData);
    socket.on("drain", pump);
    socket.on("end", onEnd);
    socket.on("close", onClose);
    socket.on("error", () => {});
  };
  listen();

  return {
    write(bytes) {
      if (!isClosed && socket.writable) socket.write(bytes);
    },
    update: pump,
    async startTls(tls, timeout) {
      socket.off("data", onData);
      socket.off("drain", pump);
      socket.off("end", onEnd);
      pending = undefined;
      const { socket: secure, secured } = startTls(socket, tls, timeout);
      const failure = await secured;
      if (failure !== undefined) {
        secure.destroy();
        onClose();
        return failure;
      }
      socket = secure;
      listen();
      return secure;
    },
    end() {
      if (isClosed) return;
      // What still comes in is read away: unread, it would reset the connection and take the last reply with it.
      socket.off("data", onData);
      pending = undefined;
      socket.resume();
      socket.end();
      const timer = setTimeout(() => socket.destroy(), lingerTime);
      socket.once("close", () => clearTimeout(timer));
    },
    destroy: () => void socket.destroy(),
  };
}
