import { connect } from "node:net";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createAdmission, createFtpServer, type FtpServerEvent } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";
import { certificate, files, start, until } from "./support/server.ts";

/** Bans at the second refused login, also this machine. */
const strict = { failures: 2, window: 60_000, duration: 60_000, allow: [] } as const;

const typesOf = (events: readonly FtpServerEvent[]): readonly string[] => events.map(({ type }) => type);

describe("331 for every user name; delay after a failure, 421 after N, ban by address after M", () => {
  it("331 for every user name", async () => {
    const { client } = await start({ anonymous: true });
    const one = await client({ login: false });
    const answers = new Set<string>();
    for (const name of ["tester", "nobody", "anonymous", "ftp", "root", "a b", "é", "x".repeat(300)])
      answers.add(await one.command(`USER ${name}`));
    expect([...answers]).toEqual(["331 Send the password."]);
  });

  it("delay after a failure", async () => {
    const { client } = await start({ limits: { failureDelay: 300 } });
    const one = await client({ login: false });
    await one.command("USER tester");
    const began = performance.now();
    expect(await one.code("PASS wrong")).toBe(530);
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
  });

  it("421 after N", async () => {
    const { client, events } = await start({ limits: { loginFailures: 2 } });
    const one = await client({ login: false });
    await one.command("USER tester");
    expect(await one.code("PASS wrong")).toBe(530);
    await one.command("USER nobody");
    expect(await one.code("PASS wrong")).toBe(421);
    await until(() => events.some(({ type }) => type === "disconnect"));
    expect(events.find(({ type }) => type === "disconnect")).toMatchObject({ reason: "login-failures" });
  });

  it("ban by address after M: 421 for the one at work, no session for the next, and events for both", async () => {
    const { client, events, port, server } = await start({ ban: strict });
    const bystander = await client({ login: false });
    const one = await client({ login: false });
    await one.command("USER tester");
    expect(await one.code("PASS wrong")).toBe(530);
    await one.command("USER tester");
    expect(await one.code("PASS wrong")).toBe(421);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "ban", address: "127.0.0.1", reason: "failures" }),
    );
    // The right password does not help any more, wherever from the address it is tried.
    await bystander.command("USER tester");
    expect(await bystander.code("PASS secret")).toBe(421);
    expect(await firstLine(port)).toMatch(/^421 /);
    expect(events).toContainEqual(expect.objectContaining({ type: "connect-refused", reason: "banned" }));
    server.admission.unban("127.0.0.1");
    expect(events).toContainEqual({ type: "unban", address: "127.0.0.1", reason: "request" });
    await client();
  });

  it("drops a banned address before TLS", async () => {
    const { port, server } = await start({ tls: { ...certificate(), implicit: true } });
    server.admission.ban("127.0.0.1");
    expect(await firstLine(port)).toBe("");
  });

  it("never bans whoever the allow-list names", async () => {
    const { client, events } = await start({ ban: { ...strict, allow: ["127.0.0.1"] } });
    const one = await client({ login: false });
    for (let count = 0; count < 4; count++) {
      await one.command("USER tester");
      expect(await one.code("PASS wrong")).toBe(530);
    }
    expect(typesOf(events)).not.toContain("ban");
  });
});

describe("limits with safe defaults", () => {
  it("sessions in all, over several servers that share one table", async () => {
    const admission = createAdmission({ limits: { sessions: 2 } });
    const one = await start({ admission });
    const two = await start({ admission });
    await one.client();
    const last = await two.client();
    expect(await firstLine(one.port)).toMatch(/^421 /);
    expect(await firstLine(two.port)).toMatch(/^421 /);
    expect(one.events).toContainEqual(expect.objectContaining({ reason: "sessions" }));
    last.close();
    await until(() => admission.sessions === 1);
    await one.client();
  });

  it("sessions per address", async () => {
    const { client, port, events } = await start({ limits: { sessionsPerAddress: 1 } });
    await client();
    expect(await firstLine(port)).toMatch(/^421 /);
    expect(events).toContainEqual(expect.objectContaining({ reason: "sessions-per-address" }));
  });

  it("sessions per user", async () => {
    const { client } = await start({ limits: { sessionsPerUser: 1 } });
    const first = await client();
    const second = await client({ login: false });
    await second.command("USER tester");
    expect(await second.code("PASS secret")).toBe(421);
    await first.command("REIN");
    await client();
  });

  it("login time, idle time", async () => {
    const slow = await start({ limits: { loginTimeout: 50 } });
    const one = await slow.client({ login: false });
    expect(await one.reply()).toMatch(/^421 /);
    const idle = await start({ limits: { idleTimeout: 50 } });
    const two = await idle.client();
    expect(await two.reply()).toMatch(/^421 /);
  });

  it("command length 4096", async () => {
    const { client } = await start();
    const one = await client();
    expect(await one.code(`NOOP ${"x".repeat(4091)}`)).toBe(200);
    expect(await one.code(`NOOP ${"x".repeat(4092)}`)).toBe(500);
    expect(await one.code("NOOP")).toBe(200);
  });

  it("transfers at once", async () => {
    const { client } = await start({ limits: { transfers: 1 } });
    const one = await client();
    const two = await client();
    const data = await one.passive();
    expect(await one.code("STOR slow.txt")).toBe(150);
    expect((await two.get("LIST")).final).toMatch(/^450 /);
    data.end("done");
    expect(await one.reply()).toMatch(/^226 /);
    expect((await two.get("LIST")).final).toMatch(/^226 /);
  });

  it("LIST work", async () => {
    const { client } = await start({ limits: { wildcardEntries: 2 } });
    const one = await client();
    expect((await one.get("LIST *.txt")).final).not.toMatch(/^226/);
    expect((await one.get("LIST dir/*.txt")).final).toMatch(/^226/);
  });
});

describe("listen", () => {
  it("rejects where the port is taken, and tells of it nowhere else", async () => {
    const { port } = await start();
    const events: FtpServerEvent[] = [];
    const server = createFtpServer({
      store: createMemoryStore({ files }),
      port,
      onEvent: (event) => events.push(event),
    });
    await expect(server.listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
    expect(events).toEqual([]);
  });
});

/** What a connection is told before it is closed. */
async function firstLine(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    text += chunk;
  });
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.on("error", () => {});
  });
  return text;
}
