import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { FtpServerError } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";
import { openClient, readAll } from "./support/client.ts";
import { certificate, files, secret, start, until } from "./support/server.ts";

const proxies = { from: ["127.0.0.0/8"], timeout: 200 };
const header = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 21\r\n";

describe("listeners", () => {
  it("share all limits and one count of sessions", async () => {
    const { server } = await start({
      tls: certificate(),
      listeners: [{}, { implicitTls: true }],
      limits: { sessions: 2 },
    });
    const [plain, implicit] = server.addresses;
    const first = await openClient(plain?.port ?? 0);
    const second = await openClient(implicit?.port ?? 0, { implicitTls: true });
    await second.login();
    expect(server.sessions).toBe(2);
    const third = connect(plain?.port ?? 0, "127.0.0.1");
    expect(await readAll(third)).toMatch(/^421/);
    first.close();
    second.close();
  });
});

describe("the PROXY protocol", () => {
  it("gives the session the client's address, for events, bounce checks and the data it sends behind", async () => {
    const running = await start({ listeners: [{ proxies }] });
    const socket = connect(running.port, "127.0.0.1");
    const lines = linesOf(socket);
    socket.write(`${header}USER tester\r\nPASS secret\r\nPORT 127,0,0,1,200,10\r\n`);
    expect(await lines(4)).toMatch(/220 .*331 .*230 .*50[04] /s);
    expect(running.events.find(({ type }) => type === "connect")).toMatchObject({
      session: { remote: { host: "192.0.2.7", port: 4711 } },
      local: { host: "198.51.100.1", port: 21 },
    });
    socket.destroy();
  });

  it("is understood in whatever pieces it comes, before TLS too", async () => {
    const running = await start({
      tls: certificate(),
      listeners: [{ proxies, implicitTls: true }],
    });
    const plain = connect({ port: running.port, host: "127.0.0.1", noDelay: true });
    for (const piece of [header.slice(0, 7), header.slice(7, 30), header.slice(30)]) plain.write(piece);
    const socket = connectTls({ socket: plain, rejectUnauthorized: false });
    expect(await linesOf(socket)(1)).toMatch(/^220/);
    socket.destroy();
  });

  it("has data connections come through the proxy, from the same client alone", async () => {
    const running = await start({ listeners: [{ proxies }], passive: { publicAddress: "198.51.100.1" } });
    const socket = connect(running.port, "127.0.0.1");
    const lines = linesOf(socket);
    socket.write(`${header}USER tester\r\nPASS secret\r\nEPSV\r\n`);
    const port = Number(/\|\|\|(\d+)\|/.exec(await lines(4))?.[1]);
    const thief = connect(port, "127.0.0.1");
    thief.on("error", () => {});
    thief.write(header.replace("192.0.2.7", "192.0.2.8"));
    await once(thief, "close");
    const data = connect(port, "127.0.0.1");
    data.write(header);
    socket.write("RETR a.txt\r\n");
    expect(await readAll(data)).toBe(files["/a.txt"]);
    expect(running.events.find(({ type }) => type === "stranger")).toMatchObject({ remote: "192.0.2.8" });
    socket.destroy();
  });

  it("counts and limits by the client's address, and a health check by its own", async () => {
    const running = await start({ listeners: [{ proxies }], limits: { sessionsPerAddress: 1 } });
    const open = async (text: string): Promise<string> => {
      const socket = connect(running.port, "127.0.0.1");
      socket.write(text);
      return linesOf(socket)(1);
    };
    expect(await open(header)).toMatch(/^220/);
    expect(await open(header)).toMatch(/^421/);
    expect(await open(header.replace("192.0.2.7", "192.0.2.8"))).toMatch(/^220/);
    expect(await open("PROXY UNKNOWN\r\n")).toMatch(/^220/);
  });

  it.each([
    ["nothing", ""],
    ["half a header", header.slice(0, 20)],
    ["a command", "USER tester\r\n"],
    ["another header", "PROXY TCP4 1.2.3.4.5 1.1.1.1 1 1\r\n"],
  ])("closes what comes from a proxy with %s", async (_, text) => {
    const running = await start({ listeners: [{ proxies }] });
    const socket = connect(running.port, "127.0.0.1");
    socket.on("error", () => {});
    if (text !== "") socket.write(text);
    socket.resume();
    await once(socket, "close");
    expect(running.events.find(({ type }) => type === "connect-refused")).toMatchObject({
      reason: "proxy-header",
    });
    expect(running.server.sessions).toBe(0);
  });

  it("is not believed from anybody else", async () => {
    const running = await start({ listeners: [{ proxies: { from: ["10.0.0.0/8"] } }] });
    const client = await running.client();
    expect(await client.code(header.trimEnd())).toBe(500);
    expect(running.events.find(({ type }) => type === "connect")).toMatchObject({
      session: { remote: { host: "127.0.0.1" } },
    });
  });
});

describe("reload", () => {
  it("puts users, limits, greeting and hosts in force without ending a session", async () => {
    const running = await start();
    const old = await running.client();
    const waiting = await running.client({ login: false });
    const { options } = running;
    await running.server.reload({
      ...options,
      users: [{ name: "new", password: secret, permission: "rw" }],
      greeting: ["Anew."],
      hosts: [{ names: ["a.example"] }],
      limits: { ...options.limits, sessions: 3 },
    });
    expect(await old.code("PWD")).toBe(257);
    expect(await waiting.code("USER tester")).toBe(331);
    expect(await waiting.code("PASS secret")).toBe(530);
    await waiting.login("new");
    const fresh = await running.client({ login: false });
    expect(await fresh.code("HOST a.example")).toBe(220);
    expect(await readAll(connect(running.port, "127.0.0.1"))).toMatch(/^421/);
    expect(running.events.some(({ type }) => type === "reloaded")).toBe(true);
  });

  it("changes nothing where something cannot change or cannot be used", async () => {
    const running = await start();
    const { options, server } = running;
    await expect(server.reload({ ...options, port: 1 })).rejects.toThrow(FtpServerError);
    await expect(server.reload({ ...options, users: [], tls: { cert: "x", key: "y" } })).rejects.toThrow(
      FtpServerError,
    );
    await running.client();
  });
});

describe("close", () => {
  it("turns new clients away, ends idle ones with 421 and lets a transfer end within its time", async () => {
    const running = await start();
    const idle = await running.client();
    const busy = await running.client();
    const data = await busy.passive();
    expect(await busy.code("STOR up")).toBe(150);
    data.write("half");
    const closed = running.server.close({ drain: 30_000 });
    expect(await idle.reply()).toMatch(/^421/);
    const late = connect(running.port, "127.0.0.1");
    await expect(once(late, "connect")).rejects.toThrow();
    data.end(" and half");
    expect(await busy.reply()).toMatch(/^226/);
    expect(await busy.reply()).toMatch(/^421/);
    await closed;
    expect(running.server.sessions).toBe(0);
  });

  it("aborts what is not done by then, and keeps nothing of it", async () => {
    const running = await start();
    const busy = await running.client();
    const data = await busy.passive();
    expect(await busy.code("STOR a.txt")).toBe(150);
    data.on("error", () => {});
    data.write("half");
    await running.server.close({ drain: 20 });
    await until(() => data.destroyed || data.readableEnded || busy.socket.destroyed);
    const end = running.events.find(({ type }) => type === "transfer-end");
    expect(end).toMatchObject({ outcome: "aborted" });
    expect(running.server.sessions).toBe(0);
  });
});

/** Gathers what comes until it has so many lines. */
function linesOf(socket: Socket): (count: number) => Promise<string> {
  let text = "";
  let wake = (): void => {};
  socket.on("error", () => {});
  socket.on("data", (bytes: Uint8Array) => {
    text += Buffer.from(bytes).toString();
    wake();
  });
  return async (count) => {
    while (text.split("\r\n").length <= count) await new Promise<void>((resolve) => (wake = resolve));
    return text;
  };
}
