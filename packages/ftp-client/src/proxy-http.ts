import type { ClientRequest } from "node:http";
import { isIPv6, type Socket } from "node:net";
import { FtpError } from "@longshore/ftp-session/client";
import type { Dial } from "./dial.ts";
import type { ProxyServer } from "./proxy.ts";

/** HTTP CONNECT (RFC 9110 §9.3.6), with Basic authentication where a user is given (RFC 7617). */
export function dialHttp({ type, host, port, user, password, tls }: ProxyServer): Dial {
  const failure = (why: string, retryable = true): FtpError =>
    new FtpError("proxy-failed", `by the HTTP proxy ${host}:${port}: ${why}`, { retryable });

  return async (request) => {
    // Loaded only where there is a proxy.
    const { request: ask } = type === "https" ? await import("node:https") : await import("node:http");
    return new Promise<Socket>((resolve, reject) => {
      const { signal, localAddress } = request;
      const authority = `${isIPv6(request.host) ? `[${request.host}]` : request.host}:${request.port}`;
      const basic = Buffer.from(`${user}:${password.reveal()}`).toString("base64");
      const options = {
        host,
        port,
        method: "CONNECT",
        path: authority,
        headers: {
          host: authority,
          ...(user === undefined ? {} : { "proxy-authorization": `Basic ${basic}` }),
        },
        agent: false,
        signal,
        ...(localAddress === undefined ? {} : { localAddress }),
      } as const;
      const asked: ClientRequest = ask(type === "https" ? { ...options, ...tls } : options);
      asked.once("error", (error) => reject(failure(error.message)));
      asked.once("connect", ({ statusCode = 0, statusMessage = "" }, socket: Socket, head: Buffer) => {
        if (statusCode >= 200 && statusCode < 300) {
          // What came behind the answer is the server's: the greeting, perhaps.
          socket.pause();
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
          return;
        }
        socket.on("error", () => {});
        socket.destroy();
        // RFC 9110 §15.5.8: 407 wants another user or password.
        const isFinal = statusCode === 407 || statusCode === 403;
        reject(failure(`it answered CONNECT with "${statusCode} ${statusMessage}"`, !isFinal));
      });
      asked.end();
    });
  };
}
