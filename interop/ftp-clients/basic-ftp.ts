import { readFile, stat } from "node:fs/promises";
import { Client } from "basic-ftp";
import type { FtpClientPeer, Target } from "./client.ts";

export const basicFtp: FtpClientPeer = {
  needs: [],
  tls: true,
  async get(target, remote, local) {
    await connected(target, (client) => client.downloadTo(local, remote));
  },
  async list(target, directory) {
    return connected(target, async (client) => (await client.list(directory)).map((entry) => entry.name));
  },
  async put(target, local, remote) {
    await connected(target, (client) => client.uploadFrom(local, remote));
  },
  async resumeGet(target, remote, local) {
    const { size } = await stat(local);
    await connected(target, (client) => client.downloadTo(local, remote, size));
  },
  async resumePut(target, local, remote) {
    await connected(target, async (client) => {
      const size = await client.size(remote);
      await client.appendFrom(local, remote, { localStart: size });
    });
  },
  async rename(target, from, to) {
    await connected(target, (client) => client.rename(from, to));
  },
  async remove(target, path) {
    await connected(target, (client) => client.remove(path));
  },
  async getTree(target, remote, local) {
    await connected(target, (client) => client.downloadToDir(local, remote));
  },
  async putTree(target, local, remote) {
    await connected(target, (client) => client.uploadFromDir(local, remote));
  },
  async size(target, remote) {
    return connected(target, (client) => client.size(remote));
  },
};

async function connected<T>(
  { host, port, user, password, tls }: Target,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(20_000);
  try {
    const secure =
      tls === undefined
        ? {}
        : { secure: true, secureOptions: { ca: await readFile(tls.certificateFile), host: "localhost" } };
    await client.access({ host: tls === undefined ? host : "localhost", port, user, password, ...secure });
    return await use(client);
  } finally {
    client.close();
  }
}
