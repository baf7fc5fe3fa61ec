import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

/**
 * Watches how a TLS connection ends: `true` from {@link wasCut} means that TCP ended without close_notify, so that
 * what came may not be all (RFC 8446 §6.1). Node tells of both ends with the same `end` event, and OpenSSL's word on
 * it is out of reach. It is told from what can be seen when the end is reported:
 *
 * - the end comes from the same read as the last data: close_notify stood behind them;
 * - it comes later, and just the bytes of an alert were read meanwhile: that was close_notify;
 * - else nothing, or part of a record, was read: cut.
 *
 * Where the handle or what carries it cannot be watched, nothing counts as cut.
 *
 * @param plain the connection that carries TLS
 * @param onEnd told of the end at once, also where nobody reads: a half-open socket alone would not say
 */
export function watchEnd(secure: TLSSocket, plain: Duplex, onEnd: () => void): void {
  if (!(plain instanceof Socket)) return;
  const handle = (secure as unknown as { readonly _handle?: ReadHandle | null })._handle;
  const onread = handle?.onread;
  if (typeof onread !== "function" || handle === undefined || handle === null) return;
  let read = 0;
  let isSameTurn = false;
  const mark = (): void => {
    read = plain.bytesRead;
    if (isSameTurn) return;
    isSameTurn = true;
    setImmediate(() => {
      isSameTurn = false;
    });
  };
  secure.once("secure", mark);
  // To a client the tickets of TLS 1.3 come behind the handshake, and of an empty file nothing but them.
  secure.on("session", mark);
  handle.onread = function (this: unknown, ...args: readonly unknown[]): unknown {
    if (args[0] !== undefined) mark();
    else {
      const more = plain.bytesRead - read;
      if (!isSameTurn && (more < shortestAlert || more > longestAlert)) cut.add(secure);
      onEnd();
    }
    return Reflect.apply(onread, this, args);
  };
}

/** Whether a connection that was watched ended without close_notify. */
export function wasCut(socket: Socket): boolean {
  return cut.has(socket);
}

const cut = new WeakSet<Socket>();

/** Bytes of a record with an alert, with the shortest and longest protection that OpenSSL knows (TLS 1.2 and 1.3). */
const shortestAlert = 23;
const longestAlert = 85;

/** What TLSSocket's handle calls for each piece of plain text, with `undefined` for the end and for errors. */
interface ReadHandle {
  onread?: (...args: readonly unknown[]) => unknown;
}
