import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { createWildcard } from "../src/wildcard.ts";
import { readAll } from "./support/client.ts";
import { files, start, until } from "./support/server.ts";

describe("passive connections", () => {
  it("drops strangers and goes on waiting for the client", async () => {
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

  it("answers 425 when the range is used up, and frees ports with new PASV, QUIT and the session's end", async () => {
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

  it("closes the listener when it is replaced or the session ends", async () => {
    const running = await start();
    const client = await running.client();
    const old = await client.passivePort();
    const port = await client.passivePort();
    await expect(once(connect(old, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
    await client.code("QUIT");
    await until(() => running.server.sessions === 0);
    await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
  });

  it("says 425 when nobody comes, and lives on", async () => {
    const client = await (await start({ limits: { dataTimeout: 40 } })).client();
    await client.passivePort();
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await client.reply()).toMatch(/^425/);
    expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
  });

  it("tells the address of the socket, a public one, or one for each client", async () => {
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

describe("active connections", () => {
  it("go to the client only, and not to low ports (RFC 2577 §3)", async () => {
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
