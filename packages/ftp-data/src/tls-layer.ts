import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

/**
 * TLS on a control connection that can be taken off again (CCC, RFC 4217 §12.3; REIN, §13): it stands beside the
 * socket instead of on it, so that what comes behind the peer's close_notify is there to be read.
 */
export interface TlsLayer {
  readonly socket: TLSSocket;
  /** What came from the peer. */
  push(bytes: Uint8Array): void;
  /** The peer sends nothing more. */
  end(): void;
  /**
   * Sends close_notify, waits for the peer's, and answers what it sent in clear behind that. A peer that sends none but
   * goes on in clear (curl with a passive CCC) is understood too. Nothing is answered when it leaves.
   */
  stop(): Promise<Uint8Array | undefined>;
  /** Nothing more comes from or goes to the connection. */
  destroy(): void;
}

export interface TlsLayerOptions {
  /**
   * One record is given to TLS in a turn of the event loop, from the beginning: `false` unless told. For the side whose
   * peer may say close_notify before `stop` is called, which is the client of CCC: what comes behind it is seen all the
   * same.
   */
  readonly stepwise?: boolean;
}

/**
 * @param start begins the handshake over what stands for the connection; what it answers is part of the layer
 */
export function createTlsLayer<S extends { readonly socket: TLSSocket }>(
  plain: Socket,
  start: (wire: Duplex) => S,
  { stepwise = false }: TlsLayerOptions = {},
): S & TlsLayer {
  const records = createRecordReader();
  let isStepping = false;
  let hasEnded = false;
  let isDestroyed = false;
  let stopped: ((rest: Uint8Array | undefined) => void) | undefined;

  const wire = new Duplex({
    read() {
      if (!stepwise) plain.resume();
    },
    write: (chunk: Uint8Array, _, done) => void plain.write(chunk, done),
    final(done) {
      if (stopped === undefined) plain.end();
      done();
    },
    destroy(_, done) {
      if (stopped === undefined) plain.destroy();
      done(null);
    },
  });
  wire.on("error", () => {});
  const started = start(wire);
  const { socket } = started;
  let isSecured = false;
  socket.once("secure", () => {
    isSecured = true;
  });

  const isOver = (): boolean => {
    if (socket.destroyed || isDestroyed) return true;
    return (socket.readableEnded || records.isClear) && socket.writableFinished;
  };

  /** Each record is given away alone, and its effect seen before the next: behind the last comes clear text. */
  async function step(): Promise<void> {
    if (isStepping) return;
    isStepping = true;
    while (!socket.readableEnded && !records.isClear && !socket.destroyed) {
      const record = records.take();
      if (record === undefined) break;
      wire.push(record);
      await new Promise((resolve) => setImmediate(resolve));
    }
    isStepping = false;
    if (stopped === undefined) {
      if (hasEnded) wire.push(null);
      else plain.resume();
    } else if (isOver() || hasEnded) {
      socket.destroy();
      stopped(isDestroyed || plain.destroyed ? undefined : records.rest());
    } else plain.resume();
  }

  return {
    ...started,
    push(bytes) {
      if (stepwise || stopped !== undefined) {
        records.push(bytes);
        if (stopped === undefined) plain.pause();
        else if (records.length > maxHeld) plain.destroy();
        void step();
        return;
      }
      records.pass(bytes);
      if (!wire.push(bytes)) plain.pause();
    },
    end() {
      hasEnded = true;
      if (!isSecured) socket.destroy();
      else if (stepwise || stopped !== undefined) void step();
      else wire.push(null);
    },
    stop: () =>
      new Promise((resolve) => {
        stopped = resolve;
        for (const event of ["end", "finish", "close"]) socket.on(event, () => void step());
        socket.resume();
        socket.end();
        void step();
      }),
    destroy() {
      isDestroyed = true;
      socket.destroy();
      if (stopped !== undefined) void step();
    },
  };
}

/** What a peer may send between our close_notify and its own. */
const maxHeld = 64 * 1024;

/** Content types of TLS records (RFC 8446 §5.1): no byte that a command, or telnet, begins with. */
const isRecordType = (byte: number): boolean => byte >= 20 && byte <= 24;
const headerLength = 5;

interface RecordReader {
  /** Bytes that go on at once: only where records end is kept in mind. */
  pass(bytes: Uint8Array): void;
  /** Bytes that wait. */
  push(bytes: Uint8Array): void;
  readonly length: number;
  /** A whole record, or what is left of one that began to pass. */
  take(): Uint8Array | undefined;
  /** What waits is no record. */
  readonly isClear: boolean;
  rest(): Uint8Array;
}

/** Finds where TLS records end (RFC 8446 §5.1: type, version, length, content). */
function createRecordReader(): RecordReader {
  let held: Uint8Array = new Uint8Array();
  /** The header of the record that passes, as far as it has come, and how much is to come behind it. */
  let header: number[] = [];
  let left = 0;

  const take = (): Uint8Array | undefined => {
    let length = left;
    if (left === 0) {
      const known = [...header, ...held.subarray(0, headerLength - header.length)];
      if (known.length < headerLength) return undefined;
      length = headerLength - header.length + (known[3] ?? 0) * 256 + (known[4] ?? 0);
    }
    if (held.length < length || length === 0) return undefined;
    const record = held.subarray(0, length);
    held = held.subarray(length);
    header = [];
    left = 0;
    return record;
  };

  return {
    pass(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (left > 0) {
          const count = Math.min(left, bytes.length - at);
          left -= count;
          at += count;
          continue;
        }
        header.push(bytes[at] ?? 0);
        at++;
        if (header.length < headerLength) continue;
        left = (header[3] ?? 0) * 256 + (header[4] ?? 0);
        header = [];
      }
    },
    push(bytes) {
      held = Buffer.concat([held, bytes]);
    },
    get length() {
      return held.length;
    },
    take,
    get isClear() {
      return left === 0 && header.length === 0 && held.length > 0 && !isRecordType(held[0] ?? 0);
    },
    rest: () => held,
  };
}
