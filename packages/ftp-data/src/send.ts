import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ReadableFile } from "@longshore/file-store";
import type { DataConnectionErrorCode } from "./error.ts";
import { createPacing, type Pacing } from "./pace.ts";
import { sharedPool } from "./pool.ts";
import { maySendBySystem, sendBySystem } from "./send-by-system.ts";
import { linger, type Settlement, settle, type TransferOptions, type Transferred } from "./transfer.ts";

export interface SendOptions extends TransferOptions {
  /** First byte of the file to send; 0 unless told. */
  readonly start?: number;
}

/** Buffers of one transfer to a fast peer: one being filled, two in the socket. */
const buffersInUse = 3;

/** The same while the peer is slow: what the system holds of it leaves time enough to fill the next. */
const buffersInSlowUse = 2;

/** What is asked of the pool at once while the peer is slow, in bytes. */
const slowStep = 1 << 16;

/** Bytes lent from which on a transfer begins as if its peer were slow: nobody knows yet, and others are there. */
const crowded = 8 << 20;

/**
 * Sends a file from `start` to the size it had when it was opened, and ends the connection (with TLS: with
 * close_notify). A local file goes to a plain connection without passing through here, where the system can do that.
 * Otherwise two buffers are in the socket while one is being filled, so that disk and network overlap; a slow
 * peer is sent small buffers, so that it holds little memory, and that constantly. Resolves when the system has taken
 * everything; the file stays open.
 *
 * @throws {DataConnectionError} `store` also when the file has become shorter meanwhile: the peer must not
 *   take what it got for the whole.
 */
export function sendFile(
  socket: Socket,
  file: ReadableFile,
  options: SendOptions = {},
): Promise<Transferred> {
  const { transform, pool = sharedPool(), pace } = options;
  const size = file.size;
  const step = pace?.step ?? Number.POSITIVE_INFINITY;
  let pacing: Pacing | undefined;
  let position = options.start ?? 0;
  let held = 0;
  let reading = false;
  let writing = 0;
  let ended = false;
  const tempo = createTempo(pool.lent < crowded);
  let giveUp = (): void => {};

  function begin(to: Settlement): void {
    const pump = (): void => {
      if (to.settled || reading) return;
      if (position >= size) {
        if (!ended) end();
        return;
      }
      if (held >= (tempo.isFast ? buffersInUse : buffersInSlowUse)) return;
      if (pacing?.isWaiting) {
        to.waitForPeer(writing > 0);
        return;
      }
      const buffer = pool.take(Math.min(step, size - position, tempo.isFast ? step : slowStep));
      held++;
      reading = true;
      to.waitForPeer(writing > 0);
      const wanted = Math.min(buffer.length, step, size - position);
      file.read(wanted === buffer.length ? buffer : buffer.subarray(0, wanted), position).then(
        (count) => {
          reading = false;
          if (to.settled || count === 0) giveBack(buffer);
          if (to.settled) return;
          if (count === 0) {
            to.fail("store", `the file ended at byte ${position} and had ${size} when it was opened`);
            return;
          }
          position += count;
          write(buffer, count);
          pump();
        },
        (error) => {
          reading = false;
          giveBack(buffer);
          to.fail("store", `the file could not be read at byte ${position}`, error);
        },
      );
    };

    const write = (buffer: Uint8Array, count: number): void => {
      const chunk = count === buffer.length ? buffer : buffer.subarray(0, count);
      writing++;
      pacing?.moved(count);
      to.waitForPeer(true);
      tempo.begun();
      const written = (moved: number | undefined): void => {
        tempo.done(count);
        writing--;
        giveBack(buffer);
        if (moved === undefined || to.settled) return;
        to.moved(moved);
        pump();
      };
      writeAll(socket, transform === undefined ? [chunk] : transform.push(chunk), written);
    };

    const end = (): void => {
      ended = true;
      to.waitForPeer(true);
      writeAll(socket, transform?.end() ?? [], (moved) => {
        if (moved === undefined || to.settled) return;
        to.moved(moved);
        finish(socket, to);
      });
    };

    const readFrom = (from: number): void => {
      position = from;
      pump();
    };

    const giveBack = (buffer: Uint8Array): void => {
      held--;
      pool.give(buffer);
    };
    if (pace !== undefined) pacing = createPacing(pace, to, pump);
    const task = { socket, file, start: position, end: size, pool };
    if (transform !== undefined || pace !== undefined || !maySendBySystem(task)) pump();
    else giveUp = sendBySystem({ ...task, onSent: end, onRefused: readFrom }, to);
  }

  // A buffer that is still in a read or a write comes back when that is over, not before.
  return settle(
    socket,
    options,
    begin,
    () => {
      pacing?.stop();
      giveUp();
    },
    breakOff,
  );
}

/** How fast a peer takes what it is sent, by the time in which writes are under way: a slow disk is not its fault. */
interface Tempo {
  readonly isFast: boolean;
  begun(): void;
  done(bytes: number): void;
}

/** Bytes a millisecond from which on large buffers, and several, pay. */
const fastRate = 8_000;

/** Bytes that count in a judgement. However slow the peer is, the two systems take at once what they have room for. */
const counted = 4 << 20;

/**
 * Judges anew after 16 MiB, which is more than systems have room for, or after writes were under way for 100 ms. That
 * time has our own lateness in it as well, so that the rate is low enough to be reached by small buffers on a busy machine.
 */
function createTempo(isFast: boolean): Tempo {
  let fast = isFast;
  let bytes = 0;
  let milliseconds = 0;
  let underWay = 0;
  let since = 0;
  return {
    get isFast() {
      return fast;
    },
    begun() {
      if (underWay++ === 0) since = performance.now();
    },
    done(count) {
      const now = performance.now();
      milliseconds += now - since;
      since = now;
      underWay--;
      bytes += count;
      if (bytes < 16 << 20 && milliseconds < 100) return;
      fast = Math.min(bytes, counted) >= milliseconds * fastRate;
      bytes = milliseconds = 0;
    },
  };
}

/** The same for content that is made on the way (listings): as much is asked for as the peer takes. */
export function sendChunks(
  socket: Socket,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: TransferOptions = {},
): Promise<Transferred> {
  const { transform, pace } = options;
  let pacing: Pacing | undefined;
  let paced = (): void => {};
  const iterator =
    Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();

  async function run(to: Settlement): Promise<void> {
    const write = (parts: readonly Uint8Array[]): Promise<void> =>
      new Promise((resolve) => {
        to.waitForPeer(true);
        writeAll(socket, parts, (moved) => {
          if (moved !== undefined && !to.settled) to.moved(moved);
          if (moved !== undefined) pacing?.moved(moved);
          resolve();
        });
      });
    if (pace !== undefined) pacing = createPacing(pace, to, () => paced());
    for (;;) {
      to.waitForPeer(false);
      const step = await iterator.next();
      if (to.settled) return;
      if (step.done) break;
      await write(transform?.push(step.value) ?? [step.value]);
      if (pacing?.isWaiting && !to.settled) {
        to.waitForPeer(false);
        await new Promise<void>((resolve) => {
          paced = resolve;
        });
      }
      if (to.settled) return;
    }
    if (transform !== undefined) await write(transform.end());
    if (!to.settled) finish(socket, to);
  }

  return settle(
    socket,
    options,
    (to) => void run(to).catch((error) => to.fail("store", "the content could not be made", error)),
    () => {
      pacing?.stop();
      paced();
      void Promise.resolve(iterator.return?.()).catch(() => {});
    },
    breakOff,
  );
}

/**
 * A sender that fails must not look as if it had come to its end, which a FIN would say: the connection is reset. With
 * TLS the missing close_notify says so. Where the peer itself gave up (ABOR), nobody takes the end for one.
 */
function breakOff(code: DataConnectionErrorCode, socket: Socket): void {
  if (code === "aborted" || socket instanceof TLSSocket || socket.destroyed) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * Writes `parts` in order; `written` is called once, with their bytes when the system has them, or with nothing
 * when the connection broke (which the settlement hears of by itself).
 */
function writeAll(
  socket: Socket,
  parts: readonly Uint8Array[],
  written: (bytes: number | undefined) => void,
): void {
  let bytes = 0;
  for (const part of parts) bytes += part.length;
  const last = parts.length - 1;
  if (bytes === 0) {
    written(0);
    return;
  }
  if (last > 0) socket.cork();
  for (const [index, part] of parts.entries()) {
    if (index < last) socket.write(part);
    else socket.write(part, (error) => written(error ? undefined : bytes));
  }
  if (last > 0) socket.uncork();
}

/**
 * Ends the sending side and succeeds as soon as the system has all bytes. The connection is then left until the
 * peer closes too: a close with bytes of the peer's unread (its close_notify) would reset what is still on its way.
 */
function finish(socket: Socket, to: Settlement): void {
  socket.resume();
  socket.end(() => {
    if (to.settled) return;
    linger(socket);
    to.succeed(true);
  });
}
