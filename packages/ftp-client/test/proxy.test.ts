import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { inspect } from "node:util";
import { createMemoryStore } from "@longshore/file-store-memory";
import { type DialRequest, FtpClient, type FtpClientOptions } from "@longshore/ftp-client";
import { type Authenticator, createFtpServer, type FtpServer } from "@longshore/ftp-server";
import { afterEach, describe, expect, it } from "vitest";
import { startHttpProxy, startSocksProxy, type TestProxy } from "./proxies.ts";
import { certificate } from "./scripted-server.ts";
import { failure } from "./support.ts";

const key = readFileSync(new URL("./fixtures/key.pem", import.meta.url), "utf8");
const login = { host: "127.0.0.1", user: "ann", password: "wonderland" } as const;
const big = Buffer.alloc(3_000_000, "longshore ");

const letIn: Authenticator = () =>
  Promise.resolve({ result: "accepted", user: { name: "ann", permission: "rw" } });

let server: FtpServer | undefined;
let proxies: TestProxy[] = [];
let clients: FtpClient[] = [];
afterEach(async () => {
  for (const client of clients) client.destroy();
  for (const proxy of proxies) proxy.close();
  clients = [];
  proxies = [];
  await server?.close();
  server = undefined;
});

async function serve(implicitTls = false): Promise<number> {
  server = createFtpServer({
    store: createMemoryStore({ files: { "/big": big } }),
    authenticators: [letIn],
    tls: { key, cert: certificate },
    listeners: [{ implicitTls }],
  });
  return (await server.listen()).port;
}

async function through(proxy: Promise<TestProxy>): Promise<TestProxy> {
  const started = await proxy;
  proxies.push(started);
  return started;
}

async function open(options: Partial<FtpClientOptions>): Promise<FtpClient> {
  const client = await FtpClient.connect({ ...login, ...options });
  clients.push(client);
  return client;
}

const kinds = {
  "SOCKS5 with user and password": {
    start: () => startSocksProxy({ login: "me:p@ss word" }),
    url: (port: number) => `socks5://me:p%40ss%20word@127.0.0.1:${port}`,
  },
  "SOCKS5 without, the greeting glued to its answer": {
    start: () => startSocksProxy({ glue: true }),
    url: (port: number) => `socks5h://127.0.0.1:${port}`,
  },
  "HTTP CONNECT with user and password": {
    start: () => startHttpProxy({ login: "me:p@ss word" }),
    url: (port: number) => `http://me:p%40ss%20word@127.0.0.1:${port}`,
  },
  "HTTP CONNECT without, the greeting glued to its answer": {
    start: () => startHttpProxy({ glue: true }),
    url: (port: number) => `http://127.0.0.1:${port}/`,
  },
} as const;

describe("proxies for both channels", () => {
  for (const [name, { start, url }] of Object.entries(kinds)) {
    const glued = name.includes("glued");
    // A proxy that waits for the server's first word never gets one where the client speaks first.
    describe.each(glued ? (["off"] as const) : (["off", "explicit", "implicit"] as const))(
      `${name}, TLS %s`,
      (mode) => {
        it("lists, downloads and uploads", async () => {
          const port = await serve(mode === "implicit");
          const proxy = await through(start());
          const client = await open({
            port,
            proxy: url(proxy.port),
            ...(mode === "off" ? {} : { tls: { mode, ca: certificate, servername: "localhost" } }),
          });
          if (glued) {
            expect(await client.pwd()).toBe("/");
            expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
            return;
          }
          expect((await client.list("/").toArray()).map((entry) => entry.name)).toEqual(["big"]);
          const chunks: Uint8Array[] = [];
          for await (const chunk of client.read("/big")) chunks.push(Uint8Array.from(chunk));
          expect(Buffer.concat(chunks).equals(big)).toBe(true);
          expect(await client.upload(big, "/copy")).toMatchObject({ bytes: big.length, verified: "size" });
          expect(client.isSecure).toBe(mode !== "off");
          // Control, listing, download, upload.
          expect(proxy.asked).toHaveLength(4);
        });
      },
    );
  }

  it("HTTP CONNECT over TLS to the proxy", async () => {
    const port = await serve();
    const proxy = await through(startHttpProxy({ tls: { key, cert: certificate } }));
    const client = await open({
      port,
      proxy: {
        type: "https",
        host: "127.0.0.1",
        port: proxy.port,
        tls: { ca: certificate, servername: "localhost" },
      },
      tls: { mode: "explicit", ca: certificate, servername: "localhost" },
    });
    expect(await client.upload(big, "/copy")).toMatchObject({ verified: "size" });
    // One that is broken off leaves the session usable, although TLS to a proxy cannot be reset.
    for await (const _ of client.read("/big")) break;
    expect(await client.size("/copy")).toBe(big.length);
  });

  it("socks5h leaves names to the proxy, socks5 looks them up here", async () => {
    const port = await serve();
    const proxy = await through(
      startSocksProxy({
        route: (target) => target.replace(/^far\.example/, "127.0.0.1").replace("::1", "127.0.0.1"),
      }),
    );
    const far = await open({ host: "far.example", port, proxy: `socks5h://127.0.0.1:${proxy.port}` });
    await far.list("/").toArray();
    expect(proxy.asked.map((target) => target.split(":")[0])).toEqual(["far.example", "far.example"]);
    const near = await open({ host: "localhost", port, proxy: `socks5://127.0.0.1:${proxy.port}` });
    await near.list("/").toArray();
    expect(proxy.asked.some((target) => target.startsWith("localhost"))).toBe(false);
    const nowhere = await failure(
      open({ host: "no-such-host.invalid", port, proxy: `socks5://127.0.0.1:${proxy.port}` }),
    );
    expect(nowhere.code).toBe("connect-failed");
  });

  it("EPSV → PASV when the proxy does not reach the first", async () => {
    const port = await serve();
    let refused = 0;
    const proxy = await through(
      startSocksProxy({
        route: (target) => (target.endsWith(`:${port}`) || refused++ > 0 ? target : undefined),
      }),
    );
    const client = await open({ port, proxy: `socks5://127.0.0.1:${proxy.port}` });
    await client.list("/").toArray();
    expect(client.dataMode).toBe("PASV");
  });

  it.each([
    ["a SOCKS5 proxy", startSocksProxy, "socks5"],
    ["an HTTP proxy", startHttpProxy, "http"],
  ] as const)(
    "%s that takes no such password, reaches no such server or is not there",
    async (_, start, type) => {
      const port = await serve();
      const strict = await through(start({ login: "me:right" }));
      const password = await failure(open({ port, proxy: `${type}://me:hushhush@127.0.0.1:${strict.port}` }));
      expect(password).toMatchObject({ code: "proxy-failed", phase: "connect", retryable: false });
      expect(inspect(password, { depth: 9, showHidden: true })).not.toContain("hushhush");
      const closed = await through(start({ route: () => undefined }));
      const unreached = await failure(open({ port, proxy: `${type}://127.0.0.1:${closed.port}` }));
      expect(unreached).toMatchObject({ code: "proxy-failed", retryable: true });
      expect(unreached.message).toContain(`127.0.0.1:${closed.port}`);
      const absent = await failure(open({ port, proxy: `${type}://127.0.0.1:1` }));
      expect(absent.code).toBe("proxy-failed");
      expect(absent.message).toContain("ECONNREFUSED");
    },
  );

  it.each(["socks5", "http"])("a silent %s proxy, by the clock and by a signal", async (type) => {
    const proxy = `${type}://127.0.0.1:${await mute()}`;
    const late = await failure(open({ port: 21, proxy, timeouts: { connect: 60 } }));
    expect(late).toMatchObject({ code: "timeout", phase: "connect" });
    const given = await failure(open({ port: 21, proxy, signal: AbortSignal.timeout(60) }));
    expect(given.code).toBe("timeout");
  });

  it("active mode with a proxy is an error before anything is sent", async () => {
    const proxy = await through(startSocksProxy());
    const url = `socks5://127.0.0.1:${proxy.port}`;
    for (const dataModes of ["active", ["EPSV", "PORT"]] as const) {
      const error = await failure(open({ port: 21, proxy: url, dataModes }));
      expect(error.code).toBe("bad-argument");
      expect(error.message).toMatch(/EPRT|PORT/);
    }
    expect(proxy.asked).toEqual([]);
    const client = await open({ port: await serve(), proxy: url });
    expect(() => client.setDataModes("active")).toThrow("bad-argument");
    expect(await client.list("/").toArray()).toHaveLength(1);
  });

  it.each([
    "127.0.0.1:1080",
    "socks4://127.0.0.1",
    "ftp://127.0.0.1",
    "http://",
    "socks5://me:se%cret@127.0.0.1",
    "http://me:se%cret@127.0.0.1/path",
  ])("%s is no proxy, and nothing of it is shown", async (proxy) => {
    const error = await failure(open({ port: 21, proxy }));
    expect(error.code).toBe("bad-argument");
    expect(inspect(error)).not.toContain("cret");
  });

  it("proxies as plans: the next is tried when one fails", async () => {
    const port = await serve();
    const proxy = await through(startHttpProxy());
    const client = await open({
      port,
      plans: [{ proxy: "socks5://127.0.0.1:1" }, { proxy: `http://127.0.0.1:${proxy.port}` }, {}],
    });
    expect(client.plan).toBe(1);
    expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
  });
});

describe("a dialer of the user's own", () => {
  it("opens both channels, told what each is for", async () => {
    const port = await serve();
    const requests: DialRequest[] = [];
    const client = await open({
      host: "behind.example",
      port,
      async dial(request) {
        requests.push(request);
        return connect(request.port, "127.0.0.1");
      },
    });
    expect(await client.upload(big, "/copy")).toMatchObject({ verified: "size" });
    expect(requests.map(({ host, purpose }) => [host, purpose])).toEqual([
      ["behind.example", "control"],
      ["behind.example", "data"],
    ]);
    expect(requests[0]?.port).toBe(port);
  });

  it("that fails is a failed connection, with what it threw as the cause", async () => {
    const cause = new Error("the tunnel has collapsed");
    const error = await failure(open({ dial: () => Promise.reject(cause) }));
    expect(error).toMatchObject({ code: "connect-failed", cause });
    expect(error.message).toContain("collapsed");
  });

  it("is told when its connection is no longer wanted", async () => {
    let told: AbortSignal | undefined;
    const error = await failure(
      open({
        timeouts: { connect: 50 },
        dial: ({ signal }) => {
          told = signal;
          return new Promise(() => {});
        },
      }),
    );
    expect(error.code).toBe("timeout");
    expect(told?.aborted).toBe(true);
  });
});

/** A port that takes connections and says nothing. */
function mute(): Promise<number> {
  return new Promise((resolve) => {
    const silent = createServer((socket) => socket.on("error", () => {}));
    silent.listen(0, "127.0.0.1", () => {
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      proxies.push({ port, asked: [], close: () => silent.close() });
      resolve(port);
    });
  });
}
