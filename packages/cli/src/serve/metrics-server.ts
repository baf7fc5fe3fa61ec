import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Metrics } from "./metrics.ts";

/** Where Prometheus and whoever watches over this process ask. */
export interface MetricsServer {
  /** Answers the port. Rejects with the system's error. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/**
 * `/metrics` in Prometheus's text form and `/healthz`: 200 while new sessions are taken, 503 while the process ends.
 *
 * @param isHealthy asked at each request to /healthz
 */
export function createMetricsServer(
  { host, port }: { readonly host: string; readonly port: number },
  metrics: Pick<Metrics, "text" | "contentType">,
  isHealthy: () => boolean,
): MetricsServer {
  const server = createServer((request, response) => {
    answer(request, response, metrics, isHealthy).catch(() => response.destroy());
  });
  // Nobody has a reason to hold a connection here for long, nor to send anything but a line and some headers.
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  server.maxConnections = 64;
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host, port }, () => {
          server.off("error", reject);
          server.on("error", () => {});
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: Pick<Metrics, "text" | "contentType">,
  isHealthy: () => boolean,
): Promise<void> {
  request.resume();
  if (request.method !== "GET" && request.method !== "HEAD")
    return send(response, 405, "GET and HEAD alone\n", { Allow: "GET, HEAD" });
  switch (request.url?.split("?")[0]) {
    case "/metrics":
      return send(response, 200, await metrics.text(), { "Content-Type": metrics.contentType });
    case "/healthz":
      return isHealthy() ? send(response, 200, "ok\n") : send(response, 503, "draining\n");
    default:
      return send(response, 404, "there is /metrics and /healthz\n");
  }
}

function send(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", ...headers });
  response.end(text);
}
