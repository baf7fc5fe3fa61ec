// A server that is told everything by its configuration file, as a host with many customers has it: virtual hosts, logins
// that a service checks over HTTP, and a proxy in front of it.
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Daemon, freePort, startDaemon } from "./peers/process.ts";
import { program } from "./peers/programs.ts";
import { openControl } from "./support/control.ts";
import { execute, succeed } from "./support/exec.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { longshoreCommand, makeCertificate, type Served, serveWith } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

const passivePorts = [21_100, 21_107] as const;

let folder: string;
let service: Server;
/** The logins that the service was asked about. */
const asked: unknown[] = [];
let certificates: Awaited<ReturnType<typeof makeCertificate>>[];
let served: Served;
let proxy: Daemon;

describeWith("a server told by its configuration file", ["curl", "haproxy"], () => {
  beforeAll(async () => {
    folder = await newFolder();
    for (const place of ["main", "other"]) {
      await mkdir(join(folder, place));
      await writeFile(join(folder, place, "where.txt"), place);
    }
    service = createServer(async (request, response) => {
      const login = JSON.parse(Buffer.concat(await request.toArray()).toString());
      asked.push(login);
      const isRight = login.username === "carol" && login.password === "by-http";
      const isAllowed = request.headers.authorization === "Bearer token";
      response.writeHead(isRight && isAllowed ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify({ permission: "rw" }));
    }).listen(0, "127.0.0.1");
    await once(service, "listening");
    certificates = [await makeCertificate("localhost"), await makeCertificate("files.example")];
    const [main, other] = certificates.map(({ certificate, key }) => ({ cert: certificate, key }));
    const config = {
      root: "main",
      ftp: {
        port: 0,
        implicitTlsPort: 0,
        passive: { ports: passivePorts },
        proxies: { from: ["127.0.0.9"] },
      },
      tls: main,
      users: [{ name: "ann", password: "in-the-list", permission: "ro" }],
      http: {
        url: `http://127.0.0.1:${(service.address() as AddressInfo).port}/login`,
        headers: { authorization: "Bearer token" },
      },
      hosts: [
        {
          names: ["files.example"],
          root: "other",
          certificate: other,
          users: [{ name: "bob", password: "of-the-other", permission: "ro" }],
        },
      ],
    };
    const file = join(folder, "longshore.json");
    await writeFile(file, JSON.stringify(config));
    served = await serveWith(longshoreCommand, ["--config", file, "--no-tftp"]);
    const port = await freePort();
    const proxied = join(folder, "haproxy.cfg");
    await writeFile(
      proxied,
      `defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen control
  bind 127.0.0.1:${port}
  bind 127.0.0.2:${port}
  source 127.0.0.9
  server ftp 127.0.0.1:${served.ports.ftp} send-proxy-v2
listen data
  bind 127.0.0.2:${passivePorts[0]}-${passivePorts[1]}
  source 127.0.0.9
  server ftp 127.0.0.1 send-proxy
`,
    );
    proxy = await startDaemon("haproxy", program("haproxy"), ["-db", "-f", proxied], port);
  });

  afterAll(async () => {
    await proxy?.stop();
    expect((await served.stop()).code).toBe(0);
    service.close();
    for (const certificate of certificates) await certificate.remove();
    await removeFolders();
  });

  const curl = (login: string, ...args: string[]): ReturnType<typeof succeed> =>
    succeed(program("curl"), ["--silent", "--show-error", "--user", login, ...args]);

  it("checks logins over HTTP, behind its own list", async () => {
    const url = `ftp://127.0.0.1:${served.ports.ftp}`;
    const local = join(folder, "local.bin");
    const hash = await makeFile(local, 300_000);
    await curl("carol:by-http", "--upload-file", local, `${url}/sent.bin`);
    expect(await sha256(join(folder, "main/sent.bin"))).toBe(hash);
    expect(asked).toContainEqual(expect.objectContaining({ username: "carol", remoteAddress: "127.0.0.1" }));
    const before = asked.length;
    expect((await curl("ann:in-the-list", `${url}/where.txt`)).text).toBe("main");
    expect(asked).toHaveLength(before);
    const refused = await execute(program("curl"), ["--user", "carol:wrong", `${url}/where.txt`]);
    // "The remote server denied curl to login."
    expect(refused.code).toBe(67);
  });

  it.each(["ftp", "ftps"] as const)("%s: the name in the TLS handshake leads to its host", async (scheme) => {
    const port = served.ports[scheme];
    const [, other] = certificates;
    const secure = ["--ssl-reqd", "--cacert", other?.certificate ?? ""];
    const args = [...secure, "--resolve", `files.example:${port}:127.0.0.1`];
    const url = `${scheme}://files.example:${port}/where.txt`;
    expect((await curl("bob:of-the-other", ...args, url)).text).toBe("other");
    const refused = await execute(program("curl"), [...args, "--user", "ann:in-the-list", url]);
    expect(refused.code).toBe(67);
  });

  it("HOST leads to its host", async () => {
    const control = await openControl(served.ports.ftp ?? 0);
    await control.reply();
    expect(await control.code("HOST files.example")).toBe(220);
    expect(await control.code("USER bob")).toBe(331);
    expect(await control.code("PASS of-the-other")).toBe(230);
    expect(await control.code("SIZE where.txt")).toBe(213);
    control.close();
  });

  it("sees the client behind haproxy, on control and data connections", async () => {
    const url = `ftp://127.0.0.2:${proxy.port}/where.txt`;
    const from = ["--interface", "127.0.0.7"];
    expect((await curl("carol:by-http", ...from, url)).text).toBe("main");
    expect(asked).toContainEqual(expect.objectContaining({ username: "carol", remoteAddress: "127.0.0.7" }));
    const local = join(folder, "local.bin");
    const hash = await makeFile(local, 200_000);
    await curl("carol:by-http", ...from, "--upload-file", local, `ftp://127.0.0.2:${proxy.port}/proxied.bin`);
    expect(await sha256(join(folder, "main/proxied.bin"))).toBe(hash);
  });

  it("a data connection through haproxy from another client is dropped, and the right one waited for", async () => {
    const control = await openControl(proxy.port, "127.0.0.2", "127.0.0.7");
    await control.login("carol", "by-http");
    const data = /\|\|\|(\d+)\|/.exec(await control.command("EPSV"))?.[1];
    const url = `telnet://127.0.0.2:${data}`;
    await execute(program("curl"), ["--silent", "--max-time", "5", "--interface", "127.0.0.8", url]);
    expect(served.log()).toMatch(/"event":"stranger".*127\.0\.0\.8/);
    const right = execute(program("curl"), ["--silent", "--max-time", "5", "--interface", "127.0.0.7", url]);
    expect(await control.code("RETR where.txt")).toBe(150);
    expect(await control.reply()).toMatch(/^226/);
    expect((await right).text).toBe("main");
    control.close();
  });
});
