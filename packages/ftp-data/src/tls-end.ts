import { Socket } from "node:net";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";

/**
 * Watches how a TLS connection ends: `true` from {@link wasCut} means that TCP ended, or was reset, without
 * close_notify, so that what came may not be all (RFC 8446 §6.1). Node tells of both ends with the same `end` event, and
 * OpenSSL's word on it is out of reach. But TCP is no longer read once it has ended, and is still being read behind a
 * close_notify, which comes out of what was read. libuv refuses to begin reading where it reads already (EALREADY), and
 * so tells the two apart, whatever came in one turn.
 *
 * Where the handle or what carries it cannot be watched, nothing counts as cut.
 *
 * @param plain the connection that carries TLS
 * @param onEnd told of the end at once, also where nobody reads: a half-open socket alone would not say
 */
export function watchEnd(secure: TLSSocket, plain: Duplex, onEnd: () => void): void {
  if (!(plain instanceof Socket)) return;
  const handle = handleOf(secure);
  const carrier = handleOf(plain);
  if (handle === undefined || carrier?.readStart === undefined) return;
  const { onread } = handle;
  if (onread === undefined) return;
  handle.onread = function (this: unknown, ...args: readonly unknown[]): unknown {
    if (args[0] === undefined) {
      if (!isStillRead(handle, carrier)) cut.add(secure);
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

/** Whether TCP has not ended. */
function isStillRead(handle: Handle, carrier: Handle): boolean {
  // Someone has stopped reading: what ends then can only be a close_notify in what had been read.
  if (handle.reading === false) return true;
  const code = carrier.readStart?.();
  if (code === 0) carrier.readStop?.();
  return code === alreadyReading;
}

/** As libuv has it: the system's number, negative. */
const alreadyReading = -constants.errno.EALREADY;

function handleOf(socket: Socket): Handle | undefined {
  return (socket as unknown as { readonly _handle?: Handle | null })._handle ?? undefined;
}

/** What a socket reads with. TLS calls `onread` for each piece of plain text, with `undefined` for the end and for errors. */
interface Handle {
  onread?: (...args: readonly unknown[]) => unknown;
  readonly reading?: boolean;
  readStart?(): number;
  readStop?(): number;
}
