import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { FtpError } from "@longshore/ftp-session/client";
import type { Dial } from "./dial.ts";
import type { ProxyServer } from "./proxy.ts";

/** SOCKS5 (RFC 1928), with user and password where they are given (RFC 1929). */
export function dialSocks({ type, host, port, user, password }: ProxyServer): Dial {
  const found = new Map<string, Promise<string>>();

  /** Looked up once, so that a name with several addresses does not lead the data connection to another machine. */
  const locate = async (name: string): Promise<string> => {
    if (type === "socks5h" || isIP(name) !== 0) return name;
    const known = found.get(name) ?? lookup(name).then(({ address }) => address);
    found.set(name, known);
    return known;
  };

  return async (request) => {
    const { signal, localAddress } = request;
    const target = await locate(request.host);
    // Loaded only where there is a proxy.
    const { SocksClient } = await import("socks");
    signal.throwIfAborted();
    const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
    const stop = (): void => {
      socket.destroy(new Error("given up"));
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      await connected(socket);
      await SocksClient.createConnection({
        proxy: {
          host,
          port,
          type: 5,
          ...(user === undefined ? {} : { userId: user, password: password.reveal() }),
        },
        command: "connect",
        destination: { host: target, port: request.port },
        // The session has a clock of its own.
        timeout: longest,
        existing_socket: socket,
      });
    } catch (error) {
      socket.destroy();
      // Not the error itself: it holds the password.
      const why = error instanceof Error ? error.message : String(error);
      throw new FtpError("proxy-failed", `by the SOCKS proxy ${host}:${port}: ${why}`, {
        retryable: !/authentication/i.test(why),
      });
    } finally {
      signal.removeEventListener("abort", stop);
    }
    await quiet(socket);
    return socket;
  };
}

/** Milliseconds: as long as a timer can be. */
const longest = 2 ** 31 - 1;

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve();
    });
    socket.once("error", reject);
  });
}

/**
 * The library lets the socket flow in the next turn, with what came behind the proxy's answer (the greeting, perhaps);
 * who gets the socket later would miss it. It is put back, and the socket waits.
 */
async function quiet(socket: Socket): Promise<void> {
  const early: Buffer[] = [];
  const onData = (chunk: Buffer): void => {
    early.push(chunk);
  };
  socket.on("data", onData);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  socket.pause();
  socket.off("data", onData);
  if (early.length > 0) socket.unshift(Buffer.concat(early));
}
