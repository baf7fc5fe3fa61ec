import type { Socket } from "node:net";
import type { WritableFile } from "@longshore/file-store";
import { loadSystemCalls } from "@longshore/system-calls";
import { intakeOf, takeOver } from "./intake.ts";
import { createPacing, type Pacing } from "./pace.ts";
import { sharedPool } from "./pool.ts";
import { linger, type Settlement, settle, type TransferOptions, type Transferred } from "./transfer.ts";

export interface ReceiveOptions extends TransferOptions {
  /** Where in the file the first byte goes; the file's own `start` unless told. */
  readonly position?: number;
}

/** Bytes that may wait for the store before the peer has to wait. */
const maxWaiting = 1 << 20;

/** Bytes after which a plain connection that came in is looked at: whether it is worth buffers of its own. */
const looked = 4 << 20;

/** Bytes a millisecond from which on it is. */
const fastRate = 50_000;

/** Bytes lent from which on there are too many others for that. */
const crowded = 64 << 20;

const nothing = new Uint8Array(0);

/**
 * Receives until the peer ends the connection. What comes in while a write is under way goes out in one write
 * after it; a slow store makes the peer wait and memory stays constant. Resolves when every byte has been
 * written; commits nothing.
 *
 * @throws {DataConnectionError}
 */
export function receiveFile(
  socket: Socket,
  file: WritableFile,
  options: ReceiveOptions = {},
): Promise<Transferred> {
  let position = options.position ?? file.start;
  return receive(socket, options, (chunks) => {
    const at = position;
    for (const chunk of chunks) position += chunk.length;
    const [first, second] = chunks;
    if (first === undefined) return undefined;
    if (second === undefined) return file.write(first, at);
    return file.writeAll === undefined ? writeOneByOne(file, chunks, at) : file.writeAll(chunks, at);
  });
}

/** Receives into a function, for listings; a chunk is valid only during the call. A throw of it ends the transfer. */
export function receiveChunks(
  socket: Socket,
  onChunk: (chunk: Uint8Array) => void,
  options: TransferOptions = {},
): Promise<Transferred> {
  return receive(socket, options, (chunks) => {
    for (const chunk of chunks) onChunk(chunk);
    return undefined;
  });
}

/** `write` answers a promise while it needs the chunks, or nothing when it is done with them. */
function receive(
  first: Socket,
  options: TransferOptions,
  write: (chunks: readonly Uint8Array[]) => Promise<void> | undefined,
): Promise<Transferred> {
  const { transform, pace, pool = sharedPool() } = options;
  const began = performance.now();
  let pacing: Pacing | undefined;
  let socket = first;
  let intake = intakeOf(socket);
  let isLooked = intake !== undefined || transform !== undefined || "encrypted" in socket;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let writing = false;
  /** Chunks of the write under way. */
  let inWrite = 0;
  let ended = false;

  function begin(to: Settlement): void {
    const accept = (chunk: Uint8Array): boolean => {
      if (to.settled) return false;
      to.moved(chunk.length);
      pacing?.moved(chunk.length);
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (!writing) flush();
      return mayReceive();
    };

    // What is being written or waits for it has its buffer for itself; loose chunks may gather.
    const mayReceive = (): boolean =>
      pacing?.isWaiting !== true &&
      (intake === undefined ? waitingBytes < maxWaiting : waiting.length + inWrite < intake.most);

    const flush = (): void => {
      const chunks = waiting;
      waiting = [];
      waitingBytes = 0;
      let written: Promise<void> | undefined;
      try {
        written = write(transform === undefined ? chunks : chunks.flatMap((chunk) => transform.push(chunk)));
      } catch (error) {
        refused(error);
        return;
      }
      if (written !== undefined) inWrite = chunks.length;
      after(written, goOn);
    };

    const goOn = (): void => {
      if (waitingBytes > 0) flush();
      else if (ended) complete();
      if (to.settled || ended || pacing?.isWaiting) return;
      // The stall clock is the peer's: it stands while the peer is made to wait.
      to.waitForPeer(true);
      if (socket.isPaused() || intake !== undefined) socket.resume();
    };

    const complete = (): void => {
      const rest = transform?.end() ?? [];
      after(rest.length === 0 ? undefined : write(rest), () => {
        // The peer hears that we are through too: some wait for our close_notify, and call its absence an attack.
        const isSecure = "encrypted" in socket;
        to.succeed(isSecure);
        if (!isSecure) return;
        socket.end();
        linger(socket);
      });
    };

    const after = (written: Promise<void> | undefined, next: () => void): void => {
      if (written === undefined) {
        next();
        return;
      }
      writing = true;
      written.then(() => {
        writing = false;
        inWrite = 0;
        if (to.settled) intake?.release();
        else next();
      }, refused);
    };

    const refused = (error: unknown): void => {
      writing = false;
      if (to.settled) intake?.release();
      to.fail("store", "what came in could not be stored", error);
    };

    if (pace !== undefined)
      pacing = createPacing(pace, to, () => {
        if (ended || !mayReceive()) return;
        to.waitForPeer(true);
        socket.resume();
      });
    /** Finds out once whether the connection is one that buffers of its own pay for. */
    const look = (): void => {
      if (isLooked || to.bytes < looked) return;
      isLooked = true;
      if (to.bytes < (performance.now() - began) * fastRate || pool.lent >= crowded) return;
      void loadSystemCalls().then(() => {
        if (!to.settled && !ended) goOver();
      });
    };

    /**
     * From here on the connection is read straight into buffers of ours, sixteen times as large as those that Node.js
     * makes one after the other. What it has read already comes first.
     */
    const goOver = (): void => {
      listeners();
      socket.pause();
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) accept(chunk);
      const taken = to.settled ? undefined : takeOver(socket, pool);
      if (taken !== undefined) {
        socket = taken;
        intake = intakeOf(taken);
        to.moveTo(taken);
      }
      attach();
      if (mayReceive()) socket.resume();
      else to.waitForPeer(false);
    };

    const attach = (): void => {
      socket.on("data", onData);
      socket.once("end", onEnd);
      if (intake === undefined) return;
      intake.onChunk = (chunk) => {
        const more = accept(chunk);
        if (!more) to.waitForPeer(false);
        return more;
      };
      if (intake.early !== undefined) accept(intake.early);
    };

    attach();
    if (!pacing?.isWaiting) socket.resume();
    // A TLS socket reads by itself: the end of an empty file may have come before anyone listened.
    if (socket.readableEnded) onEnd();

    function onData(chunk: Uint8Array): void {
      const more = accept(chunk);
      look();
      if (more) return;
      socket.pause();
      to.waitForPeer(false);
    }
    function onEnd(): void {
      // Where a reset comes right behind the last bytes, libuv tells of an end (POLLHUP after a partial read). A write
      // of nothing sends nothing after a true end, and fails after a reset. With TLS it is close_notify that counts.
      if (socket.allowHalfOpen && socket.writable && !("encrypted" in socket)) {
        socket.write(nothing, (error) => {
          if (error == null) peerEnded();
          else to.fail("reset", `the data connection broke: ${error.message}`, error);
        });
      } else peerEnded();
    }
    function peerEnded(): void {
      if (to.settled) return;
      ended = true;
      to.peerEnded();
      if (!writing && waitingBytes === 0) complete();
    }
    listeners = () => {
      socket.off("data", onData);
      socket.off("end", onEnd);
    };
  }

  let listeners = (): void => {};
  return settle(socket, options, begin, () => {
    listeners();
    pacing?.stop();
    if (!writing) intake?.release();
  });
}

async function writeOneByOne(
  file: WritableFile,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let at = position;
  for (const chunk of chunks) {
    await file.write(chunk, at);
    at += chunk.length;
  }
}
