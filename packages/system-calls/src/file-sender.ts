import type { Socket } from "node:net";
import { duplicate } from "./descriptor.ts";
import type { Library } from "./library.ts";

/** A file on its way to a socket. */
export interface FileSender {
  /**
   * Sends up to `count` bytes from `position` on, in another thread; `sent` is called with how many those were, later and
   * once. That is fewer where the socket is full, and 0 where it takes none now, the file has ended, the connection is
   * broken, the system cannot send this kind of file so, or 256 calls are under way. One call at a time.
   *
   * @param patience `none` goes as far as the socket takes bytes at once; `some` waits in the thread for a socket that is
   *   full, for as long as it takes 64 KiB every few milliseconds. Only where the socket is paused
   */
  send(position: number, count: number, patience: Patience, sent: (bytes: number) => void): void;
  /** Gives the descriptors back, as soon as no call is under way; `send` must not be called any more. */
  close(): void;
}

export type Patience = "none" | "some";

/** include/uapi/asm-generic/socket.h: limits of waiting, as 64-bit seconds and microseconds on every machine. */
const SOL_SOCKET = 1;
const SO_RCVTIMEO_NEW = 66;
const SO_SNDTIMEO_NEW = 67;

/** Microseconds that a thread waits for room: a fast reader has made some by then. The system rounds them up to its ticks. */
const roomWithin = 4_000n;

/**
 * Both descriptors are duplicates of its own. While the thread is about to use a number, the socket or the file may be
 * closed and the number be the next connection's: bytes of one user would go to another.
 *
 * Whether calls wait is a property of the connection and not of a descriptor, so that Node.js's own would wait as well. It
 * makes none while the socket is paused and nothing is written; and were it to read what the peer sent before the pause, it
 * would wait for no more than a tick.
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
  const isLimited = limitWaiting(library, to);
  let isUnderWay = false;
  let isClosed = false;

  function giveBack(): void {
    library.close(to);
    library.close(from);
  }

  return {
    send(position, count, patience, sent) {
      const waits = patience === "some" && isLimited && socket.isPaused();
      isUnderWay = true;
      if (waits) library.setBlocking(to, true);
      library.sendfile(to, from, position, count, (error, bytes) => {
        isUnderWay = false;
        if (waits) library.setBlocking(to, false);
        if (isClosed) giveBack();
        sent(error == null ? Math.max(0, bytes) : 0);
      });
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      if (!isUnderWay) giveBack();
    },
  };
}

function limitWaiting(library: Library, socket: number): boolean {
  const limit = (name: number, microseconds: bigint): boolean => {
    const time = new Uint8Array(BigInt64Array.of(0n, microseconds).buffer);
    return library.setsockopt(socket, SOL_SOCKET, name, time, time.length) === 0;
  };
  return limit(SO_SNDTIMEO_NEW, roomWithin) && limit(SO_RCVTIMEO_NEW, 1n);
}
