// Our FTP client over IPv4 and IPv6, passive and active, plain and over both kinds of TLS, with every server.
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FtpClient, type FtpClientOptions, FtpError } from "@longshore/ftp-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { makeCertificate, serve } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

type Security = "plain" | "explicit" | "implicit";

/** A server in one of its ways, whoever made it. */
interface Running {
  readonly options: FtpClientOptions & { readonly host: string };
  readonly certificate: string;
  /** The directory on disk, and its path for a client. */
  readonly directory: string;
  readonly path: string;
  stop(): Promise<unknown>;
}

const modes = { 4: ["EPSV", "PASV", "EPRT", "PORT"], 6: ["EPSV", "EPRT"] } as const;
const content = randomBytes(100_000);

const ours = makeCertificate();

afterAll(async () => {
  await removeFolders();
  await (await ours).remove();
});

for (const name of Object.keys(ftpServers) as FtpServerName[]) {
  describeWith(`our FTP client with ${name}`, ftpServers[name].needs, () => {
    for (const family of [4, 6] as const) {
      describe(`over IPv${family}`, () => {
        network(family, ["plain", "explicit"], () => startPeer(name, { family }));
        if (ftpServers[name].implicit)
          network(family, ["implicit"], () => startPeer(name, { family, implicit: true }));
      });
    }
  });
}

describe("our FTP client with our server", () => {
  for (const family of [4, 6] as const) {
    describe(`over IPv${family}`, () => {
      network(family, ["plain", "explicit"], () => startOurs(family, "explicit"));
      network(family, ["implicit"], () => startOurs(family, "implicit"));
    });
  }
});

describe("TLS session resumption on data connections", () => {
  const needs = { vsftpd: ftpServers.vsftpd.needs, ProFTPD: ftpServers.ProFTPD.needs };
  describeWith("vsftpd with require_ssl_reuse=YES", needs.vsftpd, () =>
    resumption(() => startPeer("vsftpd")),
  );
  describeWith("ProFTPD as it is", needs.ProFTPD, () => resumption(() => startPeer("ProFTPD")));
  describe("our own server in `require`", () =>
    resumption(() => startOurs(4, "explicit", "--require-session-reuse")));
});

/** Every data mode of the address family, each way, in one session a mode. */
function network(family: 4 | 6, securities: readonly Security[], start: () => Promise<Running>): void {
  let server: Running;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => server.stop());
  for (const security of securities) {
    it.each(modes[family])(`${security}, %s: put, list and get`, async (mode) => {
      const options = { ...server.options, dataModes: [mode], ...tlsOf(server, security) };
      await using client = await FtpClient.connect(options);
      expect(client.isSecure).toBe(security !== "plain");
      const path = `${server.path}/${security}-${mode}.bin`;
      expect(await client.upload(content, path)).toMatchObject({
        bytes: content.length,
        verified: "size",
        dataMode: mode,
      });
      const entries = await client.list(server.path === "" ? "/" : server.path).toArray();
      expect(entries.find((entry) => entry.name === `${security}-${mode}.bin`)?.size).toBe(content.length);
      const chunks: Uint8Array[] = [];
      const report = await client.download(path, (chunk) => {
        chunks.push(chunk);
      });
      expect(report).toMatchObject({ bytes: content.length, verified: "size", dataMode: mode });
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
    });
  }
}

/** The server takes no other data connections: that they work shows that they were resumed. */
function resumption(start: () => Promise<Running>): void {
  let server: Running;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => server.stop());
  const connect = (version: "TLSv1.2" | "TLSv1.3", resumeSession: boolean): Promise<FtpClient> =>
    FtpClient.connect({
      ...server.options,
      tls: {
        ...{ mode: "explicit", ca: server.certificate, servername: "localhost" },
        ...{ minVersion: version, maxVersion: version, resumeSession },
      },
    });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("in %s: one after the other, and not without", async (version) => {
    await using client = await connect(version, true);
    for (let round = 0; round < 5; round++) {
      const path = `${server.path}/resumed-${version}-${round}.bin`;
      expect(await client.upload(content, path)).toMatchObject({ verified: "size" });
      expect((await client.list(server.path === "" ? "/" : server.path).toArray()).length).toBeGreaterThan(0);
      await client.download(path, join(await newFolder(), "back.bin"));
    }
    await using stubborn = await connect(version, false);
    const refused = stubborn.download(`${server.path}/resumed-${version}-0.bin`, () => {});
    await expect(refused).rejects.toSatisfy((error) => FtpError.isInstance(error));
  });
}

async function startPeer(
  name: FtpServerName,
  options: Parameters<typeof startFtpServer>[1] = {},
): Promise<Running> {
  const { host, port, user, password, certificate, directory, path, stop } = await startFtpServer(
    name,
    options,
  );
  // The servers write as users of their own.
  const folder = join(directory, "files");
  await mkdir(folder);
  await chmod(folder, 0o777);
  const given = { host, port, user, password };
  return { options: given, certificate, directory: folder, path: `${path}/files`, stop };
}

async function startOurs(family: 4 | 6, security: Security, ...flags: string[]): Promise<Running> {
  const directory = await newFolder();
  const { certificate, key } = await ours;
  const host = family === 6 ? "::1" : "127.0.0.1";
  const tls = ["--tls-cert", certificate, "--tls-key", key, "--ftps-port", "0"];
  const served = await serve(directory, "--no-tftp", "--host", host, "--writable", ...tls, ...flags);
  const port = served.ports[security === "implicit" ? "ftps" : "ftp"] ?? 0;
  return {
    options: { host, port },
    certificate: await readFile(certificate, "utf8"),
    directory,
    path: "",
    stop: () => served.stop(),
  };
}

function tlsOf(server: Running, mode: Security): Pick<FtpClientOptions, "tls"> {
  return mode === "plain" ? {} : { tls: { mode, ca: server.certificate, servername: "localhost" } };
}
