import { constants } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { openClient, type RawClient, readAll } from "./support/client.ts";
import { certificate, files, start, until } from "./support/server.ts";

type Version = "TLSv1.2" | "TLSv1.3";

/** A client whose control connection is TLS, and its latest session ticket. */
async function secured(
  running: Awaited<ReturnType<typeof start>>,
  version: Version = "TLSv1.3",
  secureOptions = 0,
): Promise<{ client: RawClient; ticket: () => Promise<Buffer> }> {
  const client = await running.client({ login: false });
  expect(await client.code("AUTH TLS")).toBe(234);
  client.socket.removeAllListeners("data");
  const socket = connectTls({
    socket: client.socket,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    secureOptions,
  });
  let latest: Buffer | undefined;
  socket.on("session", (session: Buffer) => {
    latest = session;
  });
  await once(socket, "secureConnect");
  client.adopt(socket);
  expect(await client.code("PBSZ 0")).toBe(200);
  expect(await client.code("PROT P")).toBe(200);
  await client.login();
  return {
    client,
    async ticket() {
      await until(() => latest !== undefined);
      return latest ?? Buffer.alloc(0);
    },
  };
}

async function dataTls(
  data: Socket,
  session?: Buffer,
  version: Version = "TLSv1.3",
  secureOptions = 0,
): Promise<TLSSocket> {
  const socket = connectTls({
    socket: data,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    secureOptions,
    ...(session === undefined ? {} : { session }),
  });
  socket.on("error", () => {});
  await Promise.race([once(socket, "secureConnect"), once(socket, "close")]).catch(() => {});
  // Node tells from inside the handshake: an end at once would come before the client's last handshake message.
  await new Promise((resolve) => setImmediate(resolve));
  return socket;
}

describe("explicit TLS", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "moves files both ways, private and clear, in %s",
    async (version) => {
      const running = await start({ tls: certificate() });
      const { client } = await secured(running, version);
      const content = Buffer.alloc(2_000_000, "private\n");

      let data = await client.passive();
      expect(await client.code("STOR big")).toBe(150);
      const up = await dataTls(data, undefined, version);
      up.end(content);
      expect(await client.reply()).toMatch(/^226 .* 2000000 /);

      data = await client.passive();
      expect(await client.code("RETR big")).toBe(150);
      const down = await dataTls(data, undefined, version);
      expect((await readAll(down)) === content.toString()).toBe(true);
      expect(await client.reply()).toMatch(/^226/);

      expect(await client.code("PROT C")).toBe(200);
      expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
      expect(running.events.find(({ type }) => type === "secure")).toMatchObject({ protocol: version });
    },
  );

  it("takes the data handshake before the command as well as after the 150, also of an empty file", async () => {
    const { client } = await secured(await start({ tls: certificate() }));
    const early = await dataTls(await client.passive());
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await readAll(early)).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
    const data = await client.passive();
    expect(await client.code("RETR empty.txt")).toBe(150);
    expect(await readAll(await dataTls(data))).toBe("");
    expect(await client.reply()).toMatch(/^226/);
  });

  it.each<[string, (data: Socket) => void]>([
    ["is none", (data) => void data.write("GET / HTTP/1.1\r\n\r\n")],
    ["ends before it began", (data) => void data.end()],
    ["ends in the middle of the first message", (data) => void data.end(Buffer.from([22, 3, 1, 2, 0, 1, 0]))],
  ])("closes a data connection whose handshake %s", async (_, shake) => {
    const { client } = await secured(await start({ tls: certificate() }));
    // Half open, so that this end does not close by itself.
    const data = connect({ host: "127.0.0.1", port: await client.passivePort(), allowHalfOpen: true });
    const isOver = new Promise<void>((resolve) => {
      data.on("error", () => resolve());
      data.on("end", resolve);
    });
    await once(data, "connect");
    expect(await client.code("STOR never")).toBe(150);
    shake(data);
    data.resume();
    expect(await client.reply()).toMatch(/^522/);
    await isOver;
    data.destroy();
  });

  it("connects actively with TLS, still as the TLS server (RFC 4217 §7)", async () => {
    const { createServer } = await import("node:net");
    const { client } = await secured(await start({ tls: certificate() }));
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const arrived = once(listener, "connection") as Promise<[Socket]>;
    const { port } = listener.address() as { port: number };
    await client.command(`EPRT |1|127.0.0.1|${port}|`);
    expect(await client.code("RETR a.txt")).toBe(150);
    const [data] = await arrived;
    expect(await readAll(await dataTls(data))).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
    listener.close();
  });

  it("says 522 when the data handshake fails, and lives on", async () => {
    const { client } = await secured(await start({ tls: certificate() }));
    const data = await client.passive();
    expect(await client.code("RETR a.txt")).toBe(150);
    data.write("this is no ClientHello\r\n");
    expect(await client.reply()).toMatch(/^522/);
    expect(await client.code("NOOP")).toBe(200);
  });

  it("runs nothing inside TLS that was sent before it", async () => {
    const running = await start({ tls: certificate() });
    const client = await running.client({ login: false });
    client.write("AUTH TLS\r\nUSER tester\r\nPASS secret\r\n");
    expect(await client.reply()).toMatch(/^234/);
    client.socket.removeAllListeners("data");
    const socket = connectTls({ socket: client.socket, rejectUnauthorized: false });
    await once(socket, "secureConnect");
    client.adopt(socket);
    expect(await client.code("PWD")).toBe(530);
    expect(running.events.some(({ type }) => type === "login")).toBe(false);
  });

  it("drops the session when the control handshake fails", async () => {
    const running = await start({ tls: certificate() });
    const client = await running.client({ login: false });
    expect(await client.code("AUTH TLS")).toBe(234);
    client.write("rubbish instead of a handshake\r\n");
    await until(() => running.server.sessions === 0);
    expect(running.events.some(({ type }) => type === "secure-failed")).toBe(true);
  });

  it("drops the session of a client that leaves during the handshake", async () => {
    const running = await start({ tls: certificate() });
    const client = await running.client({ login: false });
    expect(await client.code("AUTH TLS")).toBe(234);
    client.socket.end();
    await until(() => running.server.sessions === 0);
    expect(running.events.find(({ type }) => type === "secure-failed")).toMatchObject({
      message: "the client left during the handshake",
    });
  });

  it("refuses a client that speaks another protocol (ALPN)", async () => {
    const running = await start({ tls: certificate() });
    const client = await running.client({ login: false });
    expect(await client.code("AUTH TLS")).toBe(234);
    const socket = connectTls({
      socket: client.socket,
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    await expect(once(socket, "secureConnect")).rejects.toThrow();
  });
});

describe("required TLS", () => {
  it("takes neither a USER nor data in clear", async () => {
    const running = await start({ tls: { ...certificate(), required: true } });
    const clear = await running.client({ login: false });
    expect(await clear.code("USER tester")).toBe(530);
    expect(await clear.code("PASS secret")).toBe(503);
    const { client } = await secured(running);
    expect(await client.code("PROT C")).toBe(534);
    const data = await client.passive();
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await readAll(await dataTls(data))).toBe(files["/a.txt"]);
    expect(await client.reply()).toMatch(/^226/);
  });
});

describe("implicit TLS", () => {
  it("is there from the first byte", async () => {
    const running = await start({ tls: { ...certificate(), implicit: true } });
    const client = await openClient(running.port, { implicitTls: true });
    await client.login();
    expect(await client.code("AUTH TLS")).toBe(503);
    expect(await client.code("PBSZ 0")).toBe(200);
    expect(await client.code("PROT P")).toBe(200);
    const data = await client.passive();
    expect(await client.code("RETR a.txt")).toBe(150);
    expect(await readAll(await dataTls(data))).toBe(files["/a.txt"]);
    client.close();
  });

  it("a client that is silent within the handshake does not hold its place longer than loginTimeout", async () => {
    const running = await start({ tls: { ...certificate(), implicit: true }, limits: { loginTimeout: 100 } });
    const socket = connect(running.port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "close");
    await until(() => running.server.sessions === 0);
    expect(running.events).toContainEqual(expect.objectContaining({ type: "secure-failed" }));
  });

  it("ends for a client in clear", async () => {
    const running = await start({ tls: { ...certificate(), implicit: true } });
    const socket = connect(running.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write("USER tester\r\n");
    await once(socket, "close");
    await until(() => running.server.sessions === 0);
  });
});

describe("ciphers of TLS 1.2", () => {
  const shake = async (port: number, ciphers: string): Promise<string> => {
    const socket = connectTls({
      port,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      maxVersion: "TLSv1.2",
      ciphers,
    });
    socket.on("error", () => {});
    const name = await new Promise<string>((resolve) => {
      socket.once("secureConnect", () => resolve(socket.getCipher().name));
      socket.once("close", () => resolve("none"));
    });
    socket.destroy();
    return name;
  };

  it("have forward secrecy: no key exchange by the certificate's key, and no CCM_8", async () => {
    const { port } = await start({ tls: { ...certificate(), implicit: true } });
    expect(await shake(port, "AES128-GCM-SHA256:AES256-SHA256:AES128-SHA")).toBe("none");
    expect(await shake(port, "AES128-CCM8:ECDHE-ECDSA-AES128-CCM8")).toBe("none");
    expect(await shake(port, "ALL")).toMatch(/^ECDHE-.*(?:GCM|POLY1305)/);
    expect(await shake(port, "ECDHE+AES:!AESGCM:!AESCCM")).toMatch(/^ECDHE-.*-SHA(?:256|384)$/);
  });

  it("can be named, for devices that know nothing better", async () => {
    const running = await start({
      tls: { ...certificate(), implicit: true, ciphers: "ECDHE+AESGCM:AES128-GCM-SHA256" },
    });
    expect(await shake(running.port, "AES128-GCM-SHA256")).toBe("AES128-GCM-SHA256");
    expect(await shake(running.port, "ECDHE+AESGCM")).toMatch(/^ECDHE-/);
  });
});

describe("sessions of data connections", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "are resumed and, if required, have to be, in %s",
    async (version) => {
      const running = await start({ tls: { ...certificate(), sessionReuse: "require" } });
      const { client, ticket } = await secured(running, version);

      let data = await client.passive();
      expect(await client.code("RETR a.txt")).toBe(150);
      const resumed = await dataTls(data, await ticket(), version);
      expect(resumed.isSessionReused()).toBe(true);
      expect(await readAll(resumed)).toBe(files["/a.txt"]);
      expect(await client.reply()).toMatch(/^226/);

      data = await client.passive();
      expect(await client.code("RETR a.txt")).toBe(150);
      (await dataTls(data, undefined, version)).on("data", () => {});
      expect(await client.reply()).toMatch(/^522/);
      expect(await client.code("NOOP")).toBe(200);

      // Another control session's ticket is worth nothing here.
      const other = await secured(running, version);
      data = await client.passive();
      expect(await client.code("RETR a.txt")).toBe(150);
      (await dataTls(data, await other.ticket(), version)).on("data", () => {});
      expect(await client.reply()).toMatch(/^522/);
    },
  );
});

describe("a client without session tickets", () => {
  it("resumes by the session's number in TLS 1.2, as curl does", async () => {
    const running = await start({ tls: { ...certificate(), sessionReuse: "require" } });
    const { client, ticket } = await secured(running, "TLSv1.2", constants.SSL_OP_NO_TICKET);
    for (let round = 0; round < 2; round++) {
      const data = await client.passive();
      expect(await client.code("RETR a.txt")).toBe(150);
      const resumed = await dataTls(data, await ticket(), "TLSv1.2", constants.SSL_OP_NO_TICKET);
      expect(resumed.isSessionReused()).toBe(true);
      expect(await readAll(resumed)).toBe(files["/a.txt"]);
      expect(await client.reply()).toMatch(/^226/);
    }
    const other = await secured(running, "TLSv1.2", constants.SSL_OP_NO_TICKET);
    const data = await client.passive();
    expect(await client.code("RETR a.txt")).toBe(150);
    (await dataTls(data, await other.ticket(), "TLSv1.2")).on("data", () => {});
    expect(await client.reply()).toMatch(/^522/);
  });
});

describe("the end of a TLS upload", () => {
  const sizes = [0, 7, 16_384, 65_536, 1_000_000];

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "is close_notify, in whatever pieces it comes, in %s",
    async (version) => {
      const { client } = await secured(await start({ tls: certificate() }), version);
      for (const size of sizes) {
        for (const pause of [0, 20]) {
          const data = await client.passive();
          expect(await client.code("STOR whole")).toBe(150);
          const socket = await dataTls(data, undefined, version);
          if (size > 0) socket.write(Buffer.alloc(size));
          if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
          socket.end();
          expect(await client.reply(), `${size} ${pause}`).toMatch(/^226/);
        }
      }
    },
  );

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "is not a mere end of TCP in %s: the old file stands",
    async (version) => {
      const running = await start({ tls: certificate() });
      const { client } = await secured(running, version);
      for (const size of sizes) {
        const relay = await cuttingRelay(await client.passivePort());
        const data = connect(relay.port, "127.0.0.1");
        expect(await client.code("STOR a.txt")).toBe(150);
        const socket = await dataTls(data, undefined, version);
        if (size > 0) socket.write(Buffer.alloc(size));
        await new Promise((resolve) => setTimeout(resolve, 30));
        relay.cut();
        expect(await client.reply(), `${size}`).toMatch(/^426/);
        socket.destroy();
      }
      const data = await client.passive();
      expect(await client.code("RETR a.txt")).toBe(150);
      expect(await readAll(await dataTls(data, undefined, version))).toBe(files["/a.txt"]);
    },
  );

  it("may be one, where that is asked for", async () => {
    const running = await start({ tls: { ...certificate(), acceptMissingCloseNotify: true } });
    const { client } = await secured(running);
    const relay = await cuttingRelay(await client.passivePort());
    const data = connect(relay.port, "127.0.0.1");
    expect(await client.code("STOR x")).toBe(150);
    (await dataTls(data)).write("content");
    await new Promise((resolve) => setTimeout(resolve, 30));
    relay.cut();
    expect(await client.reply()).toMatch(/^226/);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "is no reset that comes in one turn with the last bytes, in %s: the old file stands",
    async (version) => {
      const { client } = await secured(await start({ tls: certificate() }), version);
      for (const size of [5, 40_000, 65_536, 200_000]) {
        const data = await client.passive();
        expect(await client.code("STOR a.txt")).toBe(150);
        const socket = await dataTls(data, undefined, version);
        // This server is in the same process: it reads when all of it has happened.
        socket.write(Buffer.alloc(size, "half of"));
        data.resetAndDestroy();
        socket.destroy();
        expect(await client.reply()).toMatch(/^426/);
      }
      expect(await client.code("PROT C")).toBe(200);
      expect((await client.get("RETR a.txt")).content).toBe(files["/a.txt"]);
    },
  );

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "may have a reset behind it, as clients send that leave our tickets unread, in %s",
    async (version) => {
      const { client } = await secured(await start({ tls: certificate() }), version);
      // No more than is on its way at once: what the client's system still holds is lost with a reset.
      for (const size of [5, 40_000]) {
        const data = await client.passive();
        expect(await client.code(`STOR ${size}`)).toBe(150);
        const socket = await dataTls(data, undefined, version);
        socket.end(Buffer.alloc(size, "all of"));
        await once(socket, "finish");
        data.resetAndDestroy();
        socket.destroy();
        expect(await client.reply()).toMatch(/^226/);
      }
    },
  );

  it("is no reset either", async () => {
    const { client } = await secured(await start({ tls: certificate() }));
    const data = await client.passive();
    expect(await client.code("STOR a.txt")).toBe(150);
    const socket = await dataTls(data);
    socket.write("half of");
    await new Promise((resolve) => setTimeout(resolve, 30));
    data.resetAndDestroy();
    socket.destroy();
    expect(await client.reply()).toMatch(/^426/);
  });
});

/** Someone in between who passes everything on, and then ends the way to the server without the client's doing. */
async function cuttingRelay(target: number): Promise<{ port: number; cut(): void }> {
  const { createServer } = await import("node:net");
  let cut = (): void => {};
  const relay = createServer((from) => {
    const to = connect(target, "127.0.0.1");
    for (const socket of [from, to]) socket.on("error", () => {});
    from.pipe(to, { end: false });
    to.pipe(from);
    cut = () => {
      from.unpipe(to);
      to.end();
      relay.close();
    };
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  return { port: (relay.address() as { port: number }).port, cut: () => cut() };
}
