import type { Socket } from "node:net";
import { duplicate } from "./descriptor.ts";
import type { Library } from "./library.ts";

/** A file on its way to a socket. */
export interface FileSender {
  /**
   * Sends up to `count` bytes from `position` on, in another thread, as far as the socket takes them at once; `sent` is
   * called with how many those were, later and once: 0 where it takes none now, the file has ended, the connection is
   * broken, or the system cannot send this kind of file so. One call at a time.
   */
  send(position: number, count: number, sent: (bytes: number) => void): void;
  /**
   * Waits in another thread until the socket takes more, for up to so many milliseconds; `done` is called later and once,
   * with whether it does. A call as `send` is.
   */
  awaitRoom(milliseconds: number, done: (hasRoom: boolean) => void): void;
  /** Gives the descriptors back, as soon as no call is under way; `send` must not be called any more. */
  close(): void;
}

/** include/uapi/asm-generic/poll.h */
const POLLOUT = 4;

/**
 * Both descriptors are duplicates of its own. While the thread is about to use a number, the socket or the file may be
 * closed and the number be the next connection's: bytes of one user would go to another.
 */
export function createFileSender(library: Library, socket: Socket, file: number): FileSender | undefined {
  const connection = duplicate(library, socket);
  if (connection === undefined) return undefined;
  const from = library.duplicate(file);
  if (from < 0) {
    library.close(connection);
    return undefined;
  }
  const to: number = connection;
  // A pollfd of <poll.h>: the descriptor, what is asked for, and what the system answers.
  const awaited = new Uint8Array(8);
  new Int32Array(awaited.buffer)[0] = to;
  new Int16Array(awaited.buffer)[2] = POLLOUT;
  let isUnderWay = false;
  let isClosed = false;

  function giveBack(): void {
    library.close(to);
    library.close(from);
  }

  return {
    send(position, count, sent) {
      isUnderWay = true;
      library.sendfile(to, from, position, count, (error, bytes) => {
        isUnderWay = false;
        if (isClosed) giveBack();
        sent(error == null ? Math.max(0, bytes) : 0);
      });
    },
    awaitRoom(milliseconds, done) {
      isUnderWay = true;
      library.poll(awaited, 1, milliseconds, (error, ready) => {
        isUnderWay = false;
        if (isClosed) giveBack();
        done(error == null && ready > 0);
      });
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      if (!isUnderWay) giveBack();
    },
  };
}
