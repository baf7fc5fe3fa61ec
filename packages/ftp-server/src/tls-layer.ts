import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type SecuredSocket, type ServerNameChoice, type SessionTls, startTls } from "./tls.ts";

/**
 * TLS on a control connection that can be taken off again (CCC, RFC 4217 §12.3; REIN, §13): it stands beside the
 * socket instead of on it, so that what comes after the client's close_notify is there to be read.
 */
export interface TlsLayer extends SecuredSocket {
  readonly socket: TLSSocket;
  /** What came from the client. */
  push(bytes: Uint8Array): void;
  /** The client sends nothing more. */
  end(): void;
  /**
   * Sends close_notify, waits for the client's, and answers what it sent in clear behind that. A client that sends
   * none but goes on in clear (curl with a passive CCC) is understood too. Nothing is answered when it leaves.
   */
  stop(): Promise<Uint8Array | undefined>;
  /** Nothing more comes from or goes to the connection. */
  destroy(): void;
}

export function createTlsLayer(
  plain: Socket,
  tls: SessionTls,
  timeout: number,
  choose: ServerNameChoice,
): TlsLayer {
  const records = createRecordReader();
  let isStopping = false;
  let hasEnded = false;
  let isDestroyed = false;
  let wake = (): void => {};

  const wire = new Duplex({
    read: () => void plain.resume(),
    write: (chunk: Uint8Array, _, done) => void plain.write(chunk, done),
    final(done) {
      if (!isStopping) plain.end();
      done();
    },
    destroy(_, done) {
      if (!isStopping) plain.destroy();
      done(null);
    },
  });
  wire.on("error", () => {});
  const { socket, secured } = startTls(wire, tls, timeout, choose);
  let isSecured = false;
  void secured.then(() => {
    isSecured = true;
  });

  async function stop(): Promise<Uint8Array | undefined> {
    isStopping = true;
    socket.resume();
    socket.end();
    for (;;) {
      // Each record is given away alone, and its effect seen before the next: behind the last comes clear text.
      const record = records.take();
      if (record !== undefined) wire.push(record);
      else if (!records.isClear && !hasEnded && !isDestroyed) {
        plain.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (socket.readableEnded || socket.destroyed || records.isClear || record === undefined) break;
    }
    socket.destroy();
    return isDestroyed || plain.destroyed ? undefined : records.rest();
  }

  return {
    socket,
    secured,
    push(bytes) {
      if (isStopping) {
        records.push(bytes);
        if (records.length > maxHeld) plain.destroy();
        wake();
        return;
      }
      records.pass(bytes);
      if (!wire.push(bytes)) plain.pause();
    },
    end() {
      hasEnded = true;
      wake();
      if (!isSecured) socket.destroy();
      else if (!isStopping) wire.push(null);
    },
    stop,
    destroy() {
      isDestroyed = true;
      wake();
      socket.destroy();
    },
  };
}

/** What a client may send between our close_notify and its own. */
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
