import type { Socket } from "node:net";
import { unmapHost } from "@longshore/ftp-address";
import { addressList } from "./address-range.ts";
import { decodeProxyHeader, type ProxyHeader } from "./proxy-protocol.ts";

/** Who speaks the PROXY protocol (versions 1 and 2). */
export interface ProxyOptions {
  /**
   * Addresses and networks of the proxies (`10.0.0.7`, `10.1.0.0/16`, `fd00::/8`). A connection from there has to
   * begin with a header, on the control port and on passive ports; one from elsewhere is a client's own.
   */
  readonly from: readonly string[];
  /** How long a proxy may take to send it, in milliseconds; 5000 unless told. */
  readonly timeout?: number;
}

/** The proxies of a listener. */
export interface Proxies {
  /** The header of a paused connection, or why it has none; nothing where it does not come from a proxy. */
  read(socket: Socket): Promise<ProxyHeader | string> | undefined;
}

/** @throws {RangeError} when an entry of `from` is neither an address nor a network */
export function createProxies({ from, timeout }: ProxyOptions): Proxies {
  const isProxy = addressList(from);
  return {
    read: (socket) =>
      isProxy(unmapHost(socket.remoteAddress ?? "")) ? readProxyHeader(socket, timeout) : undefined,
  };
}

/**
 * Reads the header from a connection that is paused; what stands behind it stays to be read, and the socket paused.
 * Answers why there is none otherwise; the connection is then closed. Never rejects.
 */
function readProxyHeader(socket: Socket, timeout = 5000): Promise<ProxyHeader | string> {
  return new Promise((resolve) => {
    let held: Uint8Array = new Uint8Array();
    const timer = setTimeout(() => settle(`no PROXY header came within ${timeout} ms`), timeout);

    function settle(result: ProxyHeader | string): void {
      clearTimeout(timer);
      socket.pause();
      socket.off("data", onData);
      socket.off("end", onEnd);
      socket.off("close", onEnd);
      if (typeof result === "string") socket.destroy();
      resolve(result);
    }
    function onData(chunk: Uint8Array): void {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const found = decodeProxyHeader(held);
      if (found.result === "incomplete") return;
      if (found.result === "malformed") {
        settle(`the PROXY header is malformed: ${found.message}`);
        return;
      }
      settle(found.header);
      if (held.length > found.length) socket.unshift(held.subarray(found.length));
    }
    function onEnd(): void {
      settle("the connection ended within the PROXY header");
    }

    socket.on("error", () => {});
    socket.on("data", onData);
    socket.on("end", onEnd);
    socket.on("close", onEnd);
    socket.resume();
  });
}
