import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createFtpServer } from "@longshore/ftp-server";
import { describe, expect, it, vi } from "vitest";
import { createDataConnections } from "../src/data.ts";
import { createAdvertiser } from "../src/public-address.ts";
import { createWildcard } from "../src/wildcard.ts";
import { type RawClient, readAll } from "./support/client.ts";
import { files, start, until } from "./support/server.ts";

describe("passive connections", () => {
  it("7 refreshes do not use up 6 ports, and each is a random port from the range", async () => {
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const client = await (await start({ passive: { ports: [base, base + 5] } })).client();
    const seen = new Set<number>();
    for (let refresh = 0; refresh < 40; refresh++) seen.add(await client.passivePort());
    for (const port of seen) expect(port >= base && port <= base + 5, `${port}`).toBe(true);
    expect(seen.size).toBeGreaterThan(3);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("no port follows from the process's ordinary random numbers, which who sees enough of can foretell", async () => {
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const client = await (await start({ passive: { ports: [base, base + 99] } })).client();
    const ordinary = vi.spyOn(Math, "random").mockReturnValue(0);
    try {
      const ports = new Set<number>();
      for (let refresh = 0; refresh < 12; refresh++) ports.add(await client.passivePort());
      expect(ports.size).toBeGreaterThan(3);
    } finally {
      ordinary.mockRestore();
    }
  });

  it("SO_REUSEADDR: a port serves again while connections of a moment ago linger on it", async () => {
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const client = await (await start({ passive: { ports: [base, base] } })).client();
    for (let round = 0; round < 5; round++) {
      expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
    }
  });

  it("strangers that connect are dropped and the listener goes on waiting for the control peer's address", async () => {
    const running = await start({ host: "0.0.0.0" });
    const client = await running.client();
    const port = await client.passivePort();
    // 127.0.0.2 is another host to the server.
    const stranger = connect({ host: "127.0.0.1", port, localAddress: "127.0.0.2" });
    stranger.on("error", () => {});
    await once(stranger, "close");
    await until(() => running.events.some(({ type }) => type === "stranger"));
    const data = connect(port, "127.0.0.1");
    const content = readAll(data);
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await content).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
  });

  it("range exhaustion is 425, not a hang, and ports are free again with a new PASV, QUIT and the session's end", async () => {
    // Below what the system gives out by itself.
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const running = await start({ passive: { ports: [base, base + 1] } });
    const first = await running.client();
    const second = await running.client();
    const third = await running.client();
    const ports = [await first.passivePort(), await second.passivePort()];
    for (const port of ports) expect(port === base || port === base + 1).toBe(true);
    expect(await third.code("EPSV")).toBe(425);
    expect(await third.code("PASV")).toBe(425);
    expect(await third.code("NOOP")).toBe(200);
    for (let refresh = 0; refresh < 7; refresh++) expect(await first.code("EPSV")).toBe(229);
    await second.code("QUIT");
    await until(() => running.server.sessions === 2);
    expect(await third.code("EPSV")).toBe(229);
    first.close();
    await until(() => running.server.sessions === 1);
    expect((await third.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("one listener a session: it closes on a new PASV, on QUIT and at session end", async () => {
    const running = await start();
    const client = await running.client();
    const old = await client.passivePort();
    const port = await client.passivePort();
    await expect(once(connect(old, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
    await client.code("QUIT");
    await until(() => running.server.sessions === 0);
    await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
  });

  it("accept timeout: 425, and the session lives on", async () => {
    const client = await (await start({ limits: { dataTimeout: 40 } })).client();
    await client.passivePort();
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await client.reply()).toMatch(/^425/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("the advertised address: the socket's own local address, or a configured or computed public one", async () => {
    const told = async (publicAddress?: string | ((client: string) => string)): Promise<string> => {
      const client = await (
        await start(publicAddress === undefined ? {} : { passive: { publicAddress } })
      ).client();
      return client.command("PASV");
    };
    expect(await told()).toMatch(/^227 .*\(127,0,0,1,\d+,\d+\)/);
    expect(await told("203.0.113.5")).toMatch(/\(203,0,113,5,/);
    expect(await told((client) => (client === "127.0.0.1" ? "198.51.100.1" : "203.0.113.5"))).toMatch(
      /\(198,51,100,1,/,
    );
  });

  it("takes a connection that comes only after the 150, and one that comes before the command", async () => {
    const client = await (await start()).client();
    const port = await client.passivePort();
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await readAll(connect(port, "127.0.0.1"))).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("keeps what was sent before the command", async () => {
    const client = await (await start()).client();
    const data = await client.passive();
    data.end("early");
    await once(data, "finish");
    expect(await client.code("STOR early")).toBe(150);
    expect(await client.reply()).toMatch(/^226 .* 5 bytes/);
    expect((await client.get("RETR early")).content).toBe("early");
  });

  it("can be switched off, as can active ones", async () => {
    const client = await (await start({ passive: false, active: false })).client();
    for (const line of ["PASV", "EPSV", "PORT 127,0,0,1,9,9", "EPRT |1|127.0.0.1|2000|"]) {
      expect(await client.code(line), line).toBe(502);
    }
    expect(await client.command("FEAT")).not.toMatch(/EP/);
    expect(await client.code("RETR a.txt")).toBe(425);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
    list?.some(({ address }) => address === "::1"),
  );
  it.runIf(hasIpv6)("serves IPv6, where PASV is 425", async () => {
    const { openClient } = await import("./support/client.ts");
    const running = await start({ host: "::1" });
    const client = await openClient(running.port, { host: "::1" });
    await client.login();
    expect(await client.code("PASV")).toBe(425);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
    client.close();
  });

  it("knows an IPv4 client of a dual-stack listener by its IPv4 address", async () => {
    const running = await start({ host: hasIpv6 ? "::" : "0.0.0.0" });
    const client = await running.client();
    expect(await client.code("PASV")).toBe(227);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });
});

describe("the advertised address", () => {
  it("by client network (NAT): the first row with the client's network counts", () => {
    const advertise = createAdvertiser([
      { networks: ["10.1.0.0/16", "127.0.0.0/8"], address: "own" },
      { networks: ["10.0.0.0/8"], address: "10.9.9.9" },
      { networks: ["0.0.0.0/0"], address: "203.0.113.5" },
    ]);
    expect(advertise("10.1.0.1", "10.1.2.3")).toBe("10.1.0.1");
    expect(advertise("10.1.0.1", "10.2.2.3")).toBe("10.9.9.9");
    expect(advertise("10.1.0.1", "198.51.100.7")).toBe("203.0.113.5");
    expect(createAdvertiser(undefined)("198.51.100.1", "203.0.113.9")).toBe("198.51.100.1");
  });

  it("never a private one to a public peer", () => {
    const advertise = createAdvertiser(undefined);
    for (const own of ["10.0.0.1", "172.31.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "127.0.0.1"]) {
      expect(advertise(own, "203.0.113.9"), own).toBeUndefined();
    }
    for (const own of ["11.0.0.1", "172.32.0.1", "192.169.1.1", "100.128.0.1"]) {
      expect(advertise(own, "203.0.113.9"), own).toBe(own);
    }
    expect(advertise("10.0.0.1", "192.168.7.7")).toBe("10.0.0.1");
    expect(advertise("127.0.0.1", "192.168.7.7")).toBeUndefined();
    expect(advertise("127.0.0.1", "127.0.0.9")).toBe("127.0.0.1");
    expect(createAdvertiser("10.1.1.1")("203.0.113.1", "203.0.113.9")).toBeUndefined();
    expect(createAdvertiser(() => "192.168.1.1")("203.0.113.1", "203.0.113.9")).toBeUndefined();
  });

  it("where only a private one is known to a public peer, PASV is 425 with advice in the log, EPSV is as ever", async () => {
    const seen: string[] = [];
    const connections = createDataConnections({
      local: { family: 4, host: "127.0.0.1", port: 21 },
      remote: { family: 4, host: "203.0.113.9", port: 40_000 },
      passive: {},
      active: {},
      taken: new Set(),
      advertise: createAdvertiser(undefined),
      secure: async (socket) => socket,
      onStranger: () => {},
      onUnreachable: () => seen.push("advice"),
    });
    expect(await connections.listen(4, "clear", true, "server")).toEqual({
      type: "data-listen-failed",
      reason: "unreachable",
    });
    expect(seen).toEqual(["advice"]);
    expect(await connections.listen(4, "clear", false, "server")).toMatchObject({ type: "data-listening" });
    connections.close();
  });

  it("is refused at once where it is none", () => {
    const store = createMemoryStore();
    for (const publicAddress of ["ftp.example.com", "::1", [{ networks: ["10.0.0.0/33"], address: "own" }]]) {
      expect(() => createFtpServer({ store, passive: { publicAddress } })).toThrow(RangeError);
    }
  });
});

describe("active connections", () => {
  /** Where the data connection for `RETR a.txt` comes from. */
  async function comesFrom(client: RawClient): Promise<{ host: string; port: number }> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as { port: number };
    const arrived = once(listener, "connection");
    await client.command(`PORT 127,0,0,1,${port >> 8},${port & 255}`);
    expect(await client.code("RETR a.txt")).toBe(150);
    const [data] = (await arrived) as [Socket];
    const from = { host: data.remoteAddress ?? "", port: data.remotePort ?? 0 };
    expect(await readAll(data)).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
    listener.close();
    return from;
  }

  it("come from the configured local address and port", async () => {
    const own = await start();
    expect((await comesFrom(await own.client())).host).toBe("127.0.0.1");
    const other = await start({ active: { localAddress: "127.0.0.3" } });
    expect((await comesFrom(await other.client())).host).toBe("127.0.0.3");
  });

  it("port 20 (or L-1) when permitted, again and again, and any other where it is taken", async () => {
    const running = await start({ active: { localPort: "adjacent" } });
    const client = await running.client();
    for (let round = 0; round < 3; round++) {
      expect((await comesFrom(client)).port).toBe(running.port - 1);
    }
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(running.port - 1, "127.0.0.1", resolve));
    expect((await comesFrom(client)).port).not.toBe(running.port - 1);
    holder.close();
  });

  it("to another address only where FXP is allowed explicitly, and to no low port even then", async () => {
    const client = await (await start({ active: { allowForeignAddress: true } })).client();
    expect(await client.code("PORT 127,0,0,2,20,20")).toBe(200);
    expect(await client.code("PORT 127,0,0,2,0,22")).toBe(504);
  });

  it("to the control peer's address only, never below port 1024", async () => {
    const client = await (await start()).client();
    expect(await client.code("PORT 127,0,0,2,20,20")).toBe(500);
    expect(await client.code("PORT 127,0,0,1,0,22")).toBe(504);
    expect(await client.code("EPRT |1|127.0.0.2|5000|")).toBe(500);
    expect(await client.code("EPRT |2|::1|5000|")).toBe(522);
  });
});

describe("wildcards", () => {
  it("match as shells do", () => {
    const cases: readonly [string, string, boolean][] = [
      ["*", "", true],
      ["*.txt", "a.txt", true],
      ["*.txt", "a.txt2", false],
      ["a?c", "abc", true],
      ["a?c", "ac", false],
      ["[a-c]*", "bx", true],
      ["[!a-c]*", "bx", false],
      ["[]]", "]", true],
      ["[a", "[a", true],
      ["*a*b*c", "xaybzc", true],
      ["*a*b*c", "xaybz", false],
      ["a*", "b", false],
    ];
    for (const [pattern, name, expected] of cases) {
      expect(createWildcard(pattern).matches(name), `${pattern} ${name}`).toBe(expected);
    }
  });

  it("take no more steps than the lengths multiplied", () => {
    const wildcard = createWildcard(`${"*a".repeat(100)}b`);
    expect(wildcard.matches("a".repeat(255))).toBe(false);
    expect(wildcard.steps).toBeLessThan(201 * 256);
  });
});
