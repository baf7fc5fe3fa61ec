// Our FTP client through proxies of others: control and data, plain and over explicit TLS.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FtpClient, FtpError } from "@longshore/ftp-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpPeer, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { type Daemon, freePort, startDaemon } from "./peers/process.ts";
import { program } from "./peers/programs.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { describeWith } from "./support/with-peer.ts";

afterAll(removeFolders);

const proxies = {
  microsocks: {
    // It reads nothing of the server while the client sends, and closes with that unread: what the server sends behind
    // the handshake in TLS 1.3, session tickets, would turn the end of an upload into a reset.
    tls: { maxVersion: "TLSv1.2" },
    url: (port: number, password: string) => `socks5h://me:${password}@127.0.0.1:${port}`,
    async start(): Promise<Daemon> {
      const port = await freePort();
      const args = ["-i", "127.0.0.1", "-p", String(port), "-u", "me", "-P", "secret"];
      return startDaemon("microsocks", program("microsocks"), args, port);
    },
  },
  tinyproxy: {
    tls: {},
    url: (port: number, password: string) => `http://me:${password}@127.0.0.1:${port}`,
    async start(): Promise<Daemon> {
      const port = await freePort();
      const file = join(await newFolder(), "tinyproxy.conf");
      await writeFile(file, `Listen 127.0.0.1\nPort ${port}\nTimeout 60\nBasicAuth me secret\n`);
      return startDaemon("tinyproxy", program("tinyproxy"), ["-d", "-c", file], port);
    },
  },
} as const;

for (const name of Object.keys(proxies) as (keyof typeof proxies)[]) {
  describeWith(`our FTP client through ${name}`, [name, ...ftpServers.vsftpd.needs], () => {
    const { url, start, tls } = proxies[name];
    let peer: FtpPeer;
    let proxy: Daemon;
    beforeAll(async () => {
      peer = await startFtpServer("vsftpd");
      proxy = await start();
    });
    afterAll(async () => {
      await proxy.stop();
      await peer.stop();
    });

    describe.each(["plain", "explicit"] as const)("%s", (security) => {
      it("lists, downloads, uploads and compares", async () => {
        const local = await newFolder();
        const folder = join(peer.directory, `through-${name}-${security}`);
        await mkdir(folder);
        // The server writes as a user of its own.
        await chmod(folder, 0o777);
        const hash = await makeFile(join(local, "up.bin"), 3_000_000);
        await using client = await FtpClient.connect({
          host: security === "plain" ? peer.host : "localhost",
          port: peer.port,
          user: peer.user,
          password: peer.password,
          proxy: url(proxy.port, "secret"),
          ...(security === "plain" ? {} : { tls: { mode: "explicit", ca: peer.certificate, ...tls } }),
        });
        await client.makeDirectory(`${peer.path}/through-${name}-${security}/own`);
        const remote = `${peer.path}/through-${name}-${security}/own/up.bin`;
        const up = await client.upload(join(local, "up.bin"), remote);
        expect(up).toMatchObject({ bytes: 3_000_000, verified: "size" });
        const listed = await client.list(remote.slice(0, -"/up.bin".length)).toArray();
        expect(listed.map((entry) => entry.name)).toContain("up.bin");
        await client.download(remote, join(local, "down.bin"));
        expect(await sha256(join(local, "down.bin"))).toBe(hash);
      });
    });

    it("a wrong password at the proxy", async () => {
      const error: unknown = await FtpClient.connect({
        host: peer.host,
        port: peer.port,
        proxy: url(proxy.port, "wrong"),
      }).catch((reason: unknown) => reason);
      expect(FtpError.isInstance(error) && error.code).toBe("proxy-failed");
    });
  });
}
