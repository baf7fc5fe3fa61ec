import { connect, type NetConnectOpts, type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";
import { systemCalls } from "@longshore/system-calls";
import { type BufferPool, sharedPool } from "./pool.ts";

/**
 * A plain socket that reads straight into pooled buffers of ours in turn (`onread` of `node:net`) instead of into a
 * fresh one each time: some are being filled while others are being written out.
 */
export interface Intake {
  /** Chunks that stay as they are at a time: there is a buffer for each. */
  readonly most: number;
  /**
   * Takes what was read. It answers whether a buffer is free; if not, the socket waits until it is resumed. Absent
   * until a receiver is there: the socket then waits with what came first.
   */
  onChunk: ((chunk: Uint8Array) => boolean) | undefined;
  /** What came before there was a receiver. */
  readonly early: Uint8Array | undefined;
  /** Gives all buffers back; nothing may use them any more. */
  release(): void;
}

/**
 * Pooled buffers, each cut into parts. With parts of 512 KiB there is always one to read into while another is written: a third
 * faster into a file in memory than two of a mebibyte, and than eight of 256 KiB.
 */
const lent = 2;
const partsOfEach = 2;

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
  const buffers = Array.from({ length: lent }, () => pool.take(Number.POSITIVE_INFINITY));
  const parts = buffers.flatMap((buffer) => inParts(buffer));
  let turn = -1;
  let early: Uint8Array | undefined;
  let released = false;
  const intake: Intake = {
    onChunk: undefined,
    most: parts.length,
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
      turn = (turn + 1) % parts.length;
      return parts[turn] as Uint8Array;
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

function inParts(buffer: Uint8Array): readonly Uint8Array[] {
  const octets = buffer.length / partsOfEach;
  return Array.from({ length: partsOfEach }, (_, at) => buffer.subarray(at * octets, (at + 1) * octets));
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
