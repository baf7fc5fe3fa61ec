import type { FtpServerEvent } from "@longshore/ftp-server";
import type { TftpEvent } from "@longshore/tftp-endpoint";
import { afterEach, describe, expect, it } from "vitest";
import { createMetrics } from "../src/serve/metrics.ts";
import { createMetricsServer } from "../src/serve/metrics-server.ts";
import { fanOut } from "../src/serve/sink.ts";

const session = { id: 1, remote: { host: "192.0.2.1", port: 1, family: 4 as const } };
const transfer = {
  id: 1,
  kind: "retrieve" as const,
  path: "/a",
  representation: "image" as const,
  secure: false,
};
const remote = { address: "192.0.2.1", port: 2 };
const statistics = { bytes: 7, blocks: 1, retransmissions: 0, duplicates: 0, outOfOrder: 0, foreign: 0 };

const store = { ...transfer, id: 2, kind: "store" as const };
const ftpEvents: readonly FtpServerEvent[] = [
  { type: "connect", session, local: session.remote },
  { type: "connect", session: { ...session, id: 2 }, local: session.remote },
  { type: "connect-refused", remote: session.remote, reason: "sessions" },
  { type: "secure", session, protocol: "TLSv1.3", cipher: "x" },
  { type: "secure-failed", session, message: "x" },
  { type: "login", session, anonymous: false },
  { type: "login", session, anonymous: true, password: "me@" },
  { type: "login-refused", session, username: "x", reason: "denied" },
  { type: "reply", session, code: 530, text: "x" },
  { type: "transfer-start", session, transfer },
  { type: "transfer-progress", session, transfer, bytes: 400, milliseconds: 1000 },
  { type: "transfer-progress", session, transfer, bytes: 900, milliseconds: 2000 },
  { type: "transfer-end", session, transfer, bytes: 1000, milliseconds: 2500, outcome: "done" },
  { type: "transfer-start", session, transfer: store },
  { type: "transfer-end", session, transfer: store, bytes: 5, milliseconds: 3, outcome: "reset" },
  { type: "transfer-start", session, transfer: { ...store, id: 3 } },
  { type: "ban", address: "192.0.2.9", milliseconds: 1000, reason: "failures" },
  { type: "stranger", session, remote: "192.0.2.9" },
  { type: "quota-exceeded", session, user: "x", path: "/x", what: "bytes", used: 9, limit: 9 },
  { type: "error", error: new Error("x") },
  { type: "hook-failed", session, hook: "onLogin", error: new Error("x") },
  { type: "disconnect", session, reason: "quit", milliseconds: 1 },
];
const tftpEnd = {
  type: "transfer-end",
  id: 1,
  operation: "read",
  filename: "a",
  mode: "octet",
  remote,
  outcome: { type: "complete", bytes: 7 },
  statistics,
  duration: 20,
} as unknown as TftpEvent;
const tftpEvents: readonly TftpEvent[] = [
  {
    type: "request",
    id: 1,
    operation: "read",
    filename: "a",
    mode: "octet",
    options: [],
    remote,
    local: remote,
  },
  {
    ...{ type: "transfer-start", id: 1, operation: "read", filename: "a", remote, local: remote },
    ...{ granted: [], blockSize: 512, windowSize: 1 },
  },
  tftpEnd,
  { type: "refused", remote, code: 1, message: "x" },
  { type: "dropped", remote, reason: "budget" },
  { type: "socket-error", error: new Error("x") },
];

const expected = `
longshore_sessions{protocol="ftp"} 1
longshore_sessions{protocol="tftp"} 0
longshore_sessions_total{protocol="ftp"} 2
longshore_sessions_total{protocol="tftp"} 1
longshore_refused_total{protocol="ftp",reason="sessions"} 1
longshore_refused_total{protocol="tftp",reason="refused"} 1
longshore_refused_total{protocol="tftp",reason="budget"} 1
longshore_logins_total{result="accepted"} 1
longshore_logins_total{result="anonymous"} 1
longshore_logins_total{result="denied"} 1
longshore_tls_handshakes_total{result="done"} 1
longshore_tls_handshakes_total{result="failed"} 1
longshore_transfers{protocol="ftp",direction="out"} 0
longshore_transfers{protocol="ftp",direction="in"} 1
longshore_transfers{protocol="tftp",direction="out"} 0
longshore_transfers_total{protocol="ftp",direction="out",result="done"} 1
longshore_transfers_total{protocol="ftp",direction="in",result="failed"} 1
longshore_transfers_total{protocol="tftp",direction="out",result="done"} 1
longshore_transfer_bytes_total{protocol="ftp",direction="in"} 5
longshore_transfer_bytes_total{protocol="ftp",direction="out"} 1000
longshore_transfer_bytes_total{protocol="tftp",direction="out"} 7
longshore_transfer_duration_seconds_sum{protocol="ftp",direction="out"} 2.5
longshore_transfer_duration_seconds_count{protocol="tftp",direction="out"} 1
longshore_replies_total{class="5xx"} 1
longshore_strangers_total 1
longshore_bans_total 1
longshore_quota_exceeded_total{what="bytes"} 1
longshore_errors_total{protocol="ftp"} 2
longshore_errors_total{protocol="tftp"} 1
`
  .trim()
  .split("\n");

describe("metrics: sessions, logins, failures, transfers, bytes, durations, errors, and TFTP's", () => {
  it("are counted from the events", async () => {
    const metrics = createMetrics(false);
    const sink = fanOut([metrics]);
    ftpEvents.forEach(sink.ftp);
    tftpEvents.forEach(sink.tftp);
    const lines = (await metrics.text()).split("\n");
    for (const line of expected) expect(lines).toContain(line);
    // Nothing that clients choose makes a series.
    expect(lines.join("\n")).not.toMatch(/192\.0\.2|"\/a"|me@/);
  });

  it("bytes of a transfer under way are counted as it goes", async () => {
    const metrics = createMetrics(false);
    ftpEvents.slice(0, 11).forEach(metrics.ftp);
    expect(await metrics.text()).toContain(
      'longshore_transfer_bytes_total{protocol="ftp",direction="out"} 400\n',
    );
  });

  it("tell of this process, too", async () => {
    expect(await createMetrics().text()).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

describe("the port of metrics", () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it("answers /metrics and /healthz and nothing else", async () => {
    let isHealthy = true;
    const metrics = createMetrics(false);
    const server = createMetricsServer({ host: "127.0.0.1", port: 0 }, metrics, () => isHealthy);
    const url = `http://127.0.0.1:${await server.listen()}`;
    closing.push(() => server.close());
    const found = await fetch(`${url}/metrics?x=1`);
    expect([found.status, found.headers.get("content-type")]).toEqual([200, metrics.contentType]);
    expect(await found.text()).toBe(await metrics.text());
    expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok\n");
    isHealthy = false;
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: "POST", body: "x" })).status).toBe(405);
    const head = await fetch(`${url}/metrics`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});
