import { connect, type NetConnectOpts, type Socket } from "node:net";
import { type BufferPool, sharedPool } from "./pool.ts";

/**
 * A plain socket that reads straight into two pooled buffers of ours in turn (`onread` of `node:net`) instead of
 * into a fresh one each time: one is being filled while the other is being written out.
 */
export interface Intake {
  /**
   * Takes what was read. It answers whether the other buffer is free already; if not, the socket waits until
   * it is resumed. Absent until a receiver is there: the socket then waits with what came first.
   */
  onChunk: ((chunk: Uint8Array) => boolean) | undefined;
  /** What came before there was a receiver. */
  readonly early: Uint8Array | undefined;
  /** Gives both buffers back; nothing may use them any more. */
  release(): void;
}

const intakes = new WeakMap<Socket, Intake>();

/** Connects a plain data connection that `receiveFile` can read from without a copy. */
export function connectData(options: NetConnectOpts, pool: BufferPool = sharedPool()): Socket {
  const buffers = [pool.take(Number.POSITIVE_INFINITY), pool.take(Number.POSITIVE_INFINITY)] as const;
  let turn: 0 | 1 = 0;
  let early: Uint8Array | undefined;
  let released = false;
  const intake: Intake = {
    onChunk: undefined,
    get early() {
      return early;
    },
    release() {
      if (released) return;
      released = true;
      for (const buffer of buffers) pool.give(buffer);
    },
  };
  const socket = connect({
    ...options,
    onread: {
      // Node asks for the next buffer right after each callback, also when it was told to wait.
      buffer: () => {
        const buffer = buffers[turn];
        turn = turn === 0 ? 1 : 0;
        return buffer;
      },
      callback: (count: number, buffer: Uint8Array) => {
        const chunk = buffer.subarray(0, count);
        if (intake.onChunk !== undefined) return intake.onChunk(chunk);
        early = chunk;
        return false;
      },
    },
  } as NetConnectOpts);
  socket.once("close", () => {
    if (intake.onChunk === undefined) intake.release();
  });
  intakes.set(socket, intake);
  return socket;
}

export function intakeOf(socket: Socket): Intake | undefined {
  return intakes.get(socket);
}
