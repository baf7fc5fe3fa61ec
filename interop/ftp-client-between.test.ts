// Files from server to server (FXP), with the bytes of none of them here: others' servers, ours, and both, in clear and over TLS.
import { randomBytes } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createNodeStore } from "@longshore/file-store-node";
import { FtpClient, transferBetween } from "@longshore/ftp-client";
import { createFtpServer } from "@longshore/ftp-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FtpPeer, type FtpServerName, ftpServers, startFtpServer } from "./peers/ftp-servers.ts";
import { newFolder, removeFolders } from "./support/files.ts";
import { makeCertificate } from "./support/longshore.ts";
import { describeWith } from "./support/with-peer.ts";

type Place = Pick<FtpPeer, "port" | "user" | "password" | "directory" | "path">;

const names = Object.keys(ftpServers) as FtpServerName[];
const content = randomBytes(1_000_000);

/** The servers see it as another host than each other. */
const localAddress = "127.0.0.9";

let ours: Place & { stop(): Promise<void> };

beforeAll(async () => {
  const directory = await newFolder();
  const made = await makeCertificate();
  const tls = { cert: await readFile(made.certificate, "utf8"), key: await readFile(made.key, "utf8") };
  const server = createFtpServer({
    ...{ tls, store: createNodeStore(directory, { writable: true }) },
    users: [{ name: "tester", password: "secret", permission: "rw" }],
    passive: { allowForeignAddress: true },
    active: { allowForeignAddress: true },
  });
  const { port } = await server.listen();
  await writeFile(join(directory, "from.bin"), content);
  ours = {
    ...{ port, user: "tester", password: "secret", directory, path: "" },
    async stop() {
      await server.close();
      await made.remove();
    },
  };
});

afterAll(async () => {
  await ours.stop();
  await removeFolders();
});

for (const [index, name] of names.entries()) {
  const other = names[(index + 1) % names.length] ?? name;
  const needs = [...ftpServers[name].needs, ...ftpServers[other].needs];
  describeWith(`files between servers, ${name} one of them`, needs, () => {
    let peer: FtpPeer;
    let second: FtpPeer;
    beforeAll(async () => {
      [peer, second] = await Promise.all([open(name), open(other)]);
    });
    afterAll(async () => {
      await Promise.all([peer.stop(), second.stop()]);
    });

    it(`in clear to ${other}`, () => moved(peer, second, "off"));

    describe.each(["off", "explicit"] as const)("TLS %s", (tls) => {
      // pyftpdlib resets a connection that it opened for PORT when the TLS of the other end begins.
      if (tls === "off" || name !== "pyftpdlib") it("to ours", () => moved(peer, ours, tls));
      it("from ours", () => moved(ours, peer, tls));
    });
  });
}

async function open(name: FtpServerName): Promise<FtpPeer> {
  const peer = await startFtpServer(name, { foreign: true });
  await writeFile(join(peer.directory, "from.bin"), content);
  await chmod(join(peer.directory, "from.bin"), 0o644);
  return peer;
}

/** Over an old file, which is replaced as a whole. */
async function moved(from: Place, to: Place, tls: "off" | "explicit"): Promise<void> {
  await writeFile(join(to.directory, "to.bin"), "old");
  await chmod(join(to.directory, "to.bin"), 0o666);
  await using source = await connect(from, tls);
  await using target = await connect(to, tls);
  const report = await transferBetween(
    { client: source, path: `${from.path}/from.bin` },
    { client: target, path: `${to.path}/to.bin` },
  );
  expect(report).toEqual({ size: content.length, verified: "size", placement: "whole" });
  expect((await readFile(join(to.directory, "to.bin"))).equals(content)).toBe(true);
  // The sessions' own transfers go as before.
  for (const [client, { path }] of [
    [source, from],
    [target, to],
  ] as const)
    expect(await client.upload(Buffer.from("own"), `${path}/own.txt`)).toMatchObject({ bytes: 3 });
}

function connect({ port, user, password }: Place, tls: "off" | "explicit"): Promise<FtpClient> {
  return FtpClient.connect({
    ...{ host: "127.0.0.1", port, user, password, localAddress },
    ...(tls === "off" ? {} : { tls: { mode: tls, rejectUnauthorized: false } }),
  });
}
