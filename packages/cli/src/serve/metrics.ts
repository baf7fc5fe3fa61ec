import type { FtpServerEvent } from "@longshore/ftp-server";
import type { TftpEvent } from "@longshore/tftp-endpoint";
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from "prom-client";
import type { EventSink } from "./sink.ts";

/** What Prometheus asks for: numbers counted from the stream of events. */
export interface Metrics extends EventSink {
  /** In Prometheus's text form. */
  text(): Promise<string>;
  /** The same as data, to be told together with that of other processes. */
  values(): Promise<MetricValues>;
  readonly contentType: string;
}

/** All metrics of one process. */
export type MetricValues = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Several processes as one, in Prometheus's text form: what is counted is added up. */
export function aggregate(all: readonly MetricValues[]): Promise<string> {
  return AggregatorRegistry.aggregate(all.map((values) => [...values])).metrics();
}

/** What processes that are gone have counted: it was, while what they had is no more. */
export async function countedBy(all: readonly MetricValues[]): Promise<MetricValues> {
  const counts = all.map((values) => values.filter(({ type }) => isCount(String(type))));
  return AggregatorRegistry.aggregate(counts).getMetricsAsJSON();
}

const isCount = (type: string): boolean => type === "counter" || type === "histogram";

/**
 * Counts events. No label holds what a client can choose (names, paths, addresses): the number of series is fixed.
 *
 * @param ofProcess whether memory, processor time and event loop of this process are told as well
 */
export function createMetrics(ofProcess = true): Metrics {
  const registers = [new Registry()] as [Registry];
  const [registry] = registers;
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Counter<Label>({ name: `longshore_${name}`, help, labelNames: labels, registers });
  const gauge = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    new Gauge<Label>({ name: `longshore_${name}`, help, labelNames: labels, registers });

  const active = gauge("sessions", "Sessions at the moment (FTP) and transfers under way (TFTP)", [
    "protocol",
  ]);
  const sessions = counter("sessions_total", "Sessions (FTP) and requests (TFTP) taken", ["protocol"]);
  const refused = counter("refused_total", "Connections and requests turned away", ["protocol", "reason"]);
  const logins = counter("logins_total", "Logins by their result", ["result"]);
  const handshakes = counter("tls_handshakes_total", "TLS handshakes of control connections", ["result"]);
  const moving = gauge("transfers", "Transfers under way", ["protocol", "direction"]);
  const transfers = counter("transfers_total", "Transfers that ended", ["protocol", "direction", "result"]);
  const bytes = counter("transfer_bytes_total", "Bytes moved on the wire, also of transfers under way", [
    "protocol",
    "direction",
  ]);
  const durations = new Histogram({
    name: "longshore_transfer_duration_seconds",
    help: "How long transfers took",
    labelNames: ["protocol", "direction"] as const,
    buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
    registers,
  });
  const replies = counter("replies_total", "Replies by the first digit of their code", ["class"]);
  const strangers = counter("strangers_total", "Connections to data ports from someone else", []);
  const bans = counter("bans_total", "Addresses banned", []);
  const overQuota = counter("quota_exceeded_total", "What quotas of users have refused", ["what"]);
  const errors = counter("errors_total", "Failures on this side, of hooks too", ["protocol"]);
  for (const protocol of ["ftp", "tftp"] as const) {
    active.set({ protocol }, 0);
    errors.inc({ protocol }, 0);
    for (const direction of ["in", "out"] as const) bytes.inc({ protocol, direction }, 0);
  }

  /** Bytes of running transfers that have been counted. */
  const counted = new WeakMap<object, number>();

  function ftp(event: FtpServerEvent): void {
    const protocol = "ftp";
    switch (event.type) {
      case "connect":
        active.inc({ protocol });
        sessions.inc({ protocol });
        return;
      case "disconnect":
        active.dec({ protocol });
        return;
      case "connect-refused":
        refused.inc({ protocol, reason: event.reason });
        return;
      case "secure":
        handshakes.inc({ result: "done" });
        return;
      case "secure-failed":
        handshakes.inc({ result: "failed" });
        return;
      case "login":
        logins.inc({ result: event.anonymous ? "anonymous" : "accepted" });
        return;
      case "login-refused":
        logins.inc({ result: event.reason });
        return;
      case "reply":
        replies.inc({ class: `${Math.floor(event.code / 100)}xx` });
        return;
      case "transfer-start":
        moving.inc({ protocol, direction: directionOf(event) });
        return;
      case "transfer-progress":
        count(event);
        return;
      case "transfer-end": {
        const direction = directionOf(event);
        count(event);
        moving.dec({ protocol, direction });
        transfers.inc({ protocol, direction, result: event.outcome === "done" ? "done" : "failed" });
        durations.observe({ protocol, direction }, event.milliseconds / 1000);
        return;
      }
      case "ban":
        bans.inc();
        return;
      case "quota-exceeded":
        overQuota.inc({ what: event.what });
        return;
      case "stranger":
        strangers.inc();
        return;
      case "hook-failed":
      case "error":
        errors.inc({ protocol });
        return;
      default:
    }
  }

  function count(
    event: Extract<FtpServerEvent, { readonly type: "transfer-progress" | "transfer-end" }>,
  ): void {
    const { transfer } = event;
    bytes.inc({ protocol: "ftp", direction: directionOf(event) }, event.bytes - (counted.get(transfer) ?? 0));
    counted.set(transfer, event.bytes);
  }

  function tftp(event: TftpEvent): void {
    const protocol = "tftp";
    switch (event.type) {
      case "request":
        sessions.inc({ protocol });
        return;
      case "refused":
        refused.inc({ protocol, reason: "refused" });
        return;
      case "dropped":
        refused.inc({ protocol, reason: event.reason });
        return;
      case "transfer-start":
        active.inc({ protocol });
        moving.inc({ protocol, direction: event.operation === "read" ? "out" : "in" });
        return;
      case "transfer-end": {
        const direction = event.operation === "read" ? "out" : "in";
        active.dec({ protocol });
        moving.dec({ protocol, direction });
        bytes.inc({ protocol, direction }, event.statistics.bytes);
        transfers.inc({
          protocol,
          direction,
          result: event.outcome.type === "complete" ? "done" : "failed",
        });
        durations.observe({ protocol, direction }, event.duration / 1000);
        return;
      }
      case "socket-error":
        errors.inc({ protocol });
        return;
      default:
    }
  }

  return {
    ftp,
    tftp,
    text: () => registry.metrics(),
    // As it can travel: without functions.
    values: async () => JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as MetricValues,
    contentType: registry.contentType,
  };
}

type Direction = "in" | "out" | "list";

function directionOf({
  transfer: { kind },
}: Extract<FtpServerEvent, { readonly transfer: unknown }>): Direction {
  if (kind === "list") return "list";
  return kind === "retrieve" ? "out" : "in";
}
