import { createMemoryStore } from "@longshore/file-store-memory";
import { createFtpServer, FtpServerError, type FtpServerOptions } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";
import { secret, start } from "./support/server.ts";
import { certificateFor, isWelcome, secure } from "./support/tls.ts";

const main = await certificateFor("main.example");
const one = await certificateFor("one.example");

const hosts: NonNullable<FtpServerOptions["hosts"]> = [
  {
    names: ["one.example"],
    store: createMemoryStore({ files: { "/one.txt": "one" } }),
    users: [{ name: "ann", password: secret }],
    greeting: ["This is one."],
    welcome: ["Welcome to one."],
    certificate: one,
    limits: { sessions: 1 },
  },
  { names: ["*.two.example", "Two.Example"], anonymous: true, tlsRequired: true },
];

describe("HOST (RFC 7151)", () => {
  it("leads to the host's store, users, greeting and welcome, and FEAT has it", async () => {
    const client = await (await start({ hosts, tls: main })).client({ login: false });
    expect(await client.command("FEAT")).toContain("\n HOST\n");
    expect(await client.command("HOST One.Example")).toBe("220 This is one.");
    expect(await client.code("USER tester")).toBe(331);
    expect(await client.code("PASS secret")).toBe(530);
    expect(await client.code("USER ann")).toBe(331);
    expect(await client.command("PASS secret")).toBe("230 Welcome to one.");
    expect((await client.get("NLST")).content).toBe("one.txt\r\n");
    expect(await client.code("HOST two.example")).toBe(503);
  });

  it("is 504 for a name that is none of its own, and the one before it stays", async () => {
    const client = await (await start({ hosts, tls: main })).client({ login: false });
    expect(await client.code("HOST one.example")).toBe(220);
    expect(await client.code("HOST other.example")).toBe(504);
    expect(await client.code("HOST a.b.two.example")).toBe(504);
    expect(await client.code("HOST one.example:21")).toBe(501);
    await client.login("ann");
  });

  it("takes the literal address that the client came to, and no other", async () => {
    const client = await (await start({ hosts, tls: main })).client({ login: false });
    expect(await client.code("HOST 127.0.0.2")).toBe(504);
    expect(await client.code("HOST [::1]")).toBe(504);
    expect(await client.code("HOST 127.0.0.1")).toBe(220);
    await client.login();
  });

  it("counts the sessions of a host and says 421 to one too many; REIN gives the place back", async () => {
    const running = await start({ hosts, tls: main });
    const first = await running.client({ login: false });
    const second = await running.client({ login: false });
    expect(await first.code("HOST one.example")).toBe(220);
    expect(await second.code("HOST two.example")).toBe(220);
    expect(await second.code("HOST one.example")).toBe(421);
    expect(await first.code("REIN")).toBe(220);
    await first.login();
    const third = await running.client({ login: false });
    expect(await third.code("HOST one.example")).toBe(220);
  });

  it("has each host require TLS for itself", async () => {
    const client = await (await start({ hosts, tls: main })).client({ login: false });
    expect(await client.code("HOST a.two.example")).toBe(220);
    expect(await client.code("USER anonymous")).toBe(530);
    expect(await client.code("HOST one.example")).toBe(220);
    expect(await client.code("USER ann")).toBe(331);
  });
});

describe("names in the handshake (SNI)", () => {
  it("lead to the host and its certificate, explicit and implicit", async () => {
    const running = await start({
      hosts,
      tls: main,
      listeners: [{}, { implicitTls: true }],
    });
    const client = await running.client({ login: false });
    const socket = await secure(client, { servername: "one.example" });
    expect(socket.getPeerCertificate().subject.CN).toBe("one.example");
    expect(await client.code("HOST two.example")).toBe(504);
    expect(await client.code("HOST one.example")).toBe(220);
    await client.login("ann");
    client.close();
    const other = await running.client({ login: false });
    expect((await secure(other)).getPeerCertificate().subject.CN).toBe("main.example");
    await other.login();
    expect(running.server.addresses).toHaveLength(2);
  });

  it("have to be the one of the HOST before them (§3.2.2)", async () => {
    const running = await start({ hosts, tls: main });
    const client = await running.client({ login: false });
    expect(await client.code("HOST two.example")).toBe(220);
    expect(await isWelcome(client, { servername: "one.example" })).toBe(false);
    const same = await running.client({ login: false });
    expect(await same.code("HOST one.example")).toBe(220);
    expect(await isWelcome(same, { servername: "one.example" })).toBe(true);
  });

  it.each([
    ["any", [true, true, true]],
    ["known", [true, false, true]],
    ["required", [true, false, false]],
  ] as const)("%s: what is known, unknown and not said is let in or not", async (serverNames, expected) => {
    const running = await start({ tls: { ...main, serverNames, certificates: [one] } });
    const found: boolean[] = [];
    for (const servername of ["one.example", "attacked.example", ""]) {
      found.push(await isWelcome(await running.client({ login: false }), { servername }));
    }
    expect(found).toEqual(expected);
  });
});

describe("the options of hosts", () => {
  it("are refused where a name is none or stands for two", () => {
    const store = createMemoryStore();
    for (const names of [["-"], ["a b"], [""], ["*"], ["192.0.2.1"], ["a.example", "A.example"]]) {
      const make = (): unknown => createFtpServer({ store, hosts: [{ names }] });
      expect(make, `${names}`).toThrow(FtpServerError);
    }
    expect(() => createFtpServer({ store, hosts: [{ names: ["a.example"], certificate: one }] })).toThrow(
      /no tls/,
    );
  });
});
