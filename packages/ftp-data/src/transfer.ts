import type { Socket } from "node:net";
import { DataConnectionError, type DataConnectionErrorCode } from "./error.ts";
import type { Pace } from "./pace.ts";
import type { BufferPool } from "./pool.ts";

/** A synchronous step between file and wire, put in only where it is needed (ASCII, compression, …). */
export interface Transformer {
  push(chunk: Uint8Array): readonly Uint8Array[];
  end(): readonly Uint8Array[];
}

/** What a data connection moved. */
export interface Transferred {
  /** Bytes on the wire. */
  readonly bytes: number;
}

/** What both directions take. */
export interface TransferOptions {
  /** Ends the transfer at once; it then rejects with `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds in which the peer moves nothing until `stalled`; absent or 0: no limit. */
  readonly stallTimeout?: number;
  /** Called with the total so far whenever bytes have moved; synchronous, at most once a buffer. */
  readonly onProgress?: (bytes: number) => void;
  readonly transform?: Transformer;
  /** Where buffers come from; the process's own pool unless told. */
  readonly pool?: BufferPool;
  /** How fast bytes may move; as fast as they can unless told. */
  readonly pace?: Pace;
}

/** One end of a running transfer: settles once, and takes every listener and timer with it. */
export interface Settlement {
  readonly settled: boolean;
  /** Bytes moved on the wire so far. */
  readonly bytes: number;
  /** Notes bytes moved: reports progress and starts the stall clock anew. */
  moved(bytes: number): void;
  /** The stall clock stands still while it is not the peer that is waited for. */
  waitForPeer(waiting: boolean): void;
  /** The peer has ended its side cleanly: what happens to the connection from now on is no failure. */
  peerEnded(): void;
  /** The transfer goes on over another socket, which carries the same connection. */
  moveTo(socket: Socket): void;
  /** `keepOpen`: the socket is left to close by itself once its last bytes are out. */
  succeed(keepOpen?: boolean): void;
  fail(code: DataConnectionErrorCode, message: string, cause?: unknown): void;
}

/**
 * Runs `begin` as a transfer over `socket`. Whatever ends it (success, the store, the peer, the signal, the
 * stall clock), the promise settles exactly once and `release` has run. `breakOff` closes the connection of a
 * transfer that failed.
 */
export function settle(
  first: Socket,
  options: TransferOptions,
  begin: (settlement: Settlement) => void,
  release: () => void,
  breakOff: (code: DataConnectionErrorCode, socket: Socket) => void = (_, socket) => socket.destroy(),
): Promise<Transferred> {
  return new Promise((resolve, reject) => {
    const { signal, stallTimeout = 0, onProgress } = options;
    let socket = first;
    let settled = false;
    let bytes = 0;
    const timer = stallTimeout > 0 ? setTimeout(onStall, stallTimeout) : undefined;
    let peerAwaited = true;
    let peerHasEnded = false;

    const settlement: Settlement = {
      get settled() {
        return settled;
      },
      get bytes() {
        return bytes;
      },
      moved(count) {
        bytes += count;
        timer?.refresh();
        onProgress?.(bytes);
      },
      waitForPeer(waiting) {
        if (waiting && !peerAwaited) timer?.refresh();
        peerAwaited = waiting;
      },
      peerEnded() {
        peerHasEnded = true;
        peerAwaited = false;
      },
      moveTo(other) {
        leave();
        socket = other;
        join();
      },
      succeed(keepOpen = false) {
        if (!finish()) return;
        if (!keepOpen) socket.destroy();
        resolve({ bytes });
      },
      fail(code, message, cause) {
        if (!finish()) return;
        breakOff(code, socket);
        reject(new DataConnectionError(code, message, bytes, cause === undefined ? undefined : { cause }));
      },
    };

    function finish(): boolean {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      leave();
      signal?.removeEventListener("abort", onAbort);
      release();
      return true;
    }
    function join(): void {
      socket.on("error", onError);
      socket.on("close", onClose);
    }
    function leave(): void {
      socket.off("error", onError);
      socket.off("close", onClose);
      // An error that comes after the end (a reset while closing) is nobody's any more.
      socket.on("error", ignore);
    }
    function onStall(): void {
      if (peerAwaited) settlement.fail("stalled", `the peer moved no byte for ${stallTimeout} ms`);
      else timer?.refresh();
    }
    function onError(error: Error): void {
      if (peerHasEnded) return;
      settlement.fail("reset", `the data connection broke: ${error.message}`, error);
    }
    function onClose(): void {
      if (peerHasEnded) return;
      settlement.fail("reset", "the data connection closed before the transfer was over");
    }
    function onAbort(): void {
      settlement.fail("aborted", "the transfer was given up", signal?.reason);
    }

    join();
    if (signal?.aborted) {
      onAbort();
      return;
    }
    if (socket.destroyed) {
      onClose();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    begin(settlement);
  });
}

/** How long an ended connection may take to be closed by the peer before it is closed from here. */
const lingerMilliseconds = 10_000;

/** Leaves an ended connection to the peer to close, but not for ever. */
export function linger(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), lingerMilliseconds);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}

function ignore(): void {}
