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

/** Bytes of one call: so long a transfer that was given up holds a thread. */
const most = 1 << 22;

/** Bytes that are written to a full socket, to hear when it has room; a tenth faster than with few of them. */
const filling = 1 << 20;

/** The same from so many bytes on that are lent: where there are many transfers, some of them are slow. */
const crowded = 8 << 20;
const little = 1 << 16;

/** Calls in a row that send nothing right behind a write, which is no sign of a full socket any more. */
const tries = 4;

/** Milliseconds in which a fast reader makes room; so long a thread is taken up. */
const soon = 2;

/** Transfers that may wait so at a time: there are four threads unless told, for all that is done with files. */
const mostWaiting = 2;
let waiting = 0;

/**
 * Sends by sendfile(2), which copies no byte into this process. A call sends what the socket takes at once; when it takes no
 * more, a buffer is written as usual, since Node.js tells when that is in.
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
    to.waitForPeer(false);
    sender.send(position, wanted, (bytes) => {
      if (to.settled) return;
      inVain = bytes === 0 ? inVain + 1 : 0;
      position += bytes;
      if (bytes > 0) to.moved(bytes);
      if (bytes === wanted) next();
      else if (inVain < tries) awaitRoom();
      else refuse();
    });
  }

  /** A reader that is fast has made room before a buffer could be filled; one that is not gets it written. */
  function awaitRoom(): void {
    if (sender === undefined || waiting >= mostWaiting) {
      writeBuffer();
      return;
    }
    waiting++;
    sender.awaitRoom(soon, (hasRoom) => {
      waiting--;
      if (to.settled) return;
      if (hasRoom) next();
      else writeBuffer();
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
    if (sender === undefined) refuse();
    else next();
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
