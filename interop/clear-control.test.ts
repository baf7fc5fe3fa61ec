// CCC with the servers of others: those that know it, and one that does not.
import { join } from "node:path";
import { FtpClient, type FtpTlsOptions } from "@longshore/ftp-client";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type FtpPeer, type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { makeFile, newFolder, removeFolders, sha256 } from "./support/files.ts";
import { describeWith } from "./support/with-peer.ts";

let peer: FtpPeer;
let client: FtpClient | undefined;
/** Command verbs and reply codes. */
let dialogue = "";

afterEach(async () => {
  await client?.close();
  client = undefined;
});
afterAll(removeFolders);

function describePeer(name: FtpServerName, tests: () => void): void {
  describeWith(`CCC with ${name}`, ftpServers[name].needs, () => {
    beforeAll(async () => {
      peer = await startFtpServer(name);
    });
    afterAll(async () => peer.stop());
    tests();
  });
}

async function open(tls: Partial<FtpTlsOptions>): Promise<FtpClient> {
  dialogue = "";
  const { port, user, password, certificate: ca } = peer;
  client = await FtpClient.connect({
    ...{ host: "localhost", port, user, password },
    tls: { mode: "explicit", ca, ...tls },
    onTrace(event) {
      if (event.type === "command") dialogue += `${event.text} `;
      else if (event.type === "reply") dialogue += `${event.reply.code} `;
    },
  });
  return client;
}

/** A file goes up and comes down the same. */
async function goThere(ftp: FtpClient, file: string): Promise<void> {
  const local = await newFolder();
  const hash = await makeFile(join(local, "up"), 300_000);
  await ftp.upload(join(local, "up"), `${peer.path}/${file}`);
  expect(await sha256(join(peer.directory, file))).toBe(hash);
  await ftp.download(`${peer.path}/${file}`, join(local, "down"));
  expect(await sha256(join(local, "down"))).toBe(hash);
}

for (const name of ["ProFTPD", "Pure-FTPd"] as const) {
  describePeer(name, () => {
    it.each(["TLSv1.2", "TLSv1.3"] as const)("commands in clear, files private, over %s", async (version) => {
      const ftp = await open({ minVersion: version, maxVersion: version, clearControl: "after-login" });
      expect(dialogue).toContain("PROT P 200 CCC 200 ");
      expect(ftp.isSecure).toBe(false);
      await goThere(ftp, `${version}.bin`);
    });
  });
}

describePeer("vsftpd", () => {
  it("which has none: the session stays encrypted with `if-offered`", async () => {
    const ftp = await open({ clearControl: "if-offered" });
    expect(dialogue).toMatch(/CCC 5\d\d /);
    expect(ftp.isSecure).toBe(true);
    await goThere(ftp, "encrypted.bin");
  });
});
