import { once } from "node:events";
import { connect } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { createMemoryStore } from "@longshore/file-store-memory";
import { createCertificateSource, createFtpServer, FtpServerError } from "@longshore/ftp-server";
import { describe, expect, it } from "vitest";
import { type RawClient, readAll } from "./support/client.ts";
import { type LayeredClient, openLayered } from "./support/layered.ts";
import { files, start, until } from "./support/server.ts";
import { certificateFor, isWelcome, secure } from "./support/tls.ts";

const main = await certificateFor("main.example");
const renewed = await certificateFor("renewed.example");
const tester = await certificateFor("tester");
const stranger = await certificateFor("tester");

describe("a certificate that changes while the server runs", () => {
  it("is sent to new connections, running ones live on, and a broken one changes nothing but tells of it", async () => {
    let current: { cert: string; key: string } = main;
    const certificate = await createCertificateSource(() => current);
    const running = await start({ tls: { certificate } });
    const old = await running.client({ login: false });
    expect((await secure(old)).getPeerCertificate().subject.CN).toBe("main.example");

    current = { cert: main.cert, key: renewed.key };
    await expect(certificate.reload()).rejects.toThrow(FtpServerError);
    expect(running.events.findLast(({ type }) => type === "error")).toBeDefined();
    const same = await running.client({ login: false });
    expect((await secure(same)).getPeerCertificate().subject.CN).toBe("main.example");

    current = renewed;
    await certificate.reload();
    expect(running.events.at(-1)).toMatchObject({ type: "reloaded", what: "certificate" });
    const fresh = await running.client({ login: false });
    expect((await secure(fresh)).getPeerCertificate().subject.CN).toBe("renewed.example");
    await old.login();
    expect(await old.code("PBSZ 0")).toBe(200);
    expect(await old.code("PROT P")).toBe(200);
    expect(await privateGet(old)).toBe(files["/a.txt"]);
  });

  it("is looked for every so often, where that is asked for", async () => {
    let current = main;
    const certificate = await createCertificateSource(() => current, { interval: 5 });
    current = renewed;
    await until(() => certificate.current === renewed);
    certificate.close();
  });

  it("that cannot be used to begin with is the operator's mistake", async () => {
    await expect(createCertificateSource(() => ({ cert: "x", key: "y" }))).rejects.toThrow(/certificate: /);
    const store = createMemoryStore();
    expect(() => createFtpServer({ store, tls: {} })).toThrow(/cert and key/);
    expect(() => createFtpServer({ store, tls: { ...main, key: renewed.key } })).toThrow(FtpServerError);
    expect(() => createFtpServer({ store, listeners: [{ implicitTls: true }] })).toThrow(
      /needs a certificate/,
    );
  });
});

describe("certificates of clients", () => {
  const authorities = tester.cert;

  it("are asked for; nobody needs one unless it is required, and one that is not trusted is sent away", async () => {
    const asked = await start({ tls: { ...main, clientCertificates: { authorities } } });
    expect(await isWelcome(await asked.client({ login: false }))).toBe(true);
    expect(await isWelcome(await asked.client({ login: false }), tester)).toBe(true);
    expect(await isWelcome(await asked.client({ login: false }), stranger)).toBe(false);
    const required = await start({ tls: { ...main, clientCertificates: { authorities, required: true } } });
    expect(await isWelcome(await required.client({ login: false }))).toBe(false);
    expect(await isWelcome(await required.client({ login: false }), tester)).toBe(true);
    expect(required.events.find(({ type }) => type === "secure-failed")).toMatchObject({
      message: "the client has no certificate",
    });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "do in the place of a password, for their user alone: 232 (RFC 4217 §12.2), in %s",
    async (version) => {
      const versions = { minVersion: version, maxVersion: version };
      const running = await start({
        tls: { ...main, clientCertificates: { authorities, purpose: "login" }, sessionReuse: "require" },
      });
      const client = await running.client({ login: false });
      let session: Buffer | undefined;
      const socket = await secure(client, { ...tester, ...versions });
      socket.on("session", (ticket: Buffer) => {
        session = ticket;
      });
      expect(await client.code("USER nobody")).toBe(331);
      expect(await client.code("USER tester")).toBe(232);
      expect(await client.code("PBSZ 0")).toBe(200);
      expect(await client.code("PROT P")).toBe(200);
      await until(() => (session ?? socket.getSession()) !== undefined);
      const ticket = session ?? socket.getSession();
      const how = { ...tester, ...versions, ...(ticket === undefined ? {} : { session: ticket }) };
      expect(await privateGet(client, how)).toBe(files["/a.txt"]);
      const other = await running.client({ login: false });
      await secure(other, versions);
      expect(await other.code("USER tester")).toBe(331);
      expect(await other.code("PASS secret")).toBe(230);
    },
  );

  it("are wanted on data connections too, the same as on the control connection (§15.1.2)", async () => {
    const running = await start({ tls: { ...main, clientCertificates: { authorities } } });
    const client = await running.client({ login: false });
    await secure(client, tester);
    await client.login();
    await client.command("PBSZ 0");
    await client.command("PROT P");
    expect(await privateGet(client, tester)).toBe(files["/a.txt"]);
    const data = await client.passive();
    expect(await client.code("RETR a.txt")).toBe(150);
    const thief = connectTls({ socket: data, rejectUnauthorized: false });
    thief.on("error", () => {});
    thief.on("data", () => {});
    expect(await client.reply()).toMatch(/^522/);
  });

  it("are wanted besides a password, where they are the second factor", async () => {
    const running = await start({
      tls: { ...main, clientCertificates: { authorities, purpose: "second-factor" } },
    });
    const without = await running.client({ login: false });
    await secure(without);
    expect(await without.code("USER tester")).toBe(331);
    expect(await without.code("PASS secret")).toBe(530);
    const holder = await running.client({ login: false });
    await secure(holder, tester);
    expect(await holder.code("USER tester")).toBe(331);
    expect(await holder.code("PASS wrong")).toBe(530);
    await holder.login();
  });
});

describe("ALPN (RFC 7301)", () => {
  it("offers ftp and takes it", async () => {
    const client = await (await start({ tls: main })).client({ login: false });
    expect((await secure(client, { ALPNProtocols: ["http/1.1", "ftp"] })).alpnProtocol).toBe("ftp");
    await client.login();
  });
});

describe("sessions that are not to be resumed", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "are not, although the client offers one, in %s",
    async (version) => {
      const versions = { minVersion: version, maxVersion: version };
      const client = await (await start({ tls: { ...main, sessionReuse: "off" } })).client({ login: false });
      const socket = await secure(client, versions);
      await client.login();
      await client.command("PBSZ 0");
      await client.command("PROT P");
      const session = socket.getSession();
      const data = await client.passive();
      expect(await client.code("RETR a.txt")).toBe(150);
      const secured = await dataTls(data, { ...versions, ...(session === undefined ? {} : { session }) });
      expect(secured.isSessionReused()).toBe(false);
      expect(await readAll(secured)).toBe(files["/a.txt"]);
      expect(await client.reply()).toMatch(/^226/);
    },
  );
});

describe("TLS that is taken off", () => {
  const login = async (client: LayeredClient): Promise<void> => {
    await client.command("USER tester");
    expect(await client.code("PASS secret")).toBe(230);
  };

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "by REIN: its reply comes in TLS, the next command in clear (RFC 4217 §13), in %s",
    async (version) => {
      const { port } = await start({ tls: { ...main, required: true } });
      const client = await openLayered(port);
      for (const behind of ["", "NOOP\r\n"]) {
        expect(await client.code("AUTH TLS")).toBe(234);
        await client.startTls({ minVersion: version, maxVersion: version });
        await login(client);
        expect(await client.code("REIN")).toBe(220);
        await client.stopTls({ behind });
        // What comes in one piece with close_notify is not lost.
        if (behind !== "") expect(await client.reply()).toMatch(/^200/);
        expect(await client.code("USER tester")).toBe(530);
        expect(await client.code("PBSZ 0")).toBe(503);
      }
      client.socket.destroy();
    },
  );

  it("by CCC, where it is allowed: commands go on in clear, data stays private (§12.3)", async () => {
    const { port } = await start({ tls: { ...main, required: true, allowClearCommands: true } });
    const client = await openLayered(port);
    await client.command("AUTH TLS");
    await client.startTls();
    await login(client);
    await client.command("PBSZ 0");
    await client.command("PROT P");
    expect(await client.code("CCC")).toBe(200);
    await client.stopTls();
    const passive = /\|\|\|(\d+)\|/.exec(await client.command("EPSV"))?.[1];
    const data = connect(Number(passive), "127.0.0.1");
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await readAll(await dataTls(data))).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
    expect(await client.code("USER tester")).toBe(530);
    client.socket.destroy();
  });

  it("by CCC also for a client that sends no close_notify of its own (curl with a passive CCC)", async () => {
    const { port } = await start({ tls: { ...main, allowClearCommands: true } });
    const client = await openLayered(port);
    await client.command("AUTH TLS");
    await client.startTls();
    await login(client);
    expect(await client.code("CCC")).toBe(200);
    await client.stopTls("none");
    expect(await client.code("PWD")).toBe(257);
    client.socket.destroy();
  });

  it("is no way to stay for ever: a client that does not go along is gone, and the session with it", async () => {
    const running = await start({ tls: { ...main, allowClearCommands: true } });
    const client = await openLayered(running.port);
    await client.command("AUTH TLS");
    await client.startTls();
    await login(client);
    expect(await client.code("CCC")).toBe(200);
    client.socket.destroy();
    await until(() => running.server.sessions === 0);
  });
});

async function dataTls(data: RawClient["socket"], options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ rejectUnauthorized: false, ...options, socket: data });
  socket.on("error", () => {});
  await Promise.race([once(socket, "secureConnect"), once(socket, "close")]);
  await new Promise((resolve) => setImmediate(resolve));
  return socket;
}

async function privateGet(client: RawClient, options: ConnectionOptions = {}): Promise<string> {
  const data = await client.passive();
  if ((await client.code("RETR a.txt")) !== 150) throw new Error("no 150");
  const content = await readAll(await dataTls(data, options));
  if (!(await client.reply()).startsWith("226")) throw new Error("no 226");
  return content;
}
