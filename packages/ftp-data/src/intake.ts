import { connect, type NetConnectOpts, type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import { systemCalls } from "@longshore/system-calls";
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
  const { intake, onread } = createIntake(pool);
  const socket = connect({ ...options, onread } as NetConnectOpts);
  keep(socket, intake);
  return socket;
}

/**
 * The same for a plain connection that came in, in place of `accepted`, which is closed; nothing where that cannot be had. It
 * has to be paused, with nothing read of it that is still wanted.
 */
export function takeOver(accepted: Socket, pool: BufferPool): Socket | undefined {
  const descriptor = systemCalls()?.duplicate(accepted);
  if (descriptor === undefined) return undefined;
  const { allowHalfOpen } = accepted;
  const { intake, onread } = createIntake(pool);
  const options = { fd: descriptor, readable: true, writable: true, allowHalfOpen, onread };
  const socket = new Socket(options as SocketConstructorOpts);
  keep(socket, intake);
  accepted.destroy();
  return socket;
}

function createIntake(pool: BufferPool): { readonly intake: Intake; readonly onread: OnReadOpts } {
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
  const onread: OnReadOpts = {
    // Node asks for the next buffer right after each callback, also when it was told to wait.
    buffer: () => {
      const buffer = buffers[turn];
      turn = turn === 0 ? 1 : 0;
      return buffer;
    },
    callback: (count, buffer) => {
      const chunk = buffer.subarray(0, count);
      if (intake.onChunk !== undefined) return intake.onChunk(chunk);
      early = chunk;
      return false;
    },
  };
  return { intake, onread };
}

function keep(socket: Socket, intake: Intake): void {
  socket.once("close", () => {
    if (intake.onChunk === undefined) intake.release();
  });
  intakes.set(socket, intake);
}

export function intakeOf(socket: Socket): Intake | undefined {
  return intakes.get(socket);
}
