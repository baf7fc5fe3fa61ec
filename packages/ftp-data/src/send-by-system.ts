import type { Socket } from "node:net";
import type { ReadableFile } from "@longshore/file-store";
import { type FileSender, loadSystemCalls } from "@longshore/system-calls";
import type { BufferPool } from "./pool.ts";
import type { Settlement } from "./transfer.ts";

/** What is sent, and what becomes of it. */
export interface SendBySystem {
  readonly socket: Socket;
  readonly file: ReadableFile;
  /** First byte to send, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  readonly pool: BufferPool;
  /** Everything is in the socket. */
  onSent(): void;
  /** The system does not send this file by itself: it is to be read from `position` on. */
  onRefused(position: number): void;
}

/** Bytes from which on it pays to ask the system. */
const worthwhile = 1 << 20;

/** Bytes of one call. A transfer that was given up holds a thread for so many, at the least rate half a second. */
const most = 1 << 23;

/** Bytes that are written to a full socket, to hear when it has room; a tenth faster than with few of them. */
const filling = 1 << 20;

/** The same from so many bytes on that are lent: where there are many transfers, some of them are slow. */
const crowded = 8 << 20;
const little = 1 << 16;

/** Calls in a row that send nothing right behind a write, which is no sign of a full socket any more. */
const tries = 4;

/** Transfers whose thread may wait for room at a time: there are four threads unless told, for all that is done with files. */
const mostWaiting = 2;
let waiting = 0;

/**
 * Sends by sendfile(2), which copies no byte into this process. A call waits for a reader that is fast to make room; where
 * the socket stays full a buffer is written as usual, since Node.js tells when that is in. Until it is through, nothing
 * that the peer sends is read.
 *
 * @returns what ends it before its time; it may be called also when it is through
 */
export function sendBySystem(task: SendBySystem, to: Settlement): () => void {
  const { socket, file, end, pool } = task;
  let position = task.start;
  let sender: FileSender | undefined;
  let inVain = 0;

  function next(): void {
    if (to.settled || sender === undefined) return;
    if (position >= end) {
      sender.close();
      task.onSent();
      return;
    }
    const wanted = Math.min(most, end - position);
    const waits = waiting < mostWaiting;
    if (waits) waiting++;
    to.waitForPeer(false);
    sender.send(position, wanted, waits ? "some" : "none", (bytes) => {
      if (waits) waiting--;
      if (to.settled) return;
      inVain = bytes === 0 ? inVain + 1 : 0;
      position += bytes;
      if (bytes > 0) to.moved(bytes);
      if (bytes === wanted) next();
      else if (inVain < tries) writeBuffer();
      else refuse();
    });
  }

  function writeBuffer(): void {
    const most = pool.lent < crowded ? filling : little;
    const buffer = pool.take(Math.min(most, end - position));
    const wanted = Math.min(most, buffer.length, end - position);
    file.read(buffer.subarray(0, wanted), position).then(
      (count) => {
        if (to.settled || count === 0) pool.give(buffer);
        if (to.settled) return;
        if (count === 0) {
          to.fail("store", `the file ended at byte ${position} and had ${end} when it was opened`);
          return;
        }
        to.waitForPeer(true);
        socket.write(buffer.subarray(0, count), (error) => {
          pool.give(buffer);
          if (error != null || to.settled) return;
          position += count;
          to.moved(count);
          next();
        });
      },
      (error) => {
        pool.give(buffer);
        to.fail("store", `the file could not be read at byte ${position}`, error);
      },
    );
  }

  function refuse(): void {
    sender?.close();
    task.onRefused(position);
  }

  void loadSystemCalls().then((calls) => {
    if (to.settled || file.descriptor === undefined) return;
    sender = socket.writableLength > 0 ? undefined : calls?.createFileSender(socket, file.descriptor);
    if (sender === undefined) {
      refuse();
      return;
    }
    socket.pause();
    next();
  });
  return () => sender?.close();
}

/** Whether the system may send the file by itself: from a descriptor, to a plain socket, and enough of it. */
export function maySendBySystem({
  socket,
  file,
  start,
  end,
}: Omit<SendBySystem, "pool" | "onSent" | "onRefused">): boolean {
  return file.descriptor !== undefined && !("encrypted" in socket) && end - start >= worthwhile;
}
